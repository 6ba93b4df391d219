"""Describes the conditions of a statement that a request does not meet. Pure functions."""

from collections.abc import Mapping
from typing import Any

from encrypted_tables.iam.answer import Grade
from encrypted_tables.iam.conditions import conditions_hold
from encrypted_tables.iam.documents import as_list
from encrypted_tables.iam.request_context import Context, Missing, value_of


def unmet(block: Any, context: Context, *, has_variables: bool) -> str:  # noqa: ANN401  # JSON
    """The conditions that do not hold or cannot be checked, each with the value of the request."""
    if not isinstance(block, Mapping) or not all(isinstance(keys, Mapping) for keys in block.values()):
        return f"Condition {block} is malformed"
    return "; ".join(
        f"{operator} {key} {', '.join(map(str, as_list(values)))}, but {_given(key, context)}"
        for operator, keys in block.items()
        for key, values in keys.items()
        if conditions_hold({operator: {key: values}}, context, has_variables=has_variables).grade
        is not Grade.YES
    )


def _given(key: str, context: Context) -> str:
    value = value_of(key, context)
    if value is Missing.ABSENT:
        return "the request has no such key"
    if isinstance(value, Missing):
        return "its value in the request is unknown"
    return f"the request has {value if isinstance(value, str) else ', '.join(value)}"
