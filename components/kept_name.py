"""Rejects another name for a table that is protected.

Pulumi refuses to replace such a table, but only after it has changed the key's policy, which names the table:
key users would lose access to the table under its present name.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from .per_program import PerProgram
from .settings_error import SettingsError
from .statements import items

_TABLE = "kms:EncryptionContext:aws:dynamodb:tableName"


def _check(args: pulumi.ResourceHookArgs) -> None:
    before, after = _tables(args.old_inputs or {}), _tables(args.new_inputs or {})
    if before and after and not before & after:
        (now, later) = (" and ".join(sorted(names)) for names in (before, after))
        raise SettingsError(
            f"the table {now!r} would become {later!r}, but AWS cannot rename a table. Keep the name "
            f"(tableName), or restore the table under the other name: docs/how-to.md, Restore a table."
        )


def _tables(key: Mapping[str, Any]) -> set[str]:
    """The tables that a key's policy names; none while the policy is unknown."""
    policy = key.get("policy")
    return set(_named(json.loads(policy))) if isinstance(policy, str) else set()


def _named(policy: Mapping[str, Any]) -> Iterator[str]:
    for statement in items(policy.get("Statement", [])):
        for condition in statement.get("Condition", {}).values():
            yield from items(condition.get(_TABLE, []))


keeps_table_name = PerProgram(
    lambda name: pulumi.ResourceHook(
        f"{name}-table-name", _check, pulumi.ResourceHookOptions(on_dry_run=True)
    )
)
"""The hook before the update of a key, also in previews. Its argument is the name of a component."""
