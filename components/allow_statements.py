"""Builds the Allow statements of a key policy. Pure functions."""

from collections.abc import Sequence

from .principal_conditions import ANYONE, Condition, both, of_permission_sets, one_or_list
from .principals import is_permission_set
from .statements import Statement


def admit(
    sid: str, principals: Sequence[str], actions: str | Sequence[str], condition: Condition | None = None
) -> list[Statement]:
    """Statements that allow these principals: one for users, roles and accounts, one for permission sets.

    Without principals there is no statement, because KMS refuses one with an empty Principal.
    """
    sets = [one for one in principals if is_permission_set(one)]
    named = [one for one in principals if one not in sets]
    statements = [allow(sid, named, actions, condition)] if named else []
    if sets:
        by_sets = f"{sid} by permission sets" if " " in sid else f"{sid}ByPermissionSets"
        statements.append(allow(by_sets, [ANYONE], actions, both(condition or {}, of_permission_sets(sets))))
    return statements


def compact(time: str) -> str:
    """The time without punctuation, because a Sid holds only letters and digits."""
    return time.replace("-", "").replace(":", "")


def allow(
    sid: str, principals: Sequence[str], actions: str | Sequence[str], condition: Condition | None = None
) -> Statement:
    """A statement that allows principals by name, or `ANYONE` under a condition."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": one_or_list(principals)},
        "Action": actions if isinstance(actions, str) else one_or_list(actions),
        "Resource": "*",
        **({"Condition": condition} if condition else {}),
    }
