"""Statements of a key policy that allow principals. Pure."""

from collections.abc import Sequence

from .principal_conditions import ANYONE, Condition, both, of_permission_sets, one_or_list
from .principals import is_permission_set
from .statements import Statement


def admit(
    sid: str, principals: Sequence[str], actions: str | Sequence[str], condition: Condition | None = None
) -> list[Statement]:
    """Allow principals: one statement for those that a policy can name, one for permission sets.

    A statement for nobody names nobody; KMS refuses it, so leave it out.
    """
    sets = [one for one in principals if is_permission_set(one)]
    named = [one for one in principals if one not in sets]
    by_sets = f"{sid} by permission sets" if " " in sid else f"{sid}ByPermissionSets"
    return [
        allow(sid, named, actions, condition),
        allow(by_sets, [ANYONE] if sets else [], actions, both(condition or {}, of_permission_sets(sets))),
    ]


def compact(time: str) -> str:
    """A time in letters and digits, as a Sid has them."""
    return time.replace("-", "").replace(":", "")


def allow(
    sid: str, principals: Sequence[str], actions: str | Sequence[str], condition: Condition | None = None
) -> Statement:
    """Allow principals that a policy can name, or `ANYONE` under a condition."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": one_or_list(principals)},
        "Action": actions if isinstance(actions, str) else one_or_list(actions),
        "Resource": "*",
        **({"Condition": condition} if condition else {}),
    }
