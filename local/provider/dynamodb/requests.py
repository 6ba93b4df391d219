"""Converts a table's inputs to DynamoDB's requests. Pure functions."""

from typing import Any

from local.provider import tags
from local.provider.values import Properties

ON_DEMAND = "PAY_PER_REQUEST"


def create_table(inputs: Properties) -> dict[str, Any]:
    """The CreateTable request. Other settings are applied once the table is ACTIVE."""
    mode = inputs["billingMode"]
    request: dict[str, Any] = {
        "TableName": inputs["name"],
        "BillingMode": mode,
        "KeySchema": key_schema(inputs["hashKey"], inputs.get("rangeKey")),
        "AttributeDefinitions": attribute_definitions(inputs),
        "DeletionProtectionEnabled": inputs.get("deletionProtectionEnabled") or [],
        "TableClass": inputs["tableClass"],
        "GlobalSecondaryIndexes": [
            global_index(index, mode) for index in inputs.get("globalSecondaryIndexes") or []
        ],
        "LocalSecondaryIndexes": [
            local_index(index, inputs["hashKey"]) for index in inputs.get("localSecondaryIndexes") or []
        ],
        "Tags": tags.to_list(inputs.get("tags")),
        **capacity(inputs, mode),
        **limits(inputs),
    }
    if inputs.get("streamEnabled"):
        request["StreamSpecification"] = stream(inputs)
    if (encryption := inputs.get("serverSideEncryption")) and encryption["enabled"]:
        request["SSESpecification"] = sse(inputs)
    return {name: value for name, value in request.items() if value != []}


def key_schema(hash_key: str, range_key: str | None) -> list[dict[str, str]]:
    """The key of a table or index."""
    schema = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    return [*schema, {"AttributeName": range_key, "KeyType": "RANGE"}] if range_key else schema


def attribute_definitions(inputs: Properties) -> list[dict[str, str]]:
    """The types of the key attributes."""
    return [{"AttributeName": a["name"], "AttributeType": a["type"]} for a in inputs["attributes"]]


def global_index(index: Properties, mode: str) -> dict[str, Any]:
    """A global secondary index to create."""
    return {
        "IndexName": index["name"],
        "KeySchema": key_schema(index["hashKey"], index.get("rangeKey")),
        "Projection": projection(index),
        **(limits(index) if mode == ON_DEMAND else capacity(index, mode)),
    }


def local_index(index: Properties, hash_key: str) -> dict[str, Any]:
    """A local secondary index to create."""
    return {
        "IndexName": index["name"],
        "KeySchema": key_schema(hash_key, index["rangeKey"]),
        "Projection": projection(index),
    }


def projection(index: Properties) -> dict[str, Any]:
    """The projection of an index."""
    more = {"NonKeyAttributes": index["nonKeyAttributes"]} if index.get("nonKeyAttributes") else {}
    return {"ProjectionType": index["projectionType"], **more}


def capacity(place: Properties, mode: str) -> dict[str, Any]:
    """The provisioned capacity of a table or index; nothing for on-demand."""
    if mode == ON_DEMAND:
        return {}
    units = {"ReadCapacityUnits": place["readCapacity"], "WriteCapacityUnits": place["writeCapacity"]}
    return {"ProvisionedThroughput": units}


def limits(place: Properties) -> dict[str, Any]:
    """The on-demand limits of a table or index. To remove one, DynamoDB expects -1."""
    found = place.get("onDemandThroughput") or {}
    names = {"maxReadRequestUnits": "MaxReadRequestUnits", "maxWriteRequestUnits": "MaxWriteRequestUnits"}
    given = {names[name]: found[name] for name in names if found.get(name)}
    return {"OnDemandThroughput": given} if given else {}


def stream(inputs: Properties) -> dict[str, Any]:
    """The stream, on or off."""
    if not inputs.get("streamEnabled"):
        return {"StreamEnabled": False}
    return {"StreamEnabled": True, "StreamViewType": inputs["streamViewType"]}


def sse(inputs: Properties) -> dict[str, Any]:
    """The encryption: with the given key, the AWS managed key or the AWS owned key."""
    encryption = inputs.get("serverSideEncryption") or {}
    if not encryption.get("enabled"):
        return {"Enabled": False}
    key = encryption.get("kmsKeyArn")
    return {"Enabled": True, **({"SSEType": "KMS", "KMSMasterKeyId": key} if key else {})}


def replica(replica_input: Properties, table_class: str | None = None) -> dict[str, Any]:
    """A replica to create, or to give another key."""
    request = {
        "RegionName": replica_input["regionName"],
        "KMSMasterKeyId": replica_input.get("kmsKeyArn"),
        "TableClassOverride": table_class,
    }
    return {name: value for name, value in request.items() if value}
