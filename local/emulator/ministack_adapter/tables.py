"""The tables and backups that ministack stores."""

from types import ModuleType

from .modules import Record, _backup, _dynamodb, _streams


def table_record(account: str, in_region: str, name: str) -> Record | None:
    """The table with this name."""
    found: Record | None = _dynamodb._tables.get_scoped(account, in_region, name)
    return found


def regions_of(table: Record) -> list[str]:
    """The Regions of a table with replicas, with its own; empty without replicas."""
    return list(_dynamodb._replica_group(table))


def stream_of(shard_iterator: str) -> str:
    """The ARN of the stream that an iterator reads; empty if it is not an iterator."""
    return str((_streams._decode_iterator(shard_iterator) or {}).get("arn", ""))


def has_time_to_live(account: str, in_region: str, name: str) -> bool:
    """Whether items of the table expire."""
    setting = _dynamodb._ttl_settings.get_scoped(account, in_region, name) or {}
    return setting.get("TimeToLiveStatus") == "ENABLED"


def has_point_in_time_recovery(account: str, in_region: str, name: str) -> bool:
    """Whether the table can be restored to a point in time."""
    return bool(_dynamodb._pitr_settings.get_scoped(account, in_region, name, False))


def table_tags(arn: str) -> list[str]:
    """The keys of the tags of a table of this account and Region."""
    return [tag["Key"] for tag in _dynamodb._tags.get(arn) or []]


def backup(arn: str) -> Record | None:
    """The backup, of this account and Region, with this ARN."""
    found: Record | None = _dynamodb._backups.get(arn)
    return found


def backup_vaults() -> ModuleType:
    """The store of AWS Backup's vaults."""
    module: ModuleType = _backup
    return module


def resource_policy(account: str, in_region: str, arn: str) -> Record | None:
    """The record of the resource-based policy of a table or stream."""
    found: Record | None = _dynamodb._resource_policies.get_scoped(account, in_region, arn)
    return found


def put_resource_policy(arn: str, policy: str) -> None:
    """Attach a resource-based policy to a table of this account and Region."""
    _dynamodb._put_resource_policy({"ResourceArn": arn, "Policy": policy})


def drop_table_leftovers(name: str, arn: str) -> None:
    """Remove what ministack keeps of a table after its deletion."""
    _dynamodb._resource_policies.pop(arn, None)
    _dynamodb._pitr_settings.pop(name, None)
