"""Updates a table in place, in the order of the official plugin; waits after each request.

One UpdateTable has billing mode, capacity, on-demand limits, deletion protection, stream and the capacity of
indexes. As in the official plugin, a limit that is left out stays, and so does that of an index.
"""

from typing import Any

from botocore.exceptions import ClientError

from local.provider.call import Call
from local.provider.dynamodb import index_changes, requests, waiting
from local.provider.errors import is_code
from local.provider.values import Properties, Value

CAPACITY = ("billingMode", "readCapacity", "writeCapacity")
TOGETHER = {*CAPACITY, "deletionProtectionEnabled", "onDemandThroughput", "streamEnabled"}


def apply(call: Call, table: str, old: Properties, new: Properties, changed: set[str]) -> None:
    """Change the table from the old properties to the new ones."""
    indexes = index_changes.between(old, new if "globalSecondaryIndexes" in changed else old)
    for name in indexes.deleted:
        _delete_index(call, table, name)
    if "tableClass" in changed:
        update(call, table, TableClass=new["tableClass"])
    if "streamViewType" in changed and "streamEnabled" not in changed and new.get("streamEnabled"):
        update(call, table, StreamSpecification={"StreamEnabled": False})
        update(call, table, StreamSpecification=requests.stream(new))
    if changed & TOGETHER or indexes.updates:
        update(call, table, **_together(old, new, changed, indexes.updates))
    for index in indexes.created:
        update(
            call,
            table,
            AttributeDefinitions=requests.attribute_definitions(new),
            GlobalSecondaryIndexUpdates=[{"Create": index}],
        )
    if "serverSideEncryption" in changed:
        _change_encryption(call, table, old, new)


def update(call: Call, table: str, **request: Value) -> None:
    """UpdateTable, retried while an earlier change is in progress. Wait until the table is ACTIVE."""
    dynamodb = call.client("dynamodb")
    call.retry_while(
        lambda error: is_code(error, "ResourceInUseException"),
        lambda: dynamodb.update_table(TableName=table, **request),
        call.timeout,
    )
    waiting.until_active(call, table)


def _together(
    old: Properties, new: Properties, changed: set[str], index_updates: list[dict[str, Any]]
) -> dict[str, Any]:
    mode = new["billingMode"]
    request: dict[str, Any] = {}
    if changed & {*CAPACITY}:
        request = {"BillingMode": mode, **requests.capacity(_at_least_one(old, new), mode)}
    if "deletionProtectionEnabled" in changed:
        request["DeletionProtectionEnabled"] = new.get("deletionProtectionEnabled", False)
    if "onDemandThroughput" in changed:
        request |= requests.limits(new)
    if "streamEnabled" in changed:
        request["StreamSpecification"] = requests.stream(new)
    if index_updates:
        request["GlobalSecondaryIndexUpdates"] = index_updates
    return request


def _at_least_one(old: Properties, new: Properties) -> Properties:
    """The new capacity. A table that leaves on-demand without one gets one unit."""
    if old.get("billingMode") != requests.ON_DEMAND:
        return new
    return {**new, **{name: new.get(name) or 1 for name in ("readCapacity", "writeCapacity")}}


def _change_encryption(call: Call, table: str, old: Properties, new: Properties) -> None:
    """Encrypt with another key, and wait until DescribeTable shows it, in each Region.

    The old key must stay usable until then. The keys of a table and its replicas change in one request.
    """
    specification = requests.sse(new)
    if not specification["Enabled"] and not (old.get("serverSideEncryption") or {}).get("enabled"):
        return
    key, replicas = specification.get("KMSMasterKeyId"), new.get("replicas") or []
    if key and replicas:
        own = {"regionName": call.region, "kmsKeyArn": key}
        keys = [requests.replica(one) for one in (*replicas, own) if one.get("kmsKeyArn")]
        update(call, table, ReplicaUpdates=[{"Update": one} for one in keys])
    else:
        update(call, table, SSESpecification=specification)
    for replica in replicas:
        waiting.until_encrypted(call, table, replica.get("kmsKeyArn"), replica["regionName"])
    waiting.until_encrypted(call, table, key)


def _delete_index(call: Call, table: str, name: str) -> None:
    try:
        update(call, table, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": name}}])
    except ClientError as error:
        if not is_code(error, "ResourceNotFoundException"):
            raise
