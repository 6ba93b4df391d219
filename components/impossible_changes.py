"""Rejects changes that DynamoDB cannot make, or not in one update: another type of a key attribute, another
attribute for TTL, no limit instead of one, another stream after the last replica.

The AWS provider reports another type as an update and changes nothing. `replacement_trigger` would make it a
replacement, but the SDK fails in a resource transform of a resource that has one. It keeps a limit that is
left out, and changes the stream before it removes replicas.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from .index_settings import NO_LIMIT
from .per_program import PerProgram
from .settings_error import SettingsError

_KEYS = ("hashKey", "rangeKey")
_OF_AN_INDEX = (*_KEYS, "projectionType", "nonKeyAttributes")
_PROTECTION = ("pointInTimeRecovery", "deletionProtectionEnabled")
_OF_REPLICAS = "NEW_AND_OLD_IMAGES"
_IN_STEPS = "run `pulumi up`, and remove it then."


def _check(args: pulumi.ResourceHookArgs) -> None:
    old, new = args.old_inputs or {}, args.new_inputs or {}
    _check_types(old, new)
    _warn_of_replicas(old, new)
    now, later = _ttl_attribute(old), _ttl_attribute(new)
    if now and later and now != later:
        raise SettingsError(
            f"table {new.get('name')!r}: ttlAttribute would change from {now!r} to {later!r}, but DynamoDB "
            "accepts another attribute only after TTL is off. Remove ttlAttribute, run `pulumi up`, and set "
            "it again after up to an hour."
        )
    for limit in _removed_limits(old, new):
        raise SettingsError(
            f"table {new.get('name')!r}: {limit} would be removed, but DynamoDB keeps a limit that is left "
            f"out. Set it to -1, {_IN_STEPS}"
        )
    if old.get("replicas") and not new.get("replicas") and _view_type(new) != _OF_REPLICAS:
        raise SettingsError(
            f"table {new.get('name')!r}: the stream would change with the last replica, but DynamoDB keeps "
            f"the stream of a replica. Set streamViewType to {_OF_REPLICAS}, {_IN_STEPS}"
        )


def _view_type(inputs: Mapping[str, Any]) -> Any:  # noqa: ANN401  # an input
    """What the stream contains; None without a stream."""
    return inputs.get("streamViewType") if inputs.get("streamEnabled") else None


def _removed_limits(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """The on-demand limits that are left out, of the table and of the indexes that stay."""
    if old.get("billingMode") != new.get("billingMode"):
        return
    indexes = _indexes(new)
    places = [("", old, new)] + [
        (f" of index {name!r}", index, indexes[name])
        for name, index in _indexes(old).items()
        if name in indexes and all(index.get(part) == indexes[name].get(part) for part in _OF_AN_INDEX)
    ]
    for place, before, after in places:
        given = after.get("onDemandThroughput") or {}
        for name, limit in (before.get("onDemandThroughput") or {}).items():
            if not name.startswith("__") and limit != NO_LIMIT and name not in given:
                yield f"onDemandThroughput.{name}{place}"


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


def _warn_of_replicas(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """The AWS provider changes either the recovery or the protection of a replica."""
    before = {replica["regionName"]: replica for replica in old.get("replicas") or ()}
    for replica in new.get("replicas") or ():
        region = replica["regionName"]
        if region in before and all(before[region].get(name) != replica.get(name) for name in _PROTECTION):
            pulumi.log.warn(
                f"table {new.get('name')!r}: the update changes only the point-in-time recovery of the "
                f"replica in {region}. Run `pulumi up` again to change its deletion protection."
            )


rejects_impossible_changes = PerProgram(
    lambda name: pulumi.ResourceHook(f"{name}-changes", _check, pulumi.ResourceHookOptions(on_dry_run=True))
)
"""The hook before the update of a table, also in previews. Its argument is the name of a component."""
