"""Settings of a table with separate requests: TTL, point-in-time recovery, tags."""

from typing import Any

from botocore.exceptions import ClientError

from local.provider import tags
from local.provider.call import Call
from local.provider.errors import is_code
from local.provider.values import Properties


def customer_managed(call: Call, key: str, region: str | None = None) -> str:
    """The key's ARN; empty for the AWS managed key, which the official plugin does not store in the state.

    Like there, a key is kept if the caller may not describe it.
    """
    try:
        metadata = call.client("kms", region).describe_key(KeyId=key)["KeyMetadata"] if key else {}
    except ClientError:
        return key
    return "" if metadata.get("KeyManager") == "AWS" else key


def set_ttl(call: Call, table: str, ttl: Properties) -> None:
    """UpdateTimeToLive, and wait for the change."""
    enabled, attribute = ttl.get("enabled", False), ttl.get("attributeName", "")
    now = read_ttl(call, table)
    if now["enabled"] == enabled and (now.get("attributeName") == attribute or not enabled):
        return
    attribute = attribute if enabled else now["attributeName"]
    specification = {"Enabled": enabled, "AttributeName": attribute}
    call.client("dynamodb").update_time_to_live(TableName=table, TimeToLiveSpecification=specification)
    call.wait_until("TTL to be changed", lambda: read_ttl(call, table)["enabled"] == enabled)


def read_ttl(call: Call, table: str) -> dict[str, Any]:
    """DescribeTimeToLive."""
    ttl = call.client("dynamodb").describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    return {
        "attributeName": ttl.get("AttributeName", ""),
        "enabled": ttl.get("TimeToLiveStatus") == "ENABLED",
    }


def set_point_in_time_recovery(call: Call, table: str, wanted: Properties, region: str | None = None) -> None:
    """UpdateContinuousBackups, retried while backups are being enabled for a new table."""
    days = wanted.get("recoveryPeriodInDays") if wanted["enabled"] else None
    specification = {
        "PointInTimeRecoveryEnabled": wanted["enabled"],
        **({"RecoveryPeriodInDays": days} if days else {}),
    }
    dynamodb = call.client("dynamodb", region)
    call.retry_while(
        lambda error: is_code(error, "ContinuousBackupsUnavailableException"),
        lambda: dynamodb.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification=specification
        ),
        call.timeout,
    )
    call.wait_until(
        "point-in-time recovery to be changed",
        lambda: read_point_in_time_recovery(call, table, region)["enabled"] == wanted["enabled"],
    )


def read_point_in_time_recovery(call: Call, table: str, region: str | None = None) -> dict[str, Any]:
    """DescribeContinuousBackups. It returns the period only while recovery is on; the official plugin, 0."""
    backups = call.client("dynamodb", region).describe_continuous_backups(TableName=table)
    recovery = backups["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription") or {}
    enabled = recovery.get("PointInTimeRecoveryStatus") == "ENABLED"
    return {
        "enabled": enabled,
        "recoveryPeriodInDays": recovery.get("RecoveryPeriodInDays", 0) if enabled else 0,
    }


def read_tags(call: Call, arn: str, region: str | None = None) -> dict[str, Any]:
    """The tags of a table or replica."""
    pages = call.client("dynamodb", region).get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
    return tags.from_list([tag for page in pages for tag in page.get("Tags", [])])


def change_tags(call: Call, arn: str, old: Properties, new: Properties, region: str | None = None) -> None:
    """Remove and set the tags that differ."""
    dynamodb, change = call.client("dynamodb", region), tags.change(old, new)
    if change.remove:
        dynamodb.untag_resource(ResourceArn=arn, TagKeys=change.remove)
    if change.set:
        dynamodb.tag_resource(ResourceArn=arn, Tags=tags.to_list(change.set))
