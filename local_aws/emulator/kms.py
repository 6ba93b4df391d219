"""KMS's calls: what is checked before ministack answers one, and what is done after."""

import json
from typing import Any

from local_aws.emulator import kms_authorization
from local_aws.emulator import ministack_adapter as ms
from local_aws.emulator.arns import find_key, key_arn, parse
from local_aws.emulator.ministack_adapter import Handler, Response
from local_aws.emulator.principals import effective_policy


class KMS:
    """Answers the calls of the KMS API in front of ministack's own handler."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def __call__(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Response:
        """Answer one call."""
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        request = json.loads(body or b"{}")
        if refused := kms_authorization.refusal(headers, operation, request):
            return refused
        home = parse(key_arn(str(request.get("KeyId") or "")))
        account = home.account if home else ms.account_id()
        with ms.scope(account, ms.region()):
            response = await self._handler(method, path, headers, body, query)
        if response[0] == 200 and operation == "GetKeyPolicy":
            key = find_key(request["KeyId"])
            return ms.answer({"Policy": effective_policy(key), "PolicyName": "default"}) if key else response
        return response
