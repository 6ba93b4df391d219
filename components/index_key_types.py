"""Rejects a change of the type of an index's key attribute, which DynamoDB cannot make.

The AWS provider reports such a change as an update and changes nothing.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html
"""

from collections.abc import Mapping
from typing import Any

import pulumi

from .per_program import PerProgram
from .problems import SettingsError

_KEYS = ("hashKey", "rangeKey")


def keeps_index_key_types(name: str) -> pulumi.ResourceOptions:
    """The options of a table whose preview and update reject another type for an index key.

    Args:
        name: the component's name.
    """
    return pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_update=[_hook(name)]))


def _check(args: pulumi.ResourceHookArgs) -> None:
    old, new = args.old_inputs or {}, args.new_inputs or {}
    before, after = _types(old), _types(new)
    for name, index in _indexes(new).items():
        kept = {str(index.get(key)) for key in _KEYS} if name in _indexes(old) else set()
        for attribute in sorted(kept & before.keys() & after.keys()):
            if before[attribute] != after[attribute]:
                raise SettingsError(
                    f"table {new.get('name')!r}: attribute {attribute!r} would change from type "
                    f"{before[attribute]} to {after[attribute]}, and DynamoDB cannot change the key of index "
                    f"{name!r}. Remove the index, run `pulumi up`, then add it with the new type."
                )


def _types(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {attribute["name"]: attribute["type"] for attribute in inputs.get("attributes") or ()}


def _indexes(inputs: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {index["name"]: index for index in inputs.get("globalSecondaryIndexes") or ()}


_hook = PerProgram(
    lambda name: pulumi.ResourceHook(
        f"{name}-index-key-types", _check, pulumi.ResourceHookOptions(on_dry_run=True)
    )
)
