"""Updates a table in place: one UpdateTable per kind of change, waiting after each."""

from typing import Any

from botocore.exceptions import ClientError

from local.provider.call import Call
from local.provider.dynamodb import requests, waiting
from local.provider.errors import is_code
from local.provider.values import Properties, Value

THROUGHPUT = ("readCapacity", "writeCapacity", "onDemandThroughput")
KEYS = ("hashKey", "rangeKey", "projectionType", "nonKeyAttributes")


def apply(call: Call, table: str, old: Properties, new: Properties, changed: set[str]) -> None:
    """Change the table from the old properties to the new ones."""
    if "deletionProtectionEnabled" in changed:
        update(call, table, DeletionProtectionEnabled=new.get("deletionProtectionEnabled", False))
    if "serverSideEncryption" in changed:
        change_encryption(call, table, old, new)
    if changed & {"billingMode", *THROUGHPUT}:
        update(call, table, **_throughput_request(old, new, changed))
    if changed & {"globalSecondaryIndexes", "attributes"}:
        change_indexes(call, table, old, new)
    if "tableClass" in changed:
        update(call, table, TableClass=new["tableClass"])
    if changed & {"streamEnabled", "streamViewType"}:
        change_stream(call, table, old, new)


def update(call: Call, table: str, **request: Value) -> None:
    """UpdateTable, retried while an earlier change is in progress. Wait until the table is ACTIVE."""
    dynamodb = call.client("dynamodb")
    call.retry_while(
        lambda error: is_code(error, "ResourceInUseException"),
        lambda: dynamodb.update_table(TableName=table, **request),
        call.timeout,
    )
    waiting.until_active(call, table)


def change_encryption(call: Call, table: str, old: Properties, new: Properties) -> None:
    """Encrypt with another key, and wait until DescribeTable shows it.

    The old key must stay usable until then.
    """
    specification = requests.sse(new)
    if not specification["Enabled"] and not (old.get("serverSideEncryption") or {}).get("enabled"):
        return
    update(call, table, SSESpecification=specification)
    waiting.until_encrypted(call, table, specification.get("KMSMasterKeyId"))


def _throughput_request(old: Properties, new: Properties, changed: set[str]) -> dict[str, Any]:
    """Billing mode and capacity, including the capacity of indexes that stay."""
    mode = new["billingMode"]
    request: dict[str, Any] = {"BillingMode": mode, **requests.throughput(new, mode)}
    if "billingMode" in changed and mode != requests.ON_DEMAND:
        before = _by_name(old)
        request["GlobalSecondaryIndexUpdates"] = [
            {"Update": {"IndexName": name, **requests.throughput(index, mode)}}
            for name, index in _by_name(new).items()
            if name in before
        ]
    return {name: value for name, value in request.items() if value != []}


def change_indexes(call: Call, table: str, old: Properties, new: Properties) -> None:
    """Delete, then create, then change indexes; DynamoDB creates and deletes one at a time."""
    before, after, mode = _by_name(old), _by_name(new), new["billingMode"]
    remade = {name for name in before if name in after and _has_other_keys(before[name], after[name])}
    for name in sorted({*before} - {*after} | remade):
        _delete_index(call, table, name)
    for name in sorted({*after} - {*before} | remade):
        create = {"Create": requests.global_index(after[name], mode)}
        update(
            call,
            table,
            AttributeDefinitions=requests.attribute_definitions(new),
            GlobalSecondaryIndexUpdates=[create],
        )
    for name in sorted({*before} & {*after} - remade):
        wanted = requests.throughput(after[name], mode)
        if wanted and wanted != _throughput_now(call, table, name, wanted):
            change = {"Update": {"IndexName": name, **wanted}}
            update(call, table, GlobalSecondaryIndexUpdates=[change])


def _delete_index(call: Call, table: str, name: str) -> None:
    try:
        update(call, table, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": name}}])
    except ClientError as error:
        if not is_code(error, "ResourceNotFoundException"):
            raise


def _throughput_now(call: Call, table: str, name: str, wanted: Properties) -> dict[str, Any]:
    indexes = (waiting.describe(call, table) or {}).get("GlobalSecondaryIndexes") or []
    index: Properties = next((i for i in indexes if i["IndexName"] == name), {})
    return {
        kind: {unit: (index.get(kind) or {}).get(unit) for unit in units} for kind, units in wanted.items()
    }


def _by_name(properties: Properties) -> dict[str, Properties]:
    return {index["name"]: index for index in properties.get("globalSecondaryIndexes") or []}


def _has_other_keys(old: Properties, new: Properties) -> bool:
    return any(_plain(old.get(name)) != _plain(new.get(name)) for name in KEYS)


def _plain(value: Value) -> Value:
    return sorted(value) if isinstance(value, list) else value or None


def change_stream(call: Call, table: str, old: Properties, new: Properties) -> None:
    """Turn the stream on or off. To change the view type, turn it off first."""
    if old.get("streamEnabled"):
        update(call, table, StreamSpecification={"StreamEnabled": False})
    if new.get("streamEnabled"):
        update(call, table, StreamSpecification=requests.stream(new))
