"""The lines that every report shows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from encrypted_tables.access_diff.collect.access_model import TableId
from encrypted_tables.access_diff.evaluate.change import Change, Diff, Verb
from encrypted_tables.iam.actions import (
    COPY_ACTIONS,
    TABLE_ADMINISTRATION_ACTIONS,
    WHOLE_ADMINISTRATION,
    Access,
)
from encrypted_tables.iam.answer import Answer, Grade
from encrypted_tables.iam.conditions import UNTIL
from encrypted_tables.iam.principals import who

_ACCESS = {
    Access.READ: "read",
    Access.WRITE: "write",
    Access.STREAM: "read of the stream",
    Access.COPY: "copying of items elsewhere",
    Access.TABLE_ADMINISTRATION: "administration of the table",
    Access.KEY_USE: "use of the key (no items yet: DynamoDB permissions are missing)",
    Access.DIRECT_KEY_USE: "direct use of the key (decryption outside DynamoDB)",
    Access.ADMINISTRATION: "administration of the key",
}
_LOST_KEY_USE = "use of the key"
# All actions of each access. If a principal has only some of them, the line lists those.
_WHOLE: Mapping[Access, frozenset[str]] = {
    Access.COPY: frozenset(COPY_ACTIONS),
    Access.TABLE_ADMINISTRATION: frozenset(TABLE_ADMINISTRATION_ACTIONS),
    Access.ADMINISTRATION: frozenset(WHOLE_ADMINISTRATION),
}
_TO_A_TABLE = frozenset({Access.READ, Access.WRITE, Access.STREAM, Access.COPY, Access.TABLE_ADMINISTRATION})
_BY_DECRYPT = frozenset({Access.READ, Access.WRITE, Access.KEY_USE, Access.DIRECT_KEY_USE})


@dataclass(frozen=True)
class Line:
    """One line of a report."""

    who: str
    what: str
    of: str
    because: str
    is_gain: bool


def lines(diff: Diff) -> list[Line]:
    """A line for each change, in order; equal changes of access to a table share one."""
    return [_line(list(group)) for _, group in groupby(diff.changes, key=_alike)]


def printable(text: str) -> str:
    """The text in one line, without control characters: names are untrusted input."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def table_name(table: TableId) -> str:
    """The table with its Region, if known."""
    name, region = table
    return f"{name} ({region})" if region else name


def _alike(change: Change) -> tuple[object, ...]:
    shares_line = change.access in _TO_A_TABLE and _is_whole(change)
    return (
        change.principal,
        change.table or ("", ""),
        change.key,
        change.verb,
        "" if shares_line else (change.access, change.actions),
        (change.before, change.after),
        change.reason,
    )


def _line(changes: Sequence[Change]) -> Line:
    change = changes[0]
    *first, last = [_access(one) for one in changes]
    accesses = f"{', '.join(first)} and {last}" if first else last
    return Line(
        who(change.principal),
        _what(change, accesses),
        _of(change),
        change.reason,
        change.verb in {Verb.GAINS, Verb.CHANGES, Verb.CANNOT_TELL},
    )


def _access(change: Change) -> str:
    if change.access is Access.KEY_USE and change.verb is Verb.LOSES:
        return _LOST_KEY_USE
    if not _is_whole(change):
        return f"{_ACCESS[change.access]} ({', '.join(change.actions)})"
    return _ACCESS[change.access]


def _is_whole(change: Change) -> bool:
    return _WHOLE.get(change.access, frozenset()) <= set(change.actions)


def _what(change: Change, accesses: str) -> str:
    before, after = change.before, change.after
    match change.verb:
        case Verb.CANNOT_TELL:
            unknown = after if after.grade is Grade.UNKNOWN else before
            reasons = " and ".join(unknown.details)
            return f"may {_verb(before, after)} {accesses} (cannot tell: {reasons})"
        case Verb.CHANGES:
            return f"has {accesses} {_under(change, after)} (before: {_under(change, before)})"
        case Verb.GAINS:
            under = f", {limits}" if (limits := _under(change, after)) else ""
            return f"gains {accesses}{under}{_so_far(change)}"
        case Verb.LOSES:
            return f"loses {accesses}{_except(change)}"


def _verb(before: Answer, after: Answer) -> str:
    if before.grade in {Grade.YES, Grade.CONDITIONAL}:
        return "keep"
    return "lose" if after.grade in {Grade.NO, Grade.DELEGATED} else "gain"


def _under(change: Change, answer: Answer) -> str:
    """The limits of an answer; empty without any."""
    where = _where(answer)
    left_to_iam = f"if {_iam_policies(change)}" if answer.grade is Grade.DELEGATED else ""
    return " and ".join(filter(None, [left_to_iam, where]))


def _iam_policies(change: Change) -> str:
    action = "kms:Decrypt" if change.access in _BY_DECRYPT else "it"
    return f"its IAM policies allow {action}"


def _so_far(change: Change) -> str:
    limits = _under(change, change.before)
    return f" (so far only {limits})" if limits else ""


def _except(change: Change) -> str:
    before, after = change.before, change.after
    if before.grade is Grade.DELEGATED:
        return f"{_except_where(after)}{_so_far(change)}"
    if after.grade is Grade.DELEGATED:
        return f"{_except_where(after)}, unless {_iam_policies(change)}: the key policy delegates to them"
    return _except_where(after)


def _except_where(answer: Answer) -> str:
    return f", except {_where(answer)}" if answer.details else ""


def _of(change: Change) -> str:
    if change.table is not None:
        return f"table {table_name(change.table)}"
    if not change.tables:
        return f"key {change.key} (no table of this stack)"
    return f"key {change.key} of {', '.join(table_name(table) for table in change.tables)}"


def _where(answer: Answer) -> str:
    """The conditions of an answer, or the time until which it holds; empty without any."""
    if not answer.details:
        return ""
    is_end = len(answer.details) == 1 and re.fullmatch(rf"{UNTIL}\S+", answer.details[0])
    return answer.details[0] if is_end else f"where {_conditions(answer)}"


def _conditions(answer: Answer) -> str:
    """The conditions, alternatives joined by "or": in brackets if one has several parts."""
    alternatives = answer.details
    if len(alternatives) > 1 and any(" and " in one for one in alternatives):
        alternatives = tuple(f"({one})" for one in alternatives)
    return " or ".join(alternatives)
