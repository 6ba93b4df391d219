"""Signed calls to the emulator from within its own process, through all of its layers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ..iam.access_keys import AccessKey
from ..server.asgi import App, answer_of

TARGETS = {"kms": "TrentService", "dynamodb": "DynamoDB_20120810"}
IAM_VERSION = "2010-05-08"


@dataclass(frozen=True)
class Answer:
    """The answer to a call: `code` and `message` of an error, else `data`."""

    status: int
    data: Any
    code: str = ""
    message: str = ""

    def checked(self) -> "Answer":
        """Return this answer unless it is an error."""
        if self.status != 200:
            raise RuntimeError(f"{self.code}: {self.message}")
        return self


class InProcessClient:
    """Calls as one principal. IAM's answers are returned as XML, others as parsed JSON."""

    def __init__(self, app: App, host: str, region: str, key: AccessKey) -> None:
        self._app = app
        self._host = host
        self._region = region
        self._credentials = Credentials(key.access_key_id, key.secret_access_key)

    async def call(self, service: str, operation: str, request: Mapping[str, Any]) -> Answer:
        """Make one call; if it fails, the error is in the answer."""
        if service == "iam":
            body = urlencode({"Action": operation, "Version": IAM_VERSION, **request}).encode()
            headers = {"content-type": "application/x-www-form-urlencoded"}
        else:
            body = json.dumps(request).encode()
            headers = {
                "content-type": "application/x-amz-json-1.1",
                "x-amz-target": f"{TARGETS[service]}.{operation}",
            }
        status, answer = await self._send(self._signed(service, headers, body), body)
        return _read_xml(status, answer) if service == "iam" else _read_json(status, answer)

    def _signed(self, service: str, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
        signed = AWSRequest("POST", f"http://{self._host}/", headers=dict(headers), data=body)
        SigV4Auth(self._credentials, service, self._region).add_auth(signed)
        return {"host": self._host, "content-length": str(len(body)), **dict(signed.headers.items())}

    async def _send(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "scheme": "http",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 0),
        }
        status, _, answer = await answer_of(self._app, scope, body)
        return status, answer


def _read_json(status: int, body: bytes) -> Answer:
    data = json.loads(body or b"{}")
    if status == 200:
        return Answer(status, data)
    return Answer(
        status,
        data,
        str(data.get("__type", "")).rpartition("#")[2],
        data.get("message") or data.get("Message"),
    )


def _read_xml(status: int, body: bytes) -> Answer:
    values = {element.tag.rpartition("}")[2]: element.text or "" for element in ET.fromstring(body).iter()}  # noqa: S314  # our own answer
    return Answer(status, values, values.get("Code", ""), values.get("Message", ""))
