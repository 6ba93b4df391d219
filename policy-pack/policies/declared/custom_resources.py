"""Custom resources of the CDK that call AWS and may thus create tables.

https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources.AwsCustomResource.html
"""

import re
from collections.abc import Iterable

from policies.declared.documents import is_hidden
from policies.declared.values import Value

CALLERS = ("Custom::AWS", "Custom::AwsSdkCall", "Custom::AwsApiCall")
PHASES = ("Create", "Update")
DYNAMODB = re.compile(r"service\W+(?:@?aws-sdk/client-)?dynamodb\b", re.IGNORECASE)
ACTION = re.compile(r"action\W+(\w+?)(?:Command)?\b", re.IGNORECASE)
CREATING = ("createtable", "createglobaltable", "importtable", "restoretable")
CHANGING = ("updatetable", "updateglobaltable")
CHANGES_KEYS = re.compile(r"ReplicaUpdates|SSESpecification", re.IGNORECASE)


def call_for_tables(calls: Iterable[Value]) -> str | None:
    """A description of the calls to AWS that create tables or change their keys; None if there are none."""
    for call in calls:
        if is_hidden(call):
            return f"makes a call of AWS that is {call!r}"
        text = str(call)
        action = found[1] if (found := ACTION.search(text)) else ""
        creates = action.lower().startswith(CREATING)
        changes = action.lower().startswith(CHANGING) and CHANGES_KEYS.search(text)
        if DYNAMODB.search(text) and (creates or changes):
            return f"calls DynamoDB's {action}"
    return None
