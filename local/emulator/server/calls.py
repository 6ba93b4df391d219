"""Reads the AWS API call in an HTTP request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

_CREDENTIAL_SCOPE = re.compile(r"Credential=[^/,]+/\d{8}/[^/,]+/(?P<service>[^/,]+)/aws4_request")
QUERY_SERVICES = frozenset({"iam", "sns", "sts"})
CHANGES_NOTHING = (
    "BatchGet",
    "Decrypt",
    "Describe",
    "Encrypt",
    "GenerateDataKey",
    "GenerateRandom",
    "Get",
    "List",
    "Query",
    "Scan",
    "Simulate",
    "Test",
    "TransactGet",
)


@dataclass(frozen=True)
class Call:
    """A call, by service and operation as in IAM actions: `dynamodb`, `UpdateTable`."""

    service: str
    operation: str

    @classmethod
    def of(cls, headers: Mapping[str, str], body: bytes) -> "Call":
        """Read it from the signature's scope and the target or `Action` field."""
        scope = _CREDENTIAL_SCOPE.search(headers.get("authorization", ""))
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        if not operation and headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            operation = parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]
        return cls(scope["service"] if scope else "", operation)

    @property
    def action(self) -> str:
        """The call as an IAM action: `dynamodb:UpdateTable`."""
        return f"{self.service}:{self.operation}"

    @property
    def may_change_state(self) -> bool:
        """Whether the call may change the state."""
        if self.service == "sts":  # GetSessionToken makes a session
            return self.operation != "GetCallerIdentity"
        return not self.operation.startswith(CHANGES_NOTHING)
