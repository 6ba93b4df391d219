"""Converts property values between the engine's wire format and Python.

On the wire, signatures in a protobuf Struct mark secrets and unknown values. In Python, a secret is a
`Secret` that wraps the value, and an unknown value is `UNKNOWN`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf import struct_pb2

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # marks secrets, is none
UNKNOWN_VALUES: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

Value = Any
"""None, bool, int, float, str, `UNKNOWN`, a `Secret`, or a list or dict of these."""

Properties = Mapping[str, Value]


class Unknown:
    """The type of `UNKNOWN`: a value that is known only after another resource is created."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that the engine must encrypt in its state and hide in its output."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(...)"


def decode(struct: struct_pb2.Struct) -> dict[str, Any]:
    """The properties in a Struct; whole numbers become `int`."""
    return {key: _decode(value) for key, value in struct.fields.items()}


def _decode(value: struct_pb2.Value) -> Value:
    match value.WhichOneof("kind"):
        case "string_value":
            found: Value = UNKNOWN if value.string_value in UNKNOWN_VALUES else value.string_value
        case "number_value":
            found = int(value.number_value) if value.number_value.is_integer() else value.number_value
        case "bool_value":
            found = value.bool_value
        case "list_value":
            found = [_decode(element) for element in value.list_value.values]
        case "struct_value":
            found = _decode_object(decode(value.struct_value))
        case _:
            found = None
    return found


def _decode_object(properties: dict[str, Value]) -> Value:
    return Secret(properties.get("value")) if properties.get(SIGNATURE) == SECRET_SIGNATURE else properties


def encode(properties: Properties, *, keep_secrets: bool = True) -> struct_pb2.Struct:
    """The properties as a Struct. Without `keep_secrets`, secrets are sent as plain values, for engines that
    do not accept secrets.
    """
    struct = struct_pb2.Struct()
    struct.update({key: _encode(value, keep_secrets) for key, value in properties.items()})
    return struct


def _encode(value: Value, keep_secrets: bool) -> Value:
    if isinstance(value, Unknown):
        return UNKNOWN_STRING
    if isinstance(value, Secret):
        inner = _encode(value.value, keep_secrets)
        return {SIGNATURE: SECRET_SIGNATURE, "value": inner} if keep_secrets else inner
    if isinstance(value, Mapping):
        return {key: _encode(element, keep_secrets) for key, element in value.items()}
    if isinstance(value, list | tuple):
        return [_encode(element, keep_secrets) for element in value]
    return value


def reveal(value: Value) -> Value:
    """The value without `Secret` wrappers, at every depth."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if isinstance(value, Mapping):
        return {key: reveal(element) for key, element in value.items()}
    if isinstance(value, list | tuple):
        return [reveal(element) for element in value]
    return value


def contains_unknown(value: Value) -> bool:
    """Whether the value is unknown or contains an unknown value."""
    return _contains(value, lambda part: isinstance(part, Unknown))


def contains_secret(value: Value) -> bool:
    """Whether the value is secret or contains a secret."""
    return _contains(value, lambda part: isinstance(part, Secret))


def _contains(value: Value, wanted: Callable[[Any], bool]) -> bool:
    if wanted(value):
        return True
    if isinstance(value, Secret):
        return _contains(value.value, wanted)
    if isinstance(value, Mapping):
        return any(_contains(element, wanted) for element in value.values())
    if isinstance(value, list | tuple):
        return any(_contains(element, wanted) for element in value)
    return False


def conceal(properties: Properties, secret_names: frozenset[str]) -> dict[str, Any]:
    """The properties, with those of the given names marked as secret."""
    return {
        key: Secret(value) if key in secret_names and not isinstance(value, Secret) else value
        for key, value in properties.items()
    }
