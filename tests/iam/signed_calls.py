"""Signed calls to the local AWS with any credentials, without a boto3 client for each session."""

import http.client
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

_TARGETS = {"dynamodb": "DynamoDB_20120810", "kms": "TrentService"}


class Answer(NamedTuple):
    """The response to a call."""

    error: str
    """The error's code; empty for a success."""
    message: str


class SignedCalls:
    """A persistent connection to a local AWS."""

    def __init__(self, endpoint_url: str, region: str) -> None:
        self._endpoint_url = endpoint_url
        self._region = region
        self._connection = http.client.HTTPConnection(endpoint_url.removeprefix("http://"))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def call(
        self, credentials: Credentials, service: str, operation: str, request: Mapping[str, Any]
    ) -> Answer:
        """Make one call."""
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"{_TARGETS[service]}.{operation}",
        }
        signed = AWSRequest("POST", f"{self._endpoint_url}/", headers=headers, data=json.dumps(request))
        SigV4Auth(credentials, service, self._region).add_auth(signed)
        self._connection.request("POST", "/", signed.data, dict(signed.headers.items()))
        response = self._connection.getresponse()
        data = json.loads(response.read() or b"{}")
        if response.status == 200:
            return Answer("", "")
        code = str(data.get("__type", "")).rpartition("#")[2]
        return Answer(code, str(data.get("message") or data.get("Message")))
