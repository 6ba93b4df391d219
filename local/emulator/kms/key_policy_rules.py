"""KMS's checks of a key policy.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .. import ministack_adapter as ms
from ..errors import ServiceError
from ..iam import policy_grammar
from ..iam.evaluation import combined
from ..iam.principals import is_younger_than, unique_id
from ..kms.key_access import evaluation_context, identity_decision

MAXIMUM_BYTES = 32_768
_CHARACTERS = re.compile(r"[\t\n\r\u0020-\u00FF]+")
_ACCOUNT = re.compile(r"\d{12}")
_PRINCIPAL = re.compile(
    r"arn:aws[\w-]*:(?:iam|sts)::(?P<account>\d{12}):"
    r"(?:(?P<root>root)|(?P<kind>user|role)/.+|assumed-role/(?P<role>[^/]+)/.+|federated-user/.+)"
)
Statement = Mapping[str, Any]


def checked(
    who: ms.Principal,
    text: str,
    key_arn: str,
    *,
    bypass_lockout_check: bool,
    iam_propagation_seconds: float,
) -> tuple[str, dict[str, str]]:
    """The policy as KMS stores it, and the unique ids of its principals.

    Args:
        who: the caller, who must be able to change the policy again.
        text: the policy document.
        key_arn: the key's ARN; `*` for a new key.
        bypass_lockout_check: BypassPolicyLockoutSafetyCheck.
        iam_propagation_seconds: how long KMS does not know a new user or role.

    Raises:
        ServiceError: with KMS's code and message.
    """
    if len(text.encode()) > MAXIMUM_BYTES:
        raise ServiceError(
            "LimitExceededException", f"Policy exceeds the maximum size of {MAXIMUM_BYTES} bytes"
        )
    if not _CHARACTERS.fullmatch(text):
        raise ServiceError(
            "ValidationException",
            "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must "
            r"satisfy regular expression pattern: [\u0009\u000A\u000D\u0020-\u00FF]+",
        )
    document = _parsed(text)
    identifiers = {}
    for statement in _statements(document):
        _check_statement(statement)
        for principal in _aws_principals(statement):
            if identifier := _checked_principal(principal):
                if is_younger_than(iam_propagation_seconds, principal):
                    raise _invalid_principal()
                identifiers[principal] = identifier
    kept = _with_root_arns(text, document)
    if not bypass_lockout_check and not _caller_can_change_it(who, kept, key_arn):
        raise _malformed("The new key policy will not allow you to update the key policy in the future.")
    return kept, identifiers


def _malformed(message: str) -> ServiceError:
    return ServiceError("MalformedPolicyDocumentException", message)


def _parsed(text: str) -> dict[str, Any]:
    try:
        document = policy_grammar.parsed(text)
    except ValueError:
        raise _malformed("Policy contains invalid Json") from None
    if document.get("Version", policy_grammar.VERSIONS[0]) not in policy_grammar.VERSIONS:
        raise _malformed("Policy contains an invalid version")
    return document


def _statements(document: Mapping[str, Any]) -> list[Statement]:
    statements: list[Statement] = _as_list(document.get("Statement"))
    if not statements:
        raise _malformed("Policy contains no statement")
    return statements


def _check_statement(statement: Statement) -> None:
    try:
        policy_grammar.check_statement(statement)
    except ValueError as error:
        raise _malformed(str(error)) from None
    if not _as_list(statement.get("Action", statement.get("NotAction"))):
        raise _malformed("Policy statement must contain actions.")
    if _as_list(statement.get("Resource")) != ["*"]:
        raise _malformed("Policy statement must contain resources.")
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    if principal is None or principal in ({}, []):
        raise _malformed("Policy statement must contain principals.")
    if not isinstance(principal, dict) and principal != "*":
        raise _invalid_principal()
    for operator in statement.get("Condition") or {}:
        if not ms.is_condition_operator(operator):
            raise _malformed(f"Policy contains a statement with an invalid condition operator: {operator}")


def _invalid_principal() -> ServiceError:
    return _malformed("Policy contains a statement with one or more invalid principals.")


def _aws_principals(statement: Statement) -> Iterator[str]:
    for element in ("Principal", "NotPrincipal"):
        value = statement.get(element)
        yield from _as_list(value.get("AWS")) if isinstance(value, dict) else []


def _checked_principal(principal: Any) -> str | None:  # noqa: ANN401  # a policy may hold anything here
    """The unique id of a user or role; None for an account, `*` or a session."""
    if not isinstance(principal, str):
        raise _invalid_principal()
    if principal == "*" or _ACCOUNT.fullmatch(principal):
        return None
    found = _PRINCIPAL.fullmatch(principal)
    if not found:
        raise _invalid_principal()
    if not ms.is_hosted(found["account"]):
        return None  # the principals of an account outside this emulator are unknown
    if found["role"] and ms.iam_entity(found["account"], "role", found["role"]) is None:
        raise _invalid_principal()
    identifier = unique_id(principal)
    if found["kind"] and identifier is None:
        raise _invalid_principal()
    return identifier


def _with_root_arns(text: str, document: dict[str, Any]) -> str:
    """Replace account ids by the ARN of the account's root, as KMS does."""

    def kept(principal: str) -> str:
        return f"arn:aws:iam::{principal}:root" if _ACCOUNT.fullmatch(principal) else principal

    changed = False
    for statement in _statements(document):
        principal = statement.get("Principal")
        given = principal.get("AWS") if isinstance(principal, dict) else None
        new = [kept(one) for one in given] if isinstance(given, list) else kept(given) if given else given
        if new != given and isinstance(principal, dict):
            principal["AWS"] = new
            changed = True
    return json.dumps(document) if changed else text


def _caller_can_change_it(who: ms.Principal, policy: str, key_arn: str) -> bool:
    context = evaluation_context(who, "kms:PutKeyPolicy", key_arn, {})
    decision = combined(
        identity_decision(who, context),
        context,
        policy,
        ms.account_id(),
        required=True,
        limits=who.limits,
    )
    return bool(decision.decision == "Allow")


def _as_list(value: Any) -> list[Any]:  # noqa: ANN401  # a policy element is one value or several
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
