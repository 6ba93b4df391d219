"""`aws.dynamodb.get_table`."""

from typing import Any

from local.provider.call import Call
from local.provider.dynamodb.table import DynamoDbTable
from local.provider.errors import ProviderError
from local.provider.schema import Function, map_of, object_of, string
from local.provider.values import Properties


def get_table(call: Call, arguments: Properties) -> dict[str, Any]:
    """The table, with the properties of the resource.

    Raises:
        ProviderError: there is no such table.
    """
    name = arguments["name"]
    found = DynamoDbTable().read(call, name, {})
    if found is None:
        raise ProviderError(f"couldn't find resource: there is no DynamoDB Table {name!r} in {call.region}")
    limits = found.pop("onDemandThroughput")
    found.pop("tagsAll", None)
    return {
        **found,
        "id": name,
        "region": call.region,
        "globalSecondaryIndexes": [_index(index) for index in found["globalSecondaryIndexes"] or []],
        "localSecondaryIndexes": found["localSecondaryIndexes"] or [],
        "onDemandThroughputs": [limits] if limits else [],
        "replicas": found["replicas"] or [],
        "warmThroughputs": [],
    }


def _index(index: Properties) -> dict[str, Any]:
    limits = index.get("onDemandThroughput")
    rest = {name: value for name, value in index.items() if name != "onDemandThroughput"}
    return {"rangeKey": "", "nonKeyAttributes": [], **rest, "onDemandThroughputs": [limits] if limits else []}


FUNCTIONS = (
    Function(
        token="aws:dynamodb/getTable:getTable",  # noqa: S106  # a function's name
        noun="DynamoDB Table",
        arguments={
            "name": string(required=True),
            "region": string(),
            "serverSideEncryption": object_of({}, supported=False),
            "tags": map_of(string()),
        },
        answer=get_table,
    ),
)
