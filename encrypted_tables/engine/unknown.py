"""Values that are unknown or secret in a preview."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

# What the engine writes for a value that is known only after the update.
# https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/resource/plugin/rpc.go#L65-L85
_SENTINELS = (
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
)
_UNKNOWN_TEXT = _SENTINELS[2]
_SECRET_TEXT = "[secret]"  # noqa: S105  # what the engine shows in the place of a secret
_SIGNATURE = "4dabf18193072939515e22adb298388d"


class Unknown(Enum):
    """Why a value is missing."""

    UNTIL_UPDATE = "known only after the update"
    SECRET = "a secret, which a preview does not show"  # noqa: S105  # a word, not a password


UNTIL_UPDATE: Final = Unknown.UNTIL_UPDATE
SECRET: Final = Unknown.SECRET


def without_sentinels(value: Any) -> Any:  # noqa: ANN401  # a property is any JSON value
    """The value with each sentinel of the engine replaced by an `Unknown`."""
    if isinstance(value, str):
        if any(sentinel in value for sentinel in _SENTINELS):
            return UNTIL_UPDATE
        return SECRET if value == _SECRET_TEXT else value
    if isinstance(value, Mapping):
        if _SIGNATURE in value:
            return SECRET
        return {key: without_sentinels(one) for key, one in value.items()}
    if isinstance(value, list):
        return [without_sentinels(one) for one in value]
    return value


def with_sentinels(value: Any) -> Any:  # noqa: ANN401  # a property is any JSON value
    """The value as the engine writes it: the reverse of `without_sentinels`."""
    if isinstance(value, Unknown):
        return _SECRET_TEXT if value is SECRET else _UNKNOWN_TEXT
    if isinstance(value, Mapping):
        return {key: with_sentinels(one) for key, one in value.items()}
    return [with_sentinels(one) for one in value] if isinstance(value, list) else value
