"""Replicas of global tables (version 2019.11.21), each with a key in its Region.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from .. import ministack_adapter as ms
from ..arns import TableName, find_key
from ..dynamodb import resource_policies, table_encryption
from ..errors import ServiceError
from ..kms import grants
from ..kms.aws_managed_key import is_aws_managed
from ..kms.aws_managed_key import of as aws_managed_key_of
from ..ministack_adapter import Record

INVALID = table_encryption.INVALID
NOT_COPIED = ("_encryption_changes", "_encryption_target", "_grants", "_recovery_days")
# In the replica's Region: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2gt_IAM.html
_NEEDED = {
    "Create": (
        "BatchWriteItem",
        "CreateTable",
        "CreateTableReplica",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "UpdateItem",
    ),
    "Delete": ("DeleteTable", "DeleteTableReplica"),
}
ReplicaUpdates = list[Mapping[str, Mapping[str, Any]]]


def checked(
    headers: Mapping[str, str], table: TableName, updates: ReplicaUpdates
) -> dict[str, Record | None]:
    """The key of each replica to create, by Region; None if no key is requested.

    Raises:
        ServiceError: a key is missing, of the wrong Region or kind, or unusable by the caller, the caller
            lacks a permission in the replica's Region, or a replica to remove is protected.
    """
    keys: dict[str, Record | None] = {}
    for update in updates:
        for action, replica in update.items():
            region = str(replica.get("RegionName", ""))
            there = TableName(table.account, region, table.name)
            for needed in _NEEDED.get(action, ()):
                resource_policies.require(headers, f"dynamodb:{needed}", there)
            if action == "Create":
                keys[region] = _key_of_new(headers, table, there, replica.get("KMSMasterKeyId"))
            elif action == "Delete" and (there.record or {}).get("DeletionProtectionEnabled"):
                raise deletion_protected()
    return keys


def check_capacity(
    table: TableName, request: Mapping[str, Any], scales_writes: Callable[[TableName], bool]
) -> None:
    """Check that a table with a new replica can follow the writes of all Regions.

    Raises:
        ServiceError: it has provisioned capacity for writes that is not scaled.
    """
    is_new = any("Create" in update for update in request.get("ReplicaUpdates") or [])
    now = ((table.record or {}).get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    if is_new and request.get("BillingMode", now) == "PROVISIONED" and not scales_writes(table):
        text = "Table write capacity should either be Pay-Per-Request or AutoScaled."
        raise ServiceError("ValidationException", text)


def deletion_protected() -> ServiceError:
    """The error of deleting a table, or a replica, whose deletion protection is on."""
    return ServiceError(
        "ValidationException",
        "Resource cannot be deleted as it is currently protected against deletion. "
        "Disable deletion protection first.",
    )


def _key_of_new(
    headers: Mapping[str, str], table: TableName, there: TableName, reference: str | None
) -> Record | None:
    own = find_key(table.key_arn() or "")
    if own and is_aws_managed(own) and not reference:
        return aws_managed_key_of(there.account, there.region)
    has_key = own is not None and not is_aws_managed(own)
    if has_key and not reference:
        raise ServiceError(
            "ValidationException", f"{INVALID}KMSMasterKeyId must be specified for each replica."
        )
    if not reference:
        return None
    if not has_key:
        text = "KMSMasterKeyId can be specified for a replica only if the table has a customer managed key."
        raise ServiceError("ValidationException", f"{INVALID}{text}")
    with ms.scope(there.account, there.region):
        refused, key = table_encryption.usable_key(headers, there, reference)
    if refused:
        raise ServiceError.of(refused)
    return key


def complete(
    table: TableName, keys: Mapping[str, Record | None], grants_of_removed: Mapping[str, list[str]]
) -> None:
    """Update encryption and grants after ministack created or removed replicas."""
    for region, key in keys.items():
        _encrypt(TableName(table.account, region, table.name), key)
    for region, held in grants_of_removed.items():
        grants.retire(TableName(table.account, region, table.name), held)


def _encrypt(replica: TableName, key: Record | None) -> None:
    record = replica.record
    if record is None:
        return
    for name in NOT_COPIED:
        record.pop(name, None)
    if key:
        record["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key["Arn"]}
        grants.give_to_dynamodb(replica, key)


def grants_of_leaving(table: TableName, updates: ReplicaUpdates) -> dict[str, list[str]]:
    """The grants of the replicas to remove, by Region."""
    regions = [str(one["Delete"].get("RegionName", "")) for one in updates if "Delete" in one]
    return {
        region: list(grants.of_dynamodb(TableName(table.account, region, table.name))) for region in regions
    }


def describe(table: TableName, description: dict[str, Any]) -> None:
    """Show each replica's key in a table's description, as AWS does."""
    for replica in description.get("Replicas") or []:
        there = TableName(table.account, replica["RegionName"], table.name)
        table_encryption.complete_if_due(there)
        if key := there.key_arn():
            replica["KMSMasterKeyId"] = key
