"""Converts a response of DescribeTable to pulumi-aws's properties. Pure functions."""

from typing import Any

from local.provider.values import Properties


def table_properties(table: Properties, known: Properties) -> dict[str, Any]:
    """The table's properties.

    Args:
        table: AWS's TableDescription.
        known: current inputs or outputs, for what AWS does not return.
    """
    mode = (table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    stream = table.get("StreamSpecification") or {}
    return {
        "arn": table["TableArn"],
        "attributes": [
            {"name": a["AttributeName"], "type": a["AttributeType"]} for a in table["AttributeDefinitions"]
        ],
        "billingMode": mode,
        "deletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
        "globalSecondaryIndexes": [global_index(i) for i in table.get("GlobalSecondaryIndexes") or []]
        or None,
        "localSecondaryIndexes": [local_index(i) for i in table.get("LocalSecondaryIndexes") or []] or None,
        "name": table["TableName"],
        **keys(table["KeySchema"]),
        **capacity(table),
        "onDemandThroughput": on_demand(table),
        "serverSideEncryption": encryption(table, known.get("serverSideEncryption")),
        "streamArn": table.get("LatestStreamArn", ""),
        "streamLabel": table.get("LatestStreamLabel", ""),
        "streamEnabled": stream.get("StreamEnabled", False),
        "streamViewType": stream.get("StreamViewType", "") if stream else known.get("streamViewType", ""),
        "tableClass": (table.get("TableClassSummary") or {}).get("TableClass", "STANDARD"),
    }


def keys(schema: list[dict[str, str]]) -> dict[str, Any]:
    """The key attributes of a table or index."""
    by_type = {key["KeyType"]: key["AttributeName"] for key in schema}
    return {"hashKey": by_type.get("HASH"), "rangeKey": by_type.get("RANGE")}


def capacity(place: Properties) -> dict[str, Any]:
    """Provisioned capacity; 0 if on-demand."""
    units = place.get("ProvisionedThroughput") or {}
    return {
        "readCapacity": units.get("ReadCapacityUnits", 0),
        "writeCapacity": units.get("WriteCapacityUnits", 0),
    }


def on_demand(place: Properties) -> dict[str, Any] | None:
    """The on-demand limits; like in the official plugin, 0 for one of two that is not set."""
    limits = place.get("OnDemandThroughput") or {}
    names = {"MaxReadRequestUnits": "maxReadRequestUnits", "MaxWriteRequestUnits": "maxWriteRequestUnits"}
    return {ours: limits.get(theirs, 0) for theirs, ours in names.items()} if limits else None


def global_index(index: Properties) -> dict[str, Any]:
    """A global secondary index."""
    found = {
        "name": index["IndexName"],
        **keys(index["KeySchema"]),
        **projection(index),
        **capacity(index),
        "onDemandThroughput": on_demand(index),
    }
    return {name: value for name, value in found.items() if value is not None}


def local_index(index: Properties) -> dict[str, Any]:
    """A local secondary index."""
    range_key = keys(index["KeySchema"])["rangeKey"]
    return {"name": index["IndexName"], "rangeKey": range_key, **projection(index)}


def projection(index: Properties) -> dict[str, Any]:
    """The projection of an index."""
    named = index["Projection"]
    more = {"nonKeyAttributes": named["NonKeyAttributes"]} if named.get("NonKeyAttributes") else {}
    return {"projectionType": named["ProjectionType"], **more}


def encryption(table: Properties, known: Properties | None) -> dict[str, Any] | None:
    """The encryption. A table with an AWS owned key has no SSEDescription. As in the official plugin, it
    counts as disabled while the key changes.
    """
    description = table.get("SSEDescription") or {}
    if description.get("Status") in (None, "DISABLED", "DISABLING"):
        return {"enabled": False, "kmsKeyArn": ""} if known else None
    return {
        "enabled": description["Status"] == "ENABLED",
        "kmsKeyArn": description.get("KMSMasterKeyArn", ""),
    }
