"""Organizations' calls: what ministack lacks of them.

https://docs.aws.amazon.com/organizations/latest/APIReference/
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from local.emulator import clock
from local.emulator import ministack_adapter as ms
from local.emulator.errors import ServiceError, request_in
from local.emulator.ministack_adapter import Handler, Record, Response

FULL_ACCESS = "p-FullAWSAccess"


class Organizations:
    """Answers the calls of the Organizations API in front of ministack's own handler."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._handshakes: dict[str, Record] = {}

    async def __call__(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Response:
        """Answer one call."""
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        try:
            request = request_in(body)
            if operation == "InviteAccountToOrganization":
                return ms.answer({"Handshake": self._invite(request)})
            if operation == "AcceptHandshake":
                return ms.answer({"Handshake": self._accept(request)})
        except ServiceError as error:
            return error.response
        response = await self._handler(method, path, headers, body, query)
        if operation == "CreateOrganizationalUnit" and response[0] == 200:
            unit = json.loads(response[2])["OrganizationalUnit"]["Id"]
            attach = json.dumps({"PolicyId": FULL_ACCESS, "TargetId": unit}).encode()
            await self._handler(method, path, {**headers, "x-amz-target": ".AttachPolicy"}, attach, query)
        return response

    def _invite(self, request: Mapping[str, Any]) -> Record:
        target = request.get("Target") or {}
        account = str(target.get("Id", ""))
        if target.get("Type") != "ACCOUNT" or len(account) != 12 or not account.isdecimal():
            raise ServiceError("InvalidInputException", "Target: give Type ACCOUNT and the Id of an account")
        if ms.membership(account):
            raise ServiceError("DuplicateHandshakeException", f"{account} is in an organization already")
        organization = ms.organization(ms.account_id())
        handshake_id = f"h-{secrets.token_hex(8)}"
        handshake: Record = {
            "Id": handshake_id,
            "State": "OPEN",
            "Action": "INVITE",
            "Parties": [
                {"Id": organization["Id"].removeprefix("o-"), "Type": "ORGANIZATION"},
                {"Id": account, "Type": "ACCOUNT"},
            ],
            "RequestedTimestamp": int(clock.now()),
        }
        self._handshakes[handshake_id] = {**handshake, "_management_account": ms.account_id()}
        return handshake

    def _accept(self, request: Mapping[str, Any]) -> Record:
        handshake = self._handshakes.get(str(request.get("HandshakeId", "")))
        account = ms.account_id()
        if handshake is None or handshake["Parties"][1]["Id"] != account:
            raise ServiceError(
                "HandshakeNotFoundException", f"{account} has no invitation with this HandshakeId"
            )
        if handshake["State"] != "OPEN":
            raise ServiceError("HandshakeAlreadyInStateException", "the invitation was accepted already")
        handshake["State"] = "ACCEPTED"
        ms.add_member(handshake["_management_account"], account)
        return {name: value for name, value in handshake.items() if not name.startswith("_")}
