"""KMS calls: checks before ministack answers, and changes after."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from .. import clock
from .. import ministack_adapter as ms
from ..arns import find_key, key_arn, parse
from ..cloudtrail.events import CalledApi, record
from ..errors import ServiceError, request_in
from ..iam.principals import effective_policy
from ..kms import direct_calls, grants, key_policy_rules, last_use, request_rules
from ..kms.aws_managed_key import is_aws_managed
from ..ministack_adapter import Handler, Record, Response

CHANGES = (
    "Cancel",
    "Create",
    "Delete",
    "Disable",
    "Enable",
    "Import",
    "Put",
    "Replicate",
    "Retire",
    "Revoke",
    "Schedule",
    "Tag",
    "Untag",
    "Update",
)
"""Prefixes of operations that change keys, aliases and grants."""
DAY_SECONDS = 24 * 60 * 60
_MATERIAL = ("EncryptedKeyMaterial", "ImportToken")
Request = dict[str, Any]


class KMS:
    """Answers the calls of the KMS API in front of ministack's own handler."""

    def __init__(self, handler: Handler, iam_propagation_seconds: float) -> None:
        self._handler = handler
        self._iam_propagation_seconds = iam_propagation_seconds

    async def __call__(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Response:
        """Answer one call."""
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        try:
            request = request_in(body)
            if refused := direct_calls.refusal(headers, operation, request):
                return refused
            request_rules.check(operation, request)
            principals = self._take_policy(headers, operation, request)
        except ServiceError as error:
            return error.response
        if own := _own_answer(operation, request):
            return own
        home = parse(key_arn(str(request.get("KeyId") or "")))
        with ms.scope(home.account if home else ms.account_id(), ms.region()):
            response = await self._handler(method, path, headers, json.dumps(request).encode(), query)
        if response[0] == 200 and operation in ("CreateKey", "PutKeyPolicy", "ReplicateKey"):
            _remember_principals(operation, request, response, principals)
        if response[0] == 200 and operation == "CreateGrant":
            _remember_grantee(request, response)
        if response[0] == 200 and operation in last_use.OPERATIONS:
            _note_use(headers, operation, request)
        if response[0] == 200 and operation.startswith(CHANGES):
            _log(headers, operation, request, response)
        return _with_metadata(response)

    def _take_policy(self, headers: Mapping[str, str], operation: str, request: Request) -> dict[str, str]:
        """Check the policy in a call and store it as KMS does; return the unique ids of its principals."""
        if operation not in ("CreateKey", "PutKeyPolicy", "ReplicateKey") or not request.get("Policy"):
            return {}
        key = find_key(str(request["KeyId"])) if request.get("KeyId") else None
        request["Policy"], principals = key_policy_rules.checked(
            ms.caller(headers),
            request["Policy"],
            key["Arn"] if key else "*",
            iam_propagation_seconds=self._iam_propagation_seconds,
            bypass_lockout_check=bool(request.get("BypassPolicyLockoutSafetyCheck")),
        )
        return principals


def _with_metadata(response: Response) -> Response:
    """The answer, with fields that ministack leaves out: the key's account, and whether AWS manages it."""
    status, headers, body = response
    data = json.loads(body) if status == 200 and body else {}
    for field in ("KeyMetadata", "ReplicaKeyMetadata"):
        metadata = data.get(field)
        if metadata and (arn := parse(metadata["Arn"])):
            metadata["AWSAccountId"] = arn.account
            metadata["KeyManager"] = "AWS" if is_aws_managed(find_key(metadata["Arn"]) or {}) else "CUSTOMER"
            body = json.dumps(data).encode()
    return status, headers, body


def _remember_principals(
    operation: str, request: Request, response: Response, principals: dict[str, str]
) -> None:
    if operation == "PutKeyPolicy":
        arn = str(request["KeyId"])
    else:
        field = "KeyMetadata" if operation == "CreateKey" else "ReplicaKeyMetadata"
        arn = json.loads(response[2])[field]["Arn"]
    key = find_key(arn)
    if key is not None:
        key["_principal_ids"] = principals
        if operation != "PutKeyPolicy":
            key["CreationDate"] = clock.now()


def _remember_grantee(request: Request, response: Response) -> None:
    key = find_key(str(request["KeyId"]))
    if key is not None:
        grants.remember_grantee(key["Arn"], json.loads(response[2])["GrantId"])


def _note_use(headers: Mapping[str, str], operation: str, request: Mapping[str, Any]) -> None:
    source = request.get("KeyId") or request.get("SourceKeyId")
    references = (
        source or direct_calls.key_id_in(request.get("CiphertextBlob")),
        request.get("DestinationKeyId"),
    )
    context = request.get("EncryptionContext") or request.get("SourceEncryptionContext") or {}
    for key in (find_key(str(reference)) for reference in references if reference):
        if key is not None:
            last_use.note(ms.caller(headers).arn, operation, key, context)


def _log(headers: Mapping[str, str], operation: str, request: Request, response: Response) -> None:
    """Add the call to CloudTrail's event history, without the material of a key."""
    answer = json.loads(response[2] or "{}")
    asked_for = find_key(str(request.get("KeyId") or request.get("TargetKeyId") or ""))
    key = asked_for or answer.get("KeyMetadata") or {}
    home = parse(key["Arn"]) if key else None
    account, region = (home.account, home.region) if home else (ms.account_id(), ms.region())
    asked = {name: value for name, value in request.items() if name not in _MATERIAL}
    caller = ms.caller(headers).arn
    call = (account, region, "kms.amazonaws.com", operation, caller, asked, answer)
    record(CalledApi(*call, key_arn=key.get("Arn")))


def _own_answer(operation: str, request: Mapping[str, Any]) -> Response | None:
    """The response to calls that ministack lacks or answers incompletely."""
    key = find_key(str(request.get("KeyId") or ""))
    if key is None:
        return None
    if read := _READS.get(operation):
        return ms.answer(read(key))
    if operation == "RotateKeyOnDemand":
        rotation = {"KeyId": key["Arn"], "RotationDate": int(clock.now()), "RotationType": "ON_DEMAND"}
        key["_rotations"] = [*(key.get("_rotations") or []), rotation]
        return ms.answer({"KeyId": key["Arn"]})
    return None


def _rotation_status(key: Record) -> dict[str, Any]:
    enabled = bool(key.get("KeyRotationEnabled"))
    status: dict[str, Any] = {"KeyId": key["Arn"], "KeyRotationEnabled": enabled}
    if enabled:
        days = key.get("RotationPeriodInDays", 365)
        status["RotationPeriodInDays"] = days
        status["NextRotationDate"] = key["CreationDate"] + days * DAY_SECONDS
    return status


_READS: Mapping[str, Callable[[Record], dict[str, Any]]] = {
    "GetKeyLastUsage": last_use.shown,
    "GetKeyPolicy": lambda key: {"Policy": effective_policy(key), "PolicyName": "default"},
    "GetKeyRotationStatus": _rotation_status,
    "ListKeyRotations": lambda key: {"Rotations": key.get("_rotations") or [], "Truncated": False},
}
