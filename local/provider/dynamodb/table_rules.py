"""Rules over several inputs of a table."""

from collections.abc import Iterator
from typing import Any

from local.provider.dynamodb import restore
from local.provider.schema import InputsRule
from local.provider.values import Properties, Unknown, contains_unknown

Problems = Iterator[tuple[str, str]]


def attributes_are_the_keys(inputs: Properties) -> Problems:
    """Every key attribute has a type, and no other attribute has one."""
    declared = inputs.get("attributes")
    keys = list(_key_attributes(inputs))
    if declared is None or contains_unknown(declared) or any(isinstance(key, Unknown) for key in keys):
        return
    names = {attribute["name"] for attribute in declared}
    if missing := sorted({key for key in keys if key} - names):
        yield "attributes", f"all indexes must match a defined attribute. Unmatched indexes: {missing}"
    if unused := sorted(names - set(keys)):
        yield "attributes", f"all attributes must be indexed. Unused attributes: {unused}"


def _key_attributes(inputs: Properties) -> Iterator[Any]:
    yield inputs.get("hashKey")
    yield inputs.get("rangeKey")
    for kind in ("globalSecondaryIndexes", "localSecondaryIndexes"):
        indexes = inputs.get(kind) or []
        if isinstance(indexes, Unknown):
            yield indexes
            continue
        for index in indexes:
            if isinstance(index, Unknown):
                yield index
                continue
            yield index.get("hashKey")
            yield index.get("rangeKey")


def has_a_partition_key(inputs: Properties) -> Problems:
    """A table that is not restored from another has a partition key."""
    if not inputs.get("hashKey") and not any(inputs.get(source) for source in restore.SOURCES):
        yield "hashKey", "hashKey: a table needs a hash key"


def capacity_fits_the_billing_mode(inputs: Properties) -> Problems:
    """Provisioned tables and indexes have a capacity of at least 1, on-demand ones have none."""
    mode = inputs.get("billingMode")
    places: list[tuple[str, Any]] = [("", inputs)]
    indexes = inputs.get("globalSecondaryIndexes") or []
    if not isinstance(indexes, Unknown):
        places += [(f"globalSecondaryIndexes[{i}].", index) for i, index in enumerate(indexes)]
    for path, place in places:
        if isinstance(place, Unknown) or isinstance(mode, Unknown):
            continue
        for name in ("readCapacity", "writeCapacity"):
            value = place.get(name)
            if mode == "PROVISIONED" and not isinstance(value, Unknown) and (value or 0) < 1:
                yield f"{path}{name}", f"{path}{name} must be > 0 when billingMode is PROVISIONED"
            if mode == "PAY_PER_REQUEST" and isinstance(value, int) and value > 0 and not path:
                yield name, f"{name} can not be set when billingMode is PAY_PER_REQUEST"


def index_names_are_unique(inputs: Properties) -> Problems:
    """No two indexes have the same name."""
    for kind in ("globalSecondaryIndexes", "localSecondaryIndexes"):
        indexes = inputs.get(kind) or []
        if contains_unknown(indexes):
            continue
        names = [index["name"] for index in indexes]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield kind, f"{kind}: more than one index is named {name!r}"


def included_attributes_fit_the_projection(inputs: Properties) -> Problems:
    """Only the projection INCLUDE accepts a list of attributes."""
    for kind in ("globalSecondaryIndexes", "localSecondaryIndexes"):
        indexes = inputs.get(kind) or []
        if isinstance(indexes, Unknown):
            continue
        for position, index in enumerate(indexes):
            if isinstance(index, Unknown) or not index.get("nonKeyAttributes"):
                continue
            if index.get("projectionType") in ("ALL", "KEYS_ONLY"):
                yield (
                    f"{kind}[{position}].nonKeyAttributes",
                    f"nonKeyAttributes of {index.get('name')!r} need the projectionType INCLUDE",
                )


def stream_has_a_view_type(inputs: Properties) -> Problems:
    """An enabled stream has a view type."""
    if inputs.get("streamEnabled") is True and not inputs.get("streamViewType"):
        yield "streamViewType", "streamViewType is required when streamEnabled = true"


def ttl_names_its_attribute(inputs: Properties) -> Problems:
    """TTL needs an attribute, and an attribute needs TTL."""
    ttl = inputs.get("ttl")
    if not isinstance(ttl, dict):
        return
    if ttl.get("enabled") is True and not ttl.get("attributeName"):
        yield "ttl.attributeName", "ttl.attributeName is required when ttl.enabled is true"


def is_restored_from_one_source(inputs: Properties) -> Problems:
    """The source is either a backup or a table, at a single time."""
    for names in (restore.SOURCES, ("restoreDateTime", "restoreToLatestTime")):
        given = [name for name in names if inputs.get(name)]
        for name in given[1:]:
            yield name, f"{name} conflicts with {given[0]}"


RULES: tuple[InputsRule, ...] = (
    has_a_partition_key,
    attributes_are_the_keys,
    capacity_fits_the_billing_mode,
    index_names_are_unique,
    included_attributes_fit_the_projection,
    stream_has_a_view_type,
    ttl_names_its_attribute,
    is_restored_from_one_source,
)
