"""IAM calls that ministack lacks.

https://docs.aws.amazon.com/IAM/latest/APIReference/
"""

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from .. import clock
from .. import ministack_adapter as ms
from ..errors import ServiceError
from ..iam import account_details, policy_grammar, simulation
from ..ministack_adapter import Handler, Response

NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
ACCESS_KEYS_PER_USER = 2
PASSWORD_CHARACTERS = 8
PASSWORD_KINDS = 3
# Resources of a user that ministack does not support: their lists are empty.
EMPTY_LISTS = {
    "ListMFADevices": "MFADevices",
    "ListSSHPublicKeys": "SSHPublicKeys",
    "ListServiceSpecificCredentials": "ServiceSpecificCredentials",
    "ListSigningCertificates": "Certificates",
    "ListVirtualMFADevices": "VirtualMFADevices",
}

# The calls that create a principal, with its kind and the field of its name.
MAKES = {"CreateUser": ("user", "UserName"), "CreateRole": ("role", "RoleName")}


class IAM:
    """Answers the calls of the IAM API in front of ministack's own handler."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def __call__(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Response:
        """Answer one call."""
        request = {
            name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()
        }
        operation = request.get("Action", "")
        user = request.get("UserName", "")
        try:
            _check(operation, user, request)
            _check_documents(operation, request)
            if operation in simulation.OPERATIONS:
                return _xml(operation, simulation.simulate(operation, request))
        except ServiceError as error:
            return _xml_error(error)
        response = await self._handler(method, path, headers, body, query)
        if response[0] == 200 and operation in MAKES:
            _note_time(*MAKES[operation], request)
        if operation == "GetAccountAuthorizationDetails":
            return account_details.completed(response, request)
        if operation in EMPTY_LISTS and response[0] == 400 and b"InvalidAction" in response[2]:
            return _empty_list(operation, EMPTY_LISTS[operation])
        return response


def _note_time(kind: str, field: str, request: Mapping[str, str]) -> None:
    entity = ms.iam_entity(ms.account_id(), kind, request[field])
    if entity is not None:
        entity["_made_at"] = clock.now()


def _check(operation: str, user: str, request: Mapping[str, str]) -> None:
    if operation == "DeleteUser":
        _check_deletable(user)
    elif operation == "CreateAccessKey" and len(ms.access_keys_of(user)) >= ACCESS_KEYS_PER_USER:
        limit = f"Cannot exceed quota for AccessKeysPerUser: {ACCESS_KEYS_PER_USER}"
        raise ServiceError("LimitExceeded", limit, 409)
    elif operation in ("CreateLoginProfile", "UpdateLoginProfile") and "Password" in request:
        _check_password(request["Password"])


def _check_documents(operation: str, request: Mapping[str, str]) -> None:
    """Raise if a policy to store violates the grammar."""
    for field in ("PolicyDocument", "AssumeRolePolicyDocument"):
        if field in request:
            try:
                policy_grammar.check(request[field])
            except ValueError as error:
                text = f"Syntax errors in policy of {operation}: {error}"
                raise ServiceError("MalformedPolicyDocument", text) from None


def _check_deletable(user: str) -> None:
    """Raise if a user to delete still has resources, of which ministack checks only policies and access
    keys.
    """
    if ms.has_login_profile(user):
        raise ServiceError("DeleteConflict", "Cannot delete entity, must delete login profile first.", 409)
    if ms.has_inline_policies(user):
        raise ServiceError("DeleteConflict", "Cannot delete entity, must delete policies first.", 409)
    if ms.is_in_a_group(user):
        raise ServiceError("DeleteConflict", "Cannot delete entity, must remove users from group first.", 409)


def _check_password(password: str) -> None:
    """Raise if the password violates IAM's default password policy."""
    kinds = (str.isupper, str.islower, str.isdecimal, lambda character: not character.isalnum())
    mixed = sum(any(kind(character) for character in password) for kind in kinds)
    if len(password) < PASSWORD_CHARACTERS:
        text = f"Password should have a minimum length of {PASSWORD_CHARACTERS}"
        raise ServiceError("PasswordPolicyViolation", text)
    if mixed < PASSWORD_KINDS:
        text = f"Password should have at least {PASSWORD_KINDS} of uppercase, lowercase, numbers and symbols"
        raise ServiceError("PasswordPolicyViolation", text)


def _xml_error(error: ServiceError) -> Response:
    body = (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{error.code}</Code>'
        f"<Message>{escape(error.message)}</Message></Error><RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
    )
    return error.status, {"Content-Type": "text/xml"}, body.encode()


def _empty_list(operation: str, element: str) -> Response:
    return _xml(operation, f"<{element}/><IsTruncated>false</IsTruncated>")


def _xml(operation: str, result: str) -> Response:
    body = (
        f'<{operation}Response xmlns="{NAMESPACE}"><{operation}Result>{result}</{operation}Result>'
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{operation}Response>"
    )
    return 200, {"Content-Type": "text/xml"}, body.encode()
