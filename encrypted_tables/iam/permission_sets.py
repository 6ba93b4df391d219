"""Permission sets of IAM Identity Center in policies, which are allowed by the ARN pattern of their role.

https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
"""

import re
from collections.abc import Mapping
from typing import Any

from encrypted_tables.iam.documents import Statement, as_list

_PATTERN = re.compile(
    r"arn:aws[\w-]*:iam::(?P<account>\d{12}):role/aws-reserved/sso\.amazonaws\.com/(?:[^/]+/)?"
    r"AWSReservedSSO_(?P<name>[\w+=,.@-]+)_(?:\?{16}|\*)"
)
_OPERATORS = frozenset({"arnlike", "arnequals", "stringlike"})


def permission_set_of(arn_pattern: str) -> str | None:
    """The name of the permission set whose role the pattern matches; None for other ARNs."""
    match = _PATTERN.fullmatch(arn_pattern)
    return match["name"] if match else None


def admitted_roles(statement: Statement) -> list[str]:
    """The ARN patterns of permission sets to which a condition limits `Principal: "*"`; empty otherwise."""
    patterns = _principal_arns(statement.get("Condition"))
    return patterns if all(map(permission_set_of, patterns)) else []


def _principal_arns(condition: Any) -> list[str]:  # noqa: ANN401  # JSON
    if not isinstance(condition, Mapping):
        return []
    return [
        str(value)
        for operator, keys in condition.items()
        if str(operator).lower() in _OPERATORS and isinstance(keys, Mapping)
        for key, values in keys.items()
        if str(key).lower() == "aws:principalarn"
        for value in as_list(values)
    ]
