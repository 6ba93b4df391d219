"""Statements that people add to a key policy, checked against what KMS accepts.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from collections.abc import Mapping
from typing import Any

from .key_policy import Statement

_ELEMENTS = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "Condition"}


def check_statement(statement: Mapping[str, Any]) -> Statement:
    """The statement with `Resource: "*"`, the only one that a key policy has.

    Raises:
        ValueError: KMS would refuse it, or it allows everybody.
    """
    if unknown := sorted(set(statement) - _ELEMENTS):
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
    return {**statement, "Resource": "*"}


def _names_everybody(statement: Mapping[str, Any]) -> bool:
    if "NotPrincipal" in statement:
        return True
    principal = statement["Principal"]
    values = principal.values() if isinstance(principal, Mapping) else [principal]
    flat = [item for value in values for item in (value if isinstance(value, list | tuple) else [value])]
    return any(isinstance(item, str) and "*" in item for item in flat)
