"""`aws.dynamodb.Table`."""

from typing import Any

from botocore.exceptions import ClientError

from local.provider.call import Call
from local.provider.dynamodb import changes, description, replicas, requests, restore, settings, waiting
from local.provider.errors import is_code, message_of
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties


class DynamoDbTable(Lifecycle):
    """A table; its id is its name."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """CreateTable, or a restore; encrypted from the start."""
        dynamodb = call.client("dynamodb")

        def make() -> Any:  # noqa: ANN401  # AWS's TableDescription
            if restore.is_wanted(inputs):
                return restore.start(dynamodb, inputs)
            return dynamodb.create_table(**requests.create_table(inputs))["TableDescription"]

        table = call.retry_while(is_busy, make, call.timeout)
        return Created(inputs["name"], {"arn": table["TableArn"]})

    def complete(self, call: Call, resource_id: str, inputs: Properties) -> None:
        """Wait until ACTIVE, then apply the settings that have separate requests."""
        waiting.until_active(call, resource_id)
        waiting.until_encrypted(call, resource_id, None)
        if (inputs.get("ttl") or {}).get("enabled"):
            settings.set_ttl(call, resource_id, inputs["ttl"])
        if (inputs.get("pointInTimeRecovery") or {}).get("enabled"):
            settings.set_point_in_time_recovery(call, resource_id, inputs["pointInTimeRecovery"])
        for replica in inputs.get("replicas") or []:
            replicas.add(call, resource_id, replica)
        replicas.copy_tags(call, resource_id, inputs)

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """DescribeTable, and the settings that it does not return."""
        table = waiting.describe(call, resource_id)
        if table is None or table["TableStatus"] == "DELETING":
            return None
        properties = description.table_properties(table, known)
        if encryption := properties["serverSideEncryption"]:
            encryption["kmsKeyArn"] = settings.customer_managed(call, encryption["kmsKeyArn"])
        return {
            **properties,
            "ttl": settings.read_ttl(call, resource_id),
            "pointInTimeRecovery": settings.read_point_in_time_recovery(call, resource_id),
            "replicas": replicas.read(call, table, known.get("replicas") or []) or None,
            **settings.read_tags(call, table["TableArn"]),
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """As the official plugin: tags, the changes of UpdateTable, TTL, replicas, recovery."""
        waiting.until_active(call, resource_id)
        if "tags" in changed:
            settings.change_tags(call, old["arn"], old, new)
        changes.apply(call, resource_id, old, new, changed)
        if "ttl" in changed:
            settings.set_ttl(call, resource_id, new.get("ttl") or {**old["ttl"], "enabled": False})
        if "replicas" in changed:
            replicas.change(call, resource_id, old.get("replicas") or [], new.get("replicas") or [])
        if changed & {"replicas", "tags"}:
            replicas.copy_tags(call, resource_id, new)
        if "pointInTimeRecovery" in changed:
            wanted = new.get("pointInTimeRecovery") or {"enabled": False}
            settings.set_point_in_time_recovery(call, resource_id, wanted)

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """Delete the replicas, then the table. DynamoDB itself refuses to delete a protected table."""
        for replica in known.get("replicas") or []:
            replicas.remove(call, resource_id, replica["regionName"])
        dynamodb = call.client("dynamodb")
        try:
            call.retry_while(is_busy, lambda: dynamodb.delete_table(TableName=resource_id), call.timeout)
        except ClientError as error:
            if not is_code(error, "ResourceNotFoundException"):
                raise
        waiting.until_gone(call, resource_id)


def is_busy(error: ClientError) -> bool:
    """Whether DynamoDB is creating too many tables at once, or the table is still changing."""
    if is_code(error, "ResourceInUseException"):
        return "is being" in message_of(error)
    return is_code(error, "LimitExceededException") and "simultaneously" in message_of(error)
