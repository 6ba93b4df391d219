"""Resource properties as plain values, with `UNKNOWN` for values that the engine does not know yet."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from reprlib import Repr
from typing import Any, Final

from pulumi_policy.proxy import UnknownValueError
from pulumi_policy.proxy import _is_unknown as is_unknown_sentinel

Value = Any
"""Any JSON value, or `UNKNOWN`."""

Properties = Mapping[str, Value]


class Unknown(Enum):
    """The type of `UNKNOWN`: a value that is known only after other resources exist."""

    UNKNOWN = "a value that is not known yet"

    def __repr__(self) -> str:
        return self.value


UNKNOWN: Final = Unknown.UNKNOWN

REDACTED = "[secret]"
"""What the engine shows instead of a secret in an exported state that it cannot decrypt."""

SHORT = Repr()
SHORT.maxlevel, SHORT.maxstring, SHORT.maxother = 3, 120, 120


@dataclass(frozen=True)
class Opaque:
    """A value that only AWS knows, such as an export of another stack. The update does not know it either."""

    source: str

    def __repr__(self) -> str:
        return self.source


def plain(value: object) -> Value:
    """The value without the SDK's proxies: dicts, lists, scalars and `UNKNOWN`, never an exception.

    The SDK's proxies raise an exception if an unknown value is read. Rules use this form instead, so that
    every rule handles unknown values. A secret that the engine could not decrypt is also unknown.
    """
    if isinstance(value, str):
        return UNKNOWN if value == REDACTED or is_unknown_sentinel(value) else value
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


def parse_json(text: str) -> Value:
    """The value of a JSON text.

    Raises:
        ValueError: it is not JSON, or nested too deeply.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def as_boolean(value: object) -> bool | Unknown | None:
    """The boolean that AWS providers read from `value`; None if it is not a boolean.

    Providers also accept the texts "true" and "false".
    """
    if isinstance(value, bool) or value is UNKNOWN:
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def undecided_if_hidden(value: Value) -> Value:
    """A setting; `UNKNOWN` if only AWS knows it."""
    return UNKNOWN if isinstance(value, Opaque) else value


def is_blank(value: object) -> bool:
    """Whether the value is missing, null or empty text."""
    return value is None or value == ""


def shown(value: object) -> str:
    """The value for messages: short, on one line, in the notation of Pulumi's users."""
    words = {None: "not set", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else SHORT.repr(value)


def stated(value: object) -> str:
    """The state of a setting for messages: not set, or its value."""
    return "not set" if value is None else f"set to {shown(value)}"


def in_sentence(place: str) -> str:
    """A place inside a sentence: "the table" instead of "The table"."""
    return place[0].lower() + place[1:]
