"""Resource properties as plain values, with `UNKNOWN` where the engine does not know one yet."""

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
    """The type of `UNKNOWN`: a value that is decided only when the resources before it exist."""

    UNKNOWN = "a value that is not known yet"

    def __repr__(self) -> str:
        return self.value


UNKNOWN: Final = Unknown.UNKNOWN

REDACTED = "[secret]"
"""What the engine shows in the place of a secret of an exported state that it cannot decrypt."""

SHORT = Repr()
SHORT.maxlevel, SHORT.maxstring, SHORT.maxother = 3, 120, 120


@dataclass(frozen=True)
class Opaque:
    """A value that only AWS knows, such as an export of another stack: unknown to the update as well."""

    source: str

    def __repr__(self) -> str:
        return self.source


def plain(value: object) -> Value:
    """The value without the SDK's proxies: dicts, lists, scalars and `UNKNOWN`, never an exception.

    The SDK's proxies raise when an unknown value is touched. Rules work on this form instead, so
    that every rule handles the case. A secret that the engine could not decrypt is unknown too.
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
    """The value that a JSON text holds.

    Raises:
        ValueError: it is no JSON, or nested too deeply.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def as_boolean(value: object) -> bool | Unknown | None:
    """The boolean that AWS providers read from `value`; None when it is none.

    Providers also take the texts "true" and "false".
    """
    if isinstance(value, bool) or value is UNKNOWN:
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def undecided_if_hidden(value: Value) -> Value:
    """A setting; `UNKNOWN` where only AWS knows it."""
    return UNKNOWN if isinstance(value, Opaque) else value


def is_blank(value: object) -> bool:
    """Whether the value is left out, as null or as empty text."""
    return value is None or value == ""


def shown(value: object) -> str:
    """The value as a message shows it: short, on one line, and as Pulumi's users write it."""
    words = {None: "not set", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else SHORT.repr(value)


def stated(value: object) -> str:
    """What a message says about a setting: that it is not set, or its value."""
    return "not set" if value is None else f"set to {shown(value)}"


def in_sentence(place: str) -> str:
    """A place as it is named within a sentence: the table, not The table."""
    return place[0].lower() + place[1:]
