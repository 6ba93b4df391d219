"""Finds statements of resource policies that allow principals without naming or limiting them."""

from collections.abc import Sequence

from policies.declared.documents import Statement, is_hidden
from policies.declared.values import Value, shown
from policies.judging.bounds import Bounds, bounded
from policies.judging.documents import CheckStatements, HiddenError


def wildcard_fault(bounds: Bounds) -> CheckStatements:
    """A check for statements that allow principals without naming or limiting them."""

    def fault(statements: Sequence[Statement]) -> str | None:
        is_unknown = False
        for one in (statement for statement in statements if statement.allows):
            found = _fault(one, statements, bounds)
            if isinstance(found, str):
                return found
            is_unknown = is_unknown or found is None
        if is_unknown:
            raise HiddenError
        return None

    return fault


def _fault(one: Statement, statements: Sequence[Statement], bounds: Bounds) -> str | bool | None:
    """The fault of an Allow; False if there is none, None if unknown."""
    if one.excepts_principals:
        return f"allows everybody with exceptions ({one.label}, NotPrincipal). Name the allowed principals."
    patterns = [principal for principal in one.principals if _is_pattern(principal)]
    partial = next((pattern for pattern in patterns if pattern != "*"), None)
    if partial is not None:
        return (
            f"allows the principal {shown(partial)} ({one.label}). Name each principal: IAM does not "
            "support this wildcard."
        )
    if not patterns and not any(is_hidden(principal) for principal in one.principals):
        return False
    is_bounded = bounded(one, statements, bounds)
    if is_bounded or is_bounded is None:
        return False if is_bounded else None
    if not patterns:
        return None
    keys = ", ".join(dict.fromkeys(condition.key for condition in one.conditions))
    without = f", and its conditions ({keys}) do not limit the principals" if keys else ""
    return (
        f"allows the principal '*' ({one.label}){without}. Name the allowed principals, or add a condition "
        "with a fixed account, organisation or principal."
    )


def _is_pattern(principal: Value) -> bool:
    return isinstance(principal, str) and ("*" in principal or "?" in principal)
