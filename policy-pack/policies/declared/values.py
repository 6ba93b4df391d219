"""Resource properties as plain values, with `UNKNOWN` where the engine does not know one yet."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final

from pulumi_policy.proxy import UnknownValueError
from pulumi_policy.proxy import _is_unknown as is_unknown_sentinel

Value = Any
"""Any JSON value, or `UNKNOWN`."""

Properties = Mapping[str, Value]


class Unknown(Enum):
    """The type of `UNKNOWN`: a value that is decided only when the resources before it exist."""

    UNKNOWN = "a value that is not known yet"

    def __repr__(self) -> str:
        return self.value


UNKNOWN: Final = Unknown.UNKNOWN


def plain(value: object) -> Value:
    """The value without the SDK's proxies: dicts, lists, scalars and `UNKNOWN`, never an exception.

    The SDK's proxies raise when an unknown value is touched. Rules work on this form instead, so
    that no rule forgets the case.
    """
    if isinstance(value, str):
        return UNKNOWN if is_unknown_sentinel(value) else value
    if isinstance(value, Mapping):
        return {str(key): _element(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_element(value, index) for index in range(len(value))]
    return value


def _element(container: Value, key: object) -> Value:
    try:
        return plain(container[key])
    except UnknownValueError:
        return UNKNOWN


def as_boolean(value: object) -> bool | Unknown | None:
    """The boolean that AWS providers read from `value`; None when it is none.

    Providers also take the texts "true" and "false".
    """
    if isinstance(value, bool) or value is UNKNOWN:
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def is_blank(value: object) -> bool:
    """Whether the value is left out, as null or as empty text."""
    return value is None or value == ""


def shown(value: object) -> str:
    """The value as a message shows it: short, and on one line."""
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
