"""`aws.cloudcontrol.get_resource`."""

from typing import Any

from local.provider.call import Call
from local.provider.schema import Function, string
from local.provider.values import Properties


def get_resource(call: Call, arguments: Properties) -> dict[str, Any]:
    """GetResource: the properties of a resource, as JSON."""
    kind, name = arguments["typeName"], arguments["identifier"]
    found = call.client("cloudcontrol").get_resource(TypeName=kind, Identifier=name)["ResourceDescription"]
    return {
        "id": found["Identifier"],
        "identifier": name,
        "properties": found["Properties"],
        "region": call.region,
        "typeName": kind,
    }


FUNCTIONS = (
    Function(
        token="aws:cloudcontrol/getResource:getResource",  # noqa: S106  # a function's name
        noun="Cloud Control API Resource",
        arguments={
            "identifier": string(required=True),
            "region": string(),
            "roleArn": string(supported=False),
            "typeName": string(required=True),
            "typeVersionId": string(supported=False),
        },
        answer=get_resource,
    ),
)
