"""From settings to the inputs of the AWS provider's table. Pure functions."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pulumi

from .index_settings import NO_LIMIT, GlobalSecondaryIndex, LocalSecondaryIndex
from .origin_settings import ImportFrom, RestoreFrom
from .provisioned_capacity import CapacityNow, capacity
from .table_settings import TableSettings, attribute_types

LONGEST_RECOVERY = 35
TTL_ATTRIBUTE = "ttl.attributeName"
"""The attribute to send when TTL is off. DynamoDB turns TTL off only with the name of its current
attribute."""

ORIGIN_INPUTS = (
    "restore_source_table_arn",
    "restore_date_time",
    "restore_to_latest_time",
    "restore_backup_arn",
    "import_table",
)


def table_inputs(
    settings: TableSettings, now: CapacityNow | None = None, limits_now: Collection[str] = ()
) -> dict[str, Any]:
    """All inputs but the table's name, its key and its replicas.

    For most absent inputs, the AWS provider keeps the value in AWS. Settings with a default are therefore
    always sent, so that removing one from the program also resets it in AWS.

    Args:
        settings: the table's settings.
        now: the table's capacity in AWS, with autoscaling.
        limits_now: the names of its on-demand limits in AWS. One of two is removed with -1.
    """
    inputs: dict[str, Any] = {
        "hash_key": settings.partition_key.name,
        "range_key": settings.sort_key.name if settings.sort_key else None,
        "attributes": [{"name": n, "type": t} for n, t in sorted(attribute_types(settings).items())],
        "global_secondary_indexes": [_global(i, settings, now) for i in settings.global_secondary_indexes],
        "local_secondary_indexes": [_local(index) for index in settings.local_secondary_indexes],
        "ttl": _ttl(settings),
        **_stream(settings),
        "point_in_time_recovery": _recovery(settings),
        "deletion_protection_enabled": settings.is_deletion_protected,
        "table_class": settings.table_class,
        "billing_mode": settings.billing_mode,
        **capacity(settings, settings, now.table if now else None),
        **_throughput(settings, limits_now),
        **_restored(settings.restore_from),
        "import_table": _imported(settings.import_from),
        "region": settings.region,
        "tags": settings.tags,
    }
    return {name: value for name, value in inputs.items() if value not in (None, {})}


def replica_inputs(
    settings: TableSettings, key_arns: Mapping[str, pulumi.Input[str]]
) -> Sequence[dict[str, Any]]:
    """The inputs of each replica: its key, and the same protection as the table."""
    return [
        {
            "region_name": region,
            "kms_key_arn": key_arns[region],
            "point_in_time_recovery": settings.point_in_time_recovery,
            "deletion_protection_enabled": settings.is_deletion_protected,
            "propagate_tags": True,
            **({"consistency_mode": "STRONG"} if settings.replica_consistency == "STRONG" else {}),
        }
        for region in settings.replica_regions
    ]


def _stream(settings: TableSettings) -> dict[str, Any]:
    """Replication needs a stream of new and old images."""
    view = settings.stream_view_type or ("NEW_AND_OLD_IMAGES" if settings.replica_regions else None)
    return {"stream_enabled": True, "stream_view_type": view} if view else {}


def _recovery(settings: TableSettings) -> dict[str, Any]:
    if not settings.point_in_time_recovery:
        return {"enabled": False}
    return {"enabled": True, "recovery_period_in_days": settings.recovery_period_in_days or LONGEST_RECOVERY}


def _ttl(settings: TableSettings) -> dict[str, Any]:
    """To turn TTL off, DynamoDB needs the current attribute; `TTL_ATTRIBUTE` keeps it."""
    name = settings.ttl_attribute
    return {"attribute_name": name, "enabled": True} if name else {"enabled": False}


def _throughput(
    place: TableSettings | GlobalSecondaryIndex, limits_now: Collection[str] = ()
) -> dict[str, Any]:
    """The on-demand limits and the warm throughput, if they are set. DynamoDB refuses "no limit" for a new
    table.
    """
    given = {"on_demand_throughput": place.on_demand_throughput, "warm_throughput": place.warm_throughput}
    found = {name: units.model_dump(exclude_none=True) for name, units in given.items() if units}
    if limits := found.get("on_demand_throughput"):
        limits |= {name: NO_LIMIT for name in limits_now if name not in limits}
    return {name: units for name, units in found.items() if units}


def not_restored(settings: TableSettings) -> list[str]:
    """The settings that a restore does not apply and that need another update.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
    """
    given = {
        "the billing mode": True,
        "on-demand limits": settings.on_demand_throughput,
        "deletion protection": settings.is_deletion_protected,
        "the stream": _stream(settings),
        "the table class": settings.table_class != "STANDARD",
        "tags": settings.tags,
    }
    return [name for name, is_given in given.items() if is_given]


def _restored(source: RestoreFrom | None) -> dict[str, Any]:
    """The inputs for a restore. Without a time, the latest restorable one."""
    if source is None:
        return {}
    if source.backup_arn is not None:
        return {"restore_backup_arn": source.backup_arn}
    time = {"restore_date_time": source.date_time} if source.date_time else {"restore_to_latest_time": True}
    return {"restore_source_table_arn": source.table_arn, **time}


def _imported(source: ImportFrom | None) -> dict[str, Any] | None:
    if source is None:
        return None
    bucket = {"bucket": source.bucket, "bucket_owner": source.bucket_owner, "key_prefix": source.key_prefix}
    csv = {"delimiter": source.csv_delimiter, "header_lists": list(source.csv_header) or None}
    options = {name: value for name, value in csv.items() if value is not None}
    return {
        "input_format": source.input_format,
        "input_compression_type": source.input_compression_type,
        "s3_bucket_source": {name: value for name, value in bucket.items() if value is not None},
        **({"input_format_options": {"csv": options}} if options else {}),
    }


def _global(index: GlobalSecondaryIndex, settings: TableSettings, now: CapacityNow | None) -> dict[str, Any]:
    return {
        "name": index.name,
        "hash_key": index.partition_key.name,
        **({"range_key": index.sort_key.name} if index.sort_key else {}),
        **_projection(index),
        **capacity(index, settings, now.indexes.get(index.name) if now else None),
        **_throughput(index),
    }


def _local(index: LocalSecondaryIndex) -> dict[str, Any]:
    return {"name": index.name, "range_key": index.sort_key.name, **_projection(index)}


def _projection(index: GlobalSecondaryIndex | LocalSecondaryIndex) -> dict[str, Any]:
    attributes = sorted(index.non_key_attributes)
    return {
        "projection_type": index.projection_type,
        **({"non_key_attributes": attributes} if attributes else {}),
    }
