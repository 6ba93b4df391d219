"""Calls of Organizations that ministack lacks.

https://docs.aws.amazon.com/organizations/latest/APIReference/
"""

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from .. import clock
from .. import ministack_adapter as ms
from ..errors import ServiceError, request_in
from ..iam.evaluation import resource_decision
from ..kms.key_access import evaluation_context
from ..ministack_adapter import Handler, Record, Response


def _complete(operation: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """The effects of a call in addition to ministack's."""
    if operation == "CreateOrganizationalUnit":
        ms.give_full_access(answer["OrganizationalUnit"]["Id"])
    if operation == "CreateAccount":
        ms.give_full_access(answer["CreateAccountStatus"]["AccountId"])
    if operation == "EnablePolicyType" and request.get("PolicyType") == "RESOURCE_CONTROL_POLICY":
        ms.enable_resource_control_policies()


class Organizations:
    """Answers the calls of the Organizations API in front of ministack's own handler."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._handshakes: dict[str, Record] = {}
        self._delegations: dict[str, str] = {}

    async def __call__(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Response:
        """Answer one call."""
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        try:
            request = request_in(body)
            if operation in self._own:
                return ms.answer(self._own[operation](request))
            management = self._management_account(headers, operation)
        except ServiceError as error:
            return error.response
        with ms.scope(management, ms.region()):
            response = await self._handler(method, path, headers, body, query)
            if response[0] == 200:
                _complete(operation, request, json.loads(response[2]))
        return response

    @property
    def _own(self) -> Mapping[str, Callable[[Mapping[str, Any]], Record]]:
        """The operations that ministack lacks."""
        return {
            "CreateOrganization": self._create,
            "InviteAccountToOrganization": self._invite,
            "AcceptHandshake": self._accept,
            "PutResourcePolicy": self._delegate,
        }

    def _management_account(self, headers: Mapping[str, str], operation: str) -> str:
        """The management account of the caller's organization, if the caller is allowed to make this call.

        A member can only describe the organization, unless the organization's resource policy delegates more.
        """
        account = ms.account_id()
        member = ms.membership(account)
        if member is None:
            text = "Your account is not a member of an organization."
            raise ServiceError("AWSOrganizationsNotInUseException", text)
        management = member.management_account
        if account != management and operation != "DescribeOrganization":
            who, action = ms.caller(headers), f"organizations:{operation}"
            context = evaluation_context(who, action, "*", {})
            if resource_decision(self._delegations.get(management), context).decision != "Allow":
                text = "You don't have permissions to access this resource."
                raise ServiceError("AccessDeniedException", text)
        return management

    def _create(self, request: Mapping[str, Any]) -> Record:
        if ms.membership(ms.account_id()):
            text = "The AWS account is already a member of an organization."
            raise ServiceError("AlreadyInOrganizationException", text)
        if request.get("FeatureSet", "ALL") != "ALL":
            raise ServiceError("InvalidInputException", "FeatureSet: the local AWS has ALL only")
        return {"Organization": ms.organization(ms.account_id())}

    def _delegate(self, request: Mapping[str, Any]) -> Record:
        member = ms.membership(ms.account_id())
        if member is None or member.management_account != ms.account_id():
            raise ServiceError("AccessDeniedException", "You don't have permissions to access this resource.")
        self._delegations[ms.account_id()] = str(request.get("Content", ""))
        return {"ResourcePolicy": {"Content": request.get("Content")}}

    def _invite(self, request: Mapping[str, Any]) -> Record:
        member = ms.membership(ms.account_id())
        if member is None or member.management_account != ms.account_id():
            raise ServiceError("AccessDeniedException", "You don't have permissions to access this resource.")
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
        return {"Handshake": handshake}

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
        return {"Handshake": {name: one for name, one in handshake.items() if not name.startswith("_")}}
