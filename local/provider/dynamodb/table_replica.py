# ruff: noqa: ARG002  # lifecycle methods have the same parameters for every type
"""`aws.dynamodb.TableReplica`: a replica of a table as a separate resource."""

from typing import Any

from botocore.exceptions import ClientError

from local.provider.call import Call
from local.provider.dynamodb import requests, settings, waiting
from local.provider.errors import ProviderError, is_code
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties


class DynamoDbTableReplica(Lifecycle):
    """A replica in the resource's Region; its id is `<table name>:<main table's Region>`."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """UpdateTable of the main table, in the main table's Region."""
        table, region = _table_of(inputs["globalTableArn"])
        if region == call.region:
            raise ProviderError(
                f"creating DynamoDB Table Replica: it cannot be in {region}, the main table's Region; set "
                "the property `region` or use a provider of another Region"
            )
        replica = requests.replica(
            {"regionName": call.region, "kmsKeyArn": inputs.get("kmsKeyArn")},
            inputs.get("tableClassOverride"),
        )
        _update(call, table, region, {"Create": replica})
        return Created(f"{table}:{region}")

    def complete(self, call: Call, resource_id: str, inputs: Properties) -> None:
        """Wait until ACTIVE, then apply the replica's settings."""
        table, region = split(resource_id)
        call.wait_until(
            f"the replica of {table} in {call.region} to be ACTIVE",
            lambda: _status(call, table, region) == "ACTIVE",
        )
        arn = waiting.until_active(call, table)["TableArn"]
        changed = {name for name in ("pointInTimeRecovery", "deletionProtectionEnabled") if inputs.get(name)}
        self._set(call, table, inputs, changed)
        settings.change_tags(call, arn, settings.read_tags(call, arn), inputs)

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """DescribeTable in the replica's Region."""
        table, region = split(resource_id)
        description = waiting.describe(call, table)
        main = waiting.describe(call, table, region)
        if description is None or main is None or _status(call, table, region) is None:
            return None
        encryption = description.get("SSEDescription") or {}
        return {
            "arn": description["TableArn"],
            "deletionProtectionEnabled": description.get("DeletionProtectionEnabled", False),
            "globalTableArn": main["TableArn"],
            "kmsKeyArn": settings.customer_managed(call, encryption.get("KMSMasterKeyArn", "")),
            "pointInTimeRecovery": settings.read_point_in_time_recovery(call, table)["enabled"],
            **settings.read_tags(call, description["TableArn"]),
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """Tags, then the replica's own settings."""
        table, _ = split(resource_id)
        arn = waiting.until_active(call, table)["TableArn"]
        if "tags" in changed:
            settings.change_tags(call, arn, old, new)
        self._set(call, table, new, changed)

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """Remove the replica by UpdateTable of the main table."""
        table, region = split(resource_id)
        try:
            _update(call, table, region, {"Delete": {"RegionName": call.region}})
        except ClientError as error:
            if not is_code(error, "ReplicaNotFoundException", "ResourceNotFoundException"):
                raise
        call.wait_until(
            f"the replica of {table} in {call.region} to be gone",
            lambda: _status(call, table, region) is None,
        )

    def _set(self, call: Call, table: str, inputs: Properties, changed: set[str]) -> None:
        if "pointInTimeRecovery" in changed:
            recovery = {"enabled": inputs.get("pointInTimeRecovery", False)}
            settings.set_point_in_time_recovery(call, table, recovery)
        if "deletionProtectionEnabled" in changed:
            protected = inputs.get("deletionProtectionEnabled", False)
            call.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=protected)


def split(resource_id: str) -> tuple[str, str]:
    """Split a replica's id into the table and the main table's Region.

    Raises:
        ProviderError: it is not `<table name>:<Region>`.
    """
    table, separator, region = resource_id.partition(":")
    if not separator or not table or not region:
        raise ProviderError(
            f"the id of a DynamoDB Table Replica is `<table name>:<Region>`, got {resource_id!r}"
        )
    return table, region


def _table_of(arn: str) -> tuple[str, str]:
    return arn.rsplit("/", 1)[-1], arn.split(":")[3]


def _status(call: Call, table: str, region: str) -> str | None:
    replicas = (waiting.describe(call, table, region) or {}).get("Replicas") or []
    found = (r.get("ReplicaStatus", "ACTIVE") for r in replicas if r["RegionName"] == call.region)
    return next(found, None)


def _update(call: Call, table: str, region: str, replica_update: Properties) -> None:
    dynamodb = call.client("dynamodb", region)
    call.retry_while(
        lambda error: is_code(error, "ResourceInUseException"),
        lambda: dynamodb.update_table(TableName=table, ReplicaUpdates=[replica_update]),
        call.timeout,
    )
