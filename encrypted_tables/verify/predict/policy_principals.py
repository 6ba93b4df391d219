"""Whom a resource's policy names."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from encrypted_tables.verify.predict.arns import identity
from encrypted_tables.verify.predict.policy import as_list


def allowed_principals(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Everyone an Allow statement names: accounts, users, roles, services, identity providers, and `*`."""
    return _every(
        statement.get("Principal")
        for statement in as_list(document.get("Statement"))
        if statement.get("Effect") == "Allow"
    )


def named_principals(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Everyone any statement names, to allow, to deny or to spare."""
    return _every(
        statement.get(element)
        for statement in as_list(document.get("Statement"))
        for element in ("Principal", "NotPrincipal")
    )


def has_open_allow(document: Mapping[str, Any]) -> bool:
    """Whether an Allow statement uses NotPrincipal, which lets in everyone it does not name."""
    return any(s.get("Effect") == "Allow" and "NotPrincipal" in s for s in as_list(document.get("Statement")))


def concrete_principals(entries: Iterable[str]) -> tuple[str, ...]:
    """The users and roles among the principals of a policy."""
    return tuple(e for e in entries if (who := identity(e)) is not None and who.kind in {"user", "role"})


def _every(elements: Iterable[Any]) -> tuple[str, ...]:
    return tuple(sorted({name for element in elements for name in _names(element)}))


def _names(element: Any) -> Iterator[str]:  # noqa: ANN401
    """The names in a Principal element, of every kind: AWS, Service, Federated, CanonicalUser."""
    values = element.values() if isinstance(element, Mapping) else [element]
    for value in values:
        yield from map(str, as_list(value))
