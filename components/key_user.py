"""Key users as settings name them: by a principal alone, or with the end of their access and a reason."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from .setting_types import OrOutput, Principal, Settings, Until


class KeyUser(Settings):
    """A key user whose access may end; `KeyUserArgs` describes each setting."""

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
    """Entries without models, so that the outputs in them are found and resolved."""
    if isinstance(value, KeyUser):
        return {name: setting for name, setting in value if setting is not None}
    return [plain(one) for one in value] if isinstance(value, tuple) else value


def principal_of(entry: object) -> object:
    """The principal of an entry: a principal, a `KeyUser` or the map of one."""
    if isinstance(entry, KeyUser):
        return entry.principal
    return entry.get("principal") if isinstance(entry, Mapping) else entry


def known_key_users(entries: Iterable[object]) -> Iterator[KeyUser]:
    """The key users of entries whose values are known.

    Raises:
        ValidationError: an entry is wrong.
    """
    for entry in entries:
        yield KeyUser.model_validate(entry if isinstance(entry, Mapping) else {"principal": entry})


def has_ended(until: object, now: datetime | None = None) -> bool:
    """Whether access until this time has ended; no access without an end, nor one that is yet unknown."""
    now = now or datetime.now(UTC)
    return isinstance(until, str) and datetime.fromisoformat(until) <= now
