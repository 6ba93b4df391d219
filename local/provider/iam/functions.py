"""`aws.iam.get_session_context`, `aws.iam.get_role` and `aws.iam.get_user`."""

import json
import re
from typing import Any

from local.provider.call import Call
from local.provider.rules import arn
from local.provider.schema import Function, map_of, string
from local.provider.values import Properties

SESSION = re.compile(r"arn:[\w-]+:sts::\d{12}:assumed-role/([^/]+)/(.+)")


def get_session_context(call: Call, arguments: Properties) -> dict[str, Any]:
    """The role of a session's ARN. For other ARNs, the issuer is the ARN itself."""
    given = arguments["arn"]
    context = {
        "arn": given,
        "id": given,
        "issuerArn": given,
        "issuerId": "",
        "issuerName": "",
        "sessionName": "",
    }
    if session := SESSION.fullmatch(given):
        name, session_name = session.groups()
        role = call.client("iam").get_role(RoleName=name)["Role"]
        context.update(
            issuerArn=role["Arn"], issuerId=role["RoleId"], issuerName=name, sessionName=session_name
        )
    return context


def get_role(call: Call, arguments: Properties) -> dict[str, Any]:
    """GetRole."""
    role = call.client("iam").get_role(RoleName=arguments["name"])["Role"]
    return {
        "arn": role["Arn"],
        "assumeRolePolicy": json.dumps(role["AssumeRolePolicyDocument"]),
        "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "description": role.get("Description", ""),
        "id": role["RoleName"],
        "maxSessionDuration": role.get("MaxSessionDuration", 3600),
        "name": role["RoleName"],
        "path": role["Path"],
        "permissionsBoundary": (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", ""),
        "roleLastUseds": [],
        "tags": {tag["Key"]: tag["Value"] for tag in role.get("Tags") or []},
        "uniqueId": role["RoleId"],
    }


def get_user(call: Call, arguments: Properties) -> dict[str, Any]:
    """GetUser."""
    user = call.client("iam").get_user(UserName=arguments["userName"])["User"]
    return {
        "arn": user["Arn"],
        "id": user["UserId"],
        "path": user["Path"],
        "permissionsBoundary": (user.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", ""),
        "tags": {tag["Key"]: tag["Value"] for tag in user.get("Tags") or []},
        "userId": user["UserId"],
        "userName": user["UserName"],
    }


FUNCTIONS = (
    Function(
        token="aws:iam/getRole:getRole",  # noqa: S106  # a function's name
        noun="IAM Role",
        arguments={"name": string(required=True), "tags": map_of(string())},
        answer=get_role,
    ),
    Function(
        token="aws:iam/getUser:getUser",  # noqa: S106  # a function's name
        noun="IAM User",
        arguments={"userName": string(required=True), "tags": map_of(string())},
        answer=get_user,
    ),
    Function(
        token="aws:iam/getSessionContext:getSessionContext",  # noqa: S106  # a function's name
        noun="IAM Session Context",
        arguments={"arn": string(required=True, rule=arn)},
        answer=get_session_context,
    ),
)
