"""`aws.iam.get_session_context`."""

import re
from typing import Any

from local.provider.call import Call
from local.provider.rules import arn
from local.provider.schema import Function, string
from local.provider.values import Properties

SESSION = re.compile(r"arn:[\w-]+:sts::\d{12}:assumed-role/([^/]+)/(.+)")


def get_session_context(call: Call, arguments: Properties) -> dict[str, Any]:
    """The role of a session's ARN; any other ARN is its own issuer."""
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


FUNCTIONS = (
    Function(
        token="aws:iam/getSessionContext:getSessionContext",  # noqa: S106  # a function's name
        noun="IAM Session Context",
        arguments={"arn": string(required=True, rule=arn)},
        answer=get_session_context,
    ),
)
