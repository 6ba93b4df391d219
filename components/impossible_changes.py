"""Rejects changes that DynamoDB cannot make: another type of a key attribute, or another attribute for TTL.

The AWS provider reports another type as an update and changes nothing. `replacement_trigger` would make it a
replacement, but the SDK fails in a resource transform of a resource that has one.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from .per_program import PerProgram
from .settings_error import SettingsError

_KEYS = ("hashKey", "rangeKey")


def _check(args: pulumi.ResourceHookArgs) -> None:
    old, new = args.old_inputs or {}, args.new_inputs or {}
    _check_types(old, new)
    now, later = _ttl_attribute(old), _ttl_attribute(new)
    if now and later and now != later:
        raise SettingsError(
            f"table {new.get('name')!r}: ttlAttribute would change from {now!r} to {later!r}, but DynamoDB "
            "accepts another attribute only after TTL is off. Remove ttlAttribute, run `pulumi up`, and set "
            "it again after up to an hour."
        )


def _check_types(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    before, after = _types(old), _types(new)
    remedies = [*_remedies_of_table(new), *_remedies_of_indexes(old, new)]
    for attribute, remedy in remedies:
        was, will_be = before.get(attribute), after.get(attribute)
        if was and will_be and was != will_be:
            raise SettingsError(
                f"table {new.get('name')!r}: the key attribute {attribute!r} would change from type {was} to "
                f"{will_be}, which DynamoDB cannot do. {remedy}"
            )


def _remedies_of_table(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The key attributes of the table and its local indexes, with what to do instead of a change."""
    for schema in (table, *(table.get("localSecondaryIndexes") or ())):
        for attribute in _key_attributes(schema):
            yield attribute, "Add a second table with the new key and copy the items."


def _remedies_of_indexes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The key attributes of the global indexes that stay, with what to do instead of a change."""
    for name, index in _indexes(new).items():
        if name in _indexes(old):
            for attribute in _key_attributes(index):
                yield attribute, f"Remove the index {name!r}, run `pulumi up`, then add it with the new type."


def _key_attributes(schema: Mapping[str, Any]) -> list[str]:
    """The key attributes of a table or index."""
    return [str(schema[key]) for key in _KEYS if schema.get(key)]


def _types(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {attribute["name"]: attribute["type"] for attribute in inputs.get("attributes") or ()}


def _ttl_attribute(inputs: Mapping[str, Any]) -> Any:  # noqa: ANN401  # an input
    """The attribute for TTL; None if TTL is off."""
    ttl = inputs.get("ttl") or {}
    return ttl.get("attributeName") if ttl.get("enabled") else None


def _indexes(inputs: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {index["name"]: index for index in inputs.get("globalSecondaryIndexes") or ()}


rejects_impossible_changes = PerProgram(
    lambda name: pulumi.ResourceHook(f"{name}-changes", _check, pulumi.ResourceHookOptions(on_dry_run=True))
)
"""The hook before the update of a table, also in previews. Its argument is the name of a component."""
