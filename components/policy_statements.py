"""Checks additional statements of key policies and table policies against the grammar of IAM policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi import Output

from .statements import Statement, items, named, organisations

_ELEMENTS = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "Condition"}
_PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
_AWS_PRINCIPAL = re.compile(r"\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:[^*?\s]+", re.ASCII)


@dataclass(frozen=True)
class PolicyKind:
    """The differences between key policies and table policies.

    Attributes:
        action: pattern of an action.
        action_in_words: description of an action, for messages.
        resource: pattern of a resource.
        resource_in_words: description of a resource, for messages.
    """

    action: re.Pattern[str]
    action_in_words: str
    resource: re.Pattern[str]
    resource_in_words: str


KEY_POLICY = PolicyKind(
    action=re.compile(r"\*|kms:[a-z*?]+", re.ASCII | re.IGNORECASE),
    action_in_words="an action of KMS, such as kms:Decrypt",
    resource=re.compile(r"\*"),
    resource_in_words="'*', which means this key in a key policy",
)
TABLE_POLICY = PolicyKind(
    action=re.compile(r"\*|dynamodb:[a-z*?]+", re.ASCII | re.IGNORECASE),
    action_in_words="an action of DynamoDB, such as dynamodb:GetItem",
    resource=re.compile(r"\*|arn:aws[a-z-]*:dynamodb:\S+", re.ASCII),
    resource_in_words="the ARN of the table or of an index (the default is the table and its indexes)",
)


def check_key_statement(statement: Mapping[str, Any]) -> Statement:
    """The statement with `Resource: "*"`, the only Resource allowed in a key policy.

    Raises:
        ValueError: KMS would reject it, or it allows everybody.
    """
    _check_statement(statement, KEY_POLICY)
    return {**statement, "Resource": "*"}


def check_table_statement(statement: Mapping[str, Any]) -> Statement:
    """The statement, unchanged.

    Raises:
        ValueError: DynamoDB would reject it, or it allows everybody.
    """
    _check_statement(statement, TABLE_POLICY)
    return statement


def _check_statement(statement: Mapping[str, Any], kind: PolicyKind) -> None:
    """Check a statement; outputs of other resources are left to AWS."""
    if unknown := sorted(set(statement) - _ELEMENTS, key=str):
        raise ValueError(f"unknown element {unknown[0]!r}; use {', '.join(sorted(_ELEMENTS))}")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise ValueError(f"Effect is {statement.get('Effect')!r}; give 'Allow' or 'Deny'")
    for element in ("Principal", "Action"):
        if (element in statement) == (f"Not{element}" in statement):
            raise ValueError(f"give either {element} or Not{element}")
    if statement["Effect"] == "Allow" and _names_everybody(statement) and not organisations(statement):
        raise ValueError(
            "it allows everybody, in every AWS account; name the principals, or give the condition "
            "StringEquals aws:PrincipalOrgID with the id of your organisation"
        )
    for element, value in statement.items():
        if check := _CHECKS.get(element):
            check(element, value, kind)
    _check_json(statement)


def _names_everybody(statement: Statement) -> bool:
    return "NotPrincipal" in statement or any("*" in n for n in named(statement) if isinstance(n, str))


def _check_principals(element: str, principal: object, _: PolicyKind) -> None:
    if principal == "*" or isinstance(principal, Output):
        return
    if not isinstance(principal, Mapping) or not principal:
        raise ValueError(f"{element} is {principal!r}; give a map, such as AWS: arn:aws:iam::…:role/NAME")
    if unknown := sorted(set(principal) - set(_PRINCIPAL_TYPES), key=str):
        raise ValueError(f"{element} has {unknown[0]!r}; use {', '.join(_PRINCIPAL_TYPES)}")
    for kind, values in principal.items():
        pattern = _AWS_PRINCIPAL if kind == "AWS" else re.compile(r"\S+")
        what = "the ARN of a user, role or session, or an account id" if kind == "AWS" else "a principal"
        _check_texts(f"{element}.{kind}", values, pattern, what)


def _check_texts(element: str, value: object, pattern: re.Pattern[str], what: str) -> None:
    texts = items(value)
    if not texts:
        raise ValueError(f"{element} is empty; give {what}")
    for text in texts:
        if not isinstance(text, Output) and not (isinstance(text, str) and pattern.fullmatch(text)):
            raise ValueError(f"{element} has {text!r}, which is not {what}")


def _check_actions(element: str, value: object, kind: PolicyKind) -> None:
    _check_texts(element, value, kind.action, kind.action_in_words)


def _check_resource(element: str, value: object, kind: PolicyKind) -> None:
    _check_texts(element, value, kind.resource, kind.resource_in_words)


def _check_sid(element: str, value: object, _: PolicyKind) -> None:
    _check_texts(element, [value], re.compile(r".+"), "a text")


def _check_condition(element: str, value: object, _: PolicyKind) -> None:
    if isinstance(value, Mapping | Output):
        return
    raise ValueError(f"{element} is {value!r}; give a map of operators, such as StringEquals")


_CHECKS = {
    "Sid": _check_sid,
    "Principal": _check_principals,
    "NotPrincipal": _check_principals,
    "Action": _check_actions,
    "NotAction": _check_actions,
    "Resource": _check_resource,
    "Condition": _check_condition,
}


def _check_json(statement: Mapping[str, Any]) -> None:
    try:
        json.dumps(statement, default=_placeholder)
    except TypeError as error:
        raise ValueError(f"it cannot be written as JSON: {error}") from None


def _placeholder(value: object) -> str:
    if isinstance(value, Output):
        return ""
    raise TypeError(f"{type(value).__name__} {value!r}")
