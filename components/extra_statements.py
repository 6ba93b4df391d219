"""Statements that people add to a key policy, checked against what KMS accepts.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi import Output

from .key_policy import Statement

_ELEMENTS = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "Condition"}
_PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
_AWS_PRINCIPAL = re.compile(r"\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:[^*?\s]+", re.ASCII)
_ACTION = re.compile(r"\*|kms:[a-z*?]+", re.ASCII | re.IGNORECASE)


def check_statement(statement: Mapping[str, Any]) -> Statement:
    """The statement with `Resource: "*"`, the only one that a key policy has.

    What another resource will give is checked by KMS.

    Raises:
        ValueError: KMS would refuse it, or it allows everybody.
    """
    if unknown := sorted(set(statement) - _ELEMENTS, key=str):
        raise ValueError(f"unknown element {unknown[0]!r}; a statement has {', '.join(sorted(_ELEMENTS))}")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise ValueError(f"Effect is {statement.get('Effect')!r}; give 'Allow' or 'Deny'")
    for element in ("Principal", "Action"):
        if (element in statement) == (f"Not{element}" in statement):
            raise ValueError(f"give either {element} or Not{element}")
    if statement.get("Resource", "*") != "*":
        raise ValueError(f"Resource is {statement['Resource']!r}; in a key policy it is '*', this key")
    if statement["Effect"] == "Allow" and _names_everybody(statement):
        raise ValueError("it allows everybody, in every AWS account; name the principals")
    for element in statement:
        if check := _CHECKS.get(element):
            check(element, statement[element])
    _check_json(statement)
    return {**statement, "Resource": "*"}


def _names_everybody(statement: Mapping[str, Any]) -> bool:
    if "NotPrincipal" in statement:
        return True
    principal = statement["Principal"]
    values = principal.values() if isinstance(principal, Mapping) else [principal]
    return any(isinstance(item, str) and "*" in item for value in values for item in _items(value))


def _check_principals(element: str, principal: object) -> None:
    if principal == "*" or isinstance(principal, Output):
        return
    if not isinstance(principal, Mapping) or not principal:
        raise ValueError(f"{element} is {principal!r}; give a map, such as AWS: arn:aws:iam::…:role/NAME")
    if unknown := sorted(set(principal) - set(_PRINCIPAL_TYPES), key=str):
        raise ValueError(f"{element} has {unknown[0]!r}; there are {', '.join(_PRINCIPAL_TYPES)}")
    for kind, values in principal.items():
        pattern = _AWS_PRINCIPAL if kind == "AWS" else re.compile(r"\S+")
        what = "the ARN of a user, role or session, or an account id" if kind == "AWS" else "a principal"
        _check_texts(f"{element}.{kind}", values, pattern, what)


def _check_texts(element: str, value: object, pattern: re.Pattern[str], what: str) -> None:
    texts = list(_items(value))
    if not texts:
        raise ValueError(f"{element} is empty; give {what}")
    for text in texts:
        if not isinstance(text, Output) and not (isinstance(text, str) and pattern.fullmatch(text)):
            raise ValueError(f"{element} has {text!r}, which is not {what}")


def _check_actions(element: str, value: object) -> None:
    _check_texts(element, value, _ACTION, "an action of KMS, such as kms:Decrypt")


def _check_sid(element: str, value: object) -> None:
    _check_texts(element, [value], re.compile(r".+"), "a text")


def _check_condition(element: str, value: object) -> None:
    if isinstance(value, Mapping | Output):
        return
    raise ValueError(f"{element} is {value!r}; give a map of operators, such as StringEquals")


_CHECKS = {
    "Sid": _check_sid,
    "Principal": _check_principals,
    "NotPrincipal": _check_principals,
    "Action": _check_actions,
    "NotAction": _check_actions,
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


def _items(value: object) -> Iterator[object]:
    """IAM's grammar: one or a list."""
    yield from value if isinstance(value, list | tuple) else (value,)
