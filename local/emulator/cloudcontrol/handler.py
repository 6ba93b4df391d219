"""Cloud Control API: cloudformation:GetResource for the policies of keys and tables.

Cloud Control reads a resource with the permissions of its caller. The actions that a type needs are in its
schema. https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-operations-read.html
"""

import json
from collections.abc import Mapping
from typing import Any

from .. import ministack_adapter as ms
from ..arns import TableName, find_key
from ..dynamodb.resource_policies import policy_shown, require
from ..errors import ServiceError, request_in
from ..iam.principals import effective_policy
from ..kms.key_access import denial
from ..ministack_adapter import Response

KEY_ACTIONS = ("kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags")
TABLE_ACTIONS = (
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeContributorInsights",
    "dynamodb:DescribeKinesisStreamingDestination",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
    "dynamodb:GetResourcePolicy",
    "dynamodb:ListTagsOfResource",
)


async def answer(
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Response:
    """Answer one call; the signature and the permission for GetResource were checked before."""
    del method, path, query
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    if operation != "GetResource":
        return ms.error("UnknownOperationException", f"the local AWS does not know {operation}")
    try:
        request = request_in(body)
        kind, identifier = request["TypeName"], request["Identifier"]
        reader = _READERS.get(kind)
        if reader is None:
            return ms.error("UnsupportedActionException", f"the local AWS does not read {kind}")
        properties = json.dumps(reader(headers, identifier))
    except ServiceError as error:
        return error.response
    return ms.answer(
        {"TypeName": kind, "ResourceDescription": {"Identifier": identifier, "Properties": properties}}
    )


def _key(headers: Mapping[str, str], key_id: str) -> dict[str, Any]:
    key = find_key(key_id)
    if key is None:
        raise _missing("AWS::KMS::Key", key_id)
    for action in KEY_ACTIONS:
        if denied := denial(ms.caller(headers), action, key, {}):
            raise ServiceError("AccessDeniedException", denied)
    return {"KeyId": key_id, "KeyPolicy": json.loads(effective_policy(key))}


def _table(headers: Mapping[str, str], name: str) -> dict[str, Any]:
    table = TableName.of(name)
    for action in TABLE_ACTIONS:
        require(headers, action, table)
    if table.record is None:
        raise _missing("AWS::DynamoDB::Table", name)
    policy = policy_shown(table.arn)
    return {
        "TableName": name,
        **({"ResourcePolicy": {"PolicyDocument": json.loads(policy)}} if policy else {}),
    }


def _missing(kind: str, identifier: str) -> ServiceError:
    text = f"Resource of type '{kind}' with identifier '{identifier}' was not found."
    return ServiceError("ResourceNotFoundException", text)


_READERS = {"AWS::DynamoDB::Table": _table, "AWS::KMS::Key": _key, "AWS::KMS::ReplicaKey": _key}
