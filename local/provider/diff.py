"""The diff between a resource's state and its new inputs. Pure functions. They compare the state and not the
old inputs, so that an update reverts changes that `refresh` found.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from local.provider.schema import Kind, Property, ResourceType
from local.provider.values import Properties, Unknown, Value, contains_unknown, reveal

EMPTY: tuple[Any, ...] = (None, False, 0, "", [], {})


class ChangeKind(Enum):
    """The kind of change of a property."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclass(frozen=True)
class Change:
    """A changed property; `path` is, for example, `tags.owner` or `ttl.enabled`."""

    path: str
    kind: ChangeKind
    replaces: bool

    @property
    def property(self) -> str:
        """The top-level property that contains the change."""
        return re.split(r"[.\[]", self.path, maxsplit=1)[0]


def diff(
    resource_type: ResourceType,
    state: Properties,
    news: Properties,
    *,
    region: str | None = None,
    ignored: Sequence[str] = (),
) -> list[Change]:
    """The changes from a resource's state to its new inputs.

    Args:
        resource_type: its type.
        state: its last known outputs.
        news: its new, checked inputs.
        region: the provider's Region, for resources without a `region`.
        ignored: paths in the program's `ignoreChanges`.
    """
    old = dict(reveal(state))
    new = _without_marks(reveal(news))
    if region and "region" in resource_type.inputs:
        new.setdefault("region", region)
        old.setdefault("region", region)
    changes = _object_changes(resource_type.inputs, old, new, "", False)
    return [change for change in changes if not is_ignored(change.path, ignored)]


def is_ignored(path: str, ignored: Iterable[str]) -> bool:
    """Whether `ignoreChanges` covers a change at this path; `*` matches one step."""
    steps = _steps(path)
    return any(
        len(pattern) <= len(steps) and all(p in ("*", s) for p, s in zip(pattern, steps, strict=False))
        for pattern in map(_steps, ignored)
    )


def _steps(path: str) -> list[str]:
    return [quoted or plain for quoted, plain in re.findall(r'\["([^"]+)"\]|([^.\[\]]+)', path)]


def _without_marks(properties: Properties) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if not name.startswith("__")}


def _object_changes(
    properties: Mapping[str, Property], old: Properties, new: Properties, prefix: str, replaces: bool
) -> Iterator[Change]:
    for name, p in properties.items():
        if not p.output:
            yield from _changes(p, old.get(name), new.get(name), f"{prefix}{name}", replaces or p.replaces)


def _changes(p: Property, old: Value, new: Value, path: str, replaces: bool) -> Iterator[Change]:
    if new is None and (p.computed or old in EMPTY or old == p.default):
        return
    if old is None and not isinstance(new, Unknown) and (new in (*EMPTY, p.default) or _is_absence(p, new)):
        return
    if new is None:
        yield Change(path, ChangeKind.DELETE, replaces and not p.cleared_in_place)
    elif old is None:
        yield Change(path, ChangeKind.ADD, replaces)
    elif isinstance(new, Unknown):
        yield Change(path, ChangeKind.UPDATE, replaces)
    elif p.kind is Kind.OBJECT and isinstance(old, Mapping):
        yield from _object_changes(p.properties, old, new, f"{path}.", replaces)
    elif p.kind is Kind.MAP and isinstance(old, Mapping):
        yield from _map_changes(old, new, path, replaces)
    elif not same(p, old, new):
        yield Change(path, ChangeKind.UPDATE, replaces)


def _is_absence(p: Property, new: Value) -> bool:
    """Whether the value means to AWS that there is none."""
    return p.same is not None and p.same(None, new)


def _map_changes(old: Properties, new: Properties, path: str, replaces: bool) -> Iterator[Change]:
    """Changes of a map. A key with an empty value differs from a missing key, because tags may be empty."""
    for key in sorted({*old, *new}):
        if key not in old:
            yield Change(_member(path, key), ChangeKind.ADD, replaces)
        elif key not in new:
            yield Change(_member(path, key), ChangeKind.DELETE, replaces)
        elif old[key] != new[key]:
            yield Change(_member(path, key), ChangeKind.UPDATE, replaces)


def _member(path: str, key: str) -> str:
    return f"{path}.{key}" if re.fullmatch(r"\w+", key) else f'{path}["{key}"]'


def same(p: Property, old: Value, new: Value) -> bool:
    """Whether an old value satisfies the new one; parts that AWS chooses are not compared."""
    if contains_unknown(new):
        return False
    if p.same is not None:
        return p.same(old, new)
    if p.kind is Kind.OBJECT and isinstance(old, Mapping) and isinstance(new, Mapping):
        return not any(_object_changes(p.properties, old, _without_marks(new), "", False))
    if p.kind is Kind.LIST and p.element is not None:
        return _same_list(p, p.element, old, new)
    return bool(old == new)


def _same_list(p: Property, element: Property, old: Value, new: Value) -> bool:
    """Compare lists; an empty list equals a missing one."""
    old, new = old or [], new or []
    if len(old) != len(new):
        return False
    if not p.unordered:
        return all(same(element, o, n) for o, n in zip(old, new, strict=True))
    rest = list(old)
    for wanted in new:
        found = next((index for index, each in enumerate(rest) if same(element, each, wanted)), None)
        if found is None:
            return False
        del rest[found]
    return True
