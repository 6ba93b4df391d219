"""Key users in settings: a principal, or a map with the end of its access and a reason."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from .setting_types import OrOutput, Principal, Settings, Until


class KeyUser(Settings):
    """A key user with an optional end of access. `KeyUserArgs` describes each setting."""

    principal: Principal
    until: Until | None = None
    reason: Annotated[str, Field(min_length=1, max_length=256)] | None = None


def _form(value: object) -> str:
    return "[map]" if isinstance(value, Mapping | KeyUser) else "[principal]"


KeyUsers = Annotated[
    tuple[
        Annotated[
            Annotated[Principal, Tag("[principal]")] | Annotated[KeyUser, Tag("[map]")], Discriminator(_form)
        ],
        ...,
    ],
    OrOutput,
]


def plain(value: Any) -> Any:  # noqa: ANN401  # entries of any form
    """Entries as plain maps instead of models, so that Pulumi finds and resolves the outputs in them."""
    if isinstance(value, KeyUser):
        return {name: setting for name, setting in value if setting is not None}
    return [plain(one) for one in value] if isinstance(value, tuple) else value


def principal_of(entry: object) -> object:
    """The principal of an entry, which is a principal, a `KeyUser` or a map."""
    if isinstance(entry, KeyUser):
        return entry.principal
    return entry.get("principal") if isinstance(entry, Mapping) else entry


def known_key_users(entries: Iterable[object]) -> Iterator[KeyUser]:
    """The key users of those entries whose values are known.

    Raises:
        ValidationError: an entry is invalid.
    """
    for entry in entries:
        yield KeyUser.model_validate(entry if isinstance(entry, Mapping) else {"principal": entry})


def has_ended(until: object, now: datetime | None = None) -> bool:
    """Whether access until this time has ended. False if there is no end, or if it is not yet known."""
    now = now or datetime.now(UTC)
    return isinstance(until, str) and datetime.fromisoformat(until) <= now
