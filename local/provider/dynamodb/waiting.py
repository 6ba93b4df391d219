"""Waits for tables: each function polls DescribeTable."""

from typing import Any

from botocore.exceptions import ClientError

from local.provider.call import Call
from local.provider.errors import ProviderError, is_code

UNREADABLE = ("INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVED", "ARCHIVING")


def describe(call: Call, table: str, region: str | None = None) -> dict[str, Any] | None:
    """AWS's TableDescription; None if there is no such table."""
    try:
        description: dict[str, Any] = call.client("dynamodb", region).describe_table(TableName=table)["Table"]
    except ClientError as error:
        if is_code(error, "ResourceNotFoundException"):
            return None
        raise
    return description


def until_active(call: Call, table: str, region: str | None = None) -> dict[str, Any]:
    """Wait until the table and all its indexes are ACTIVE. Return its description.

    Raises:
        ProviderError: the table was deleted, or DynamoDB cannot use its key any more.
    """
    found: dict[str, Any] = {}

    def active() -> bool:
        description = describe(call, table, region)
        if description is None:
            raise ProviderError(f"the table {table} was deleted while the provider waited for it")
        if description["TableStatus"] in UNREADABLE:
            raise ProviderError(
                f"the table {table} is {description['TableStatus']}: DynamoDB cannot use its KMS key"
            )
        found.update(description)
        indexes = description.get("GlobalSecondaryIndexes") or []
        return description["TableStatus"] == "ACTIVE" and all(i["IndexStatus"] == "ACTIVE" for i in indexes)

    call.wait_until(f"the table {table} to be ACTIVE", active)
    return found


def until_encrypted(call: Call, table: str, key_arn: str | None, region: str | None = None) -> None:
    """Wait until a change of the encryption is complete. The old key must stay usable until then.

    Args:
        call: the operation.
        table: the table's name.
        key_arn: the key that DescribeTable must show; any or no key when left out.
        region: the Region of the replica; the table's own when left out.
    """

    def done() -> bool:
        description = (describe(call, table, region) or {}).get("SSEDescription") or {}
        if description.get("Status") in ("UPDATING", "ENABLING", "DISABLING"):
            return False
        return key_arn is None or description.get("KMSMasterKeyArn") == key_arn

    call.wait_until(f"the table {table} to be encrypted with {key_arn or 'its new key'}", done)


def until_gone(call: Call, table: str, region: str | None = None) -> None:
    """Wait until the table is deleted."""
    call.wait_until(f"the table {table} to be deleted", lambda: describe(call, table, region) is None)


def until_replica(call: Call, table: str, region: str, *, there: bool) -> None:
    """Wait until the table's replica in a Region is ACTIVE, or deleted."""
    wanted = "ACTIVE" if there else None
    call.wait_until(
        f"the replica of {table} in {region} to be {wanted or 'gone'}",
        lambda: _replica_status(call, table, region) == wanted,
    )


def has_replica(call: Call, table: str, region: str) -> bool:
    """Whether the table has a replica in this Region, in any status."""
    return _replica_status(call, table, region) is not None


def _replica_status(call: Call, table: str, region: str) -> str | None:
    replicas = (describe(call, table) or {}).get("Replicas") or []
    return next((r.get("ReplicaStatus", "ACTIVE") for r in replicas if r["RegionName"] == region), None)
