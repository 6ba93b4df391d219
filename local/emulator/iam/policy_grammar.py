"""The grammar of policy documents, which AWS checks when it stores one.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from typing import Any

VERSIONS = ("2012-10-17", "2008-10-17")
_EITHER = ("Principal", "Action", "Resource")
_ELEMENTS = {"Sid", "Effect", "Condition", *_EITHER, *(f"Not{one}" for one in _EITHER)}


def parsed(text: str) -> dict[str, Any]:
    """The policy document in a JSON text.

    Raises:
        ValueError: it is not a JSON object, an object has a key twice, or an element is unknown.
    """
    document = json.loads(text, object_pairs_hook=_distinct)
    if not isinstance(document, dict):
        raise ValueError("Policy is not a JSON object")  # noqa: TRY004  # of the text
    if unknown := sorted(document.keys() - {"Version", "Id", "Statement"}):
        raise ValueError(f"Policy contains an invalid element: {unknown[0]}")
    return document


def check(text: str) -> None:
    """Check a policy document.

    Raises:
        ValueError: what is wrong.
    """
    document = parsed(text)
    if not document.get("Statement"):
        raise ValueError("Policy contains no statement")
    if document.get("Version", VERSIONS[0]) not in VERSIONS:
        raise ValueError("Policy contains an invalid version")
    given = document["Statement"]
    for statement in given if isinstance(given, list) else [given]:
        check_statement(statement)


def check_statement(statement: object) -> None:
    """Check the effect and the elements of a statement.

    Raises:
        ValueError: what is wrong.
    """
    if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
        raise ValueError("Policy contains a statement with an invalid effect")
    if unknown := sorted(statement.keys() - _ELEMENTS):
        raise ValueError(f"Policy contains a statement with an invalid element: {unknown[0]}")
    if both := [one for one in _EITHER if one in statement and f"Not{one}" in statement]:
        raise ValueError(f"Policy contains a statement with both {both[0]} and Not{both[0]}")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("Policy contains a JSON object with a repeated key")
    return found
