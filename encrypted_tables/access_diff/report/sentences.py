"""Says a diff in plain words; every report shows these lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from encrypted_tables.access_diff.collect.access_model import TableId
from encrypted_tables.access_diff.evaluate.change import Change, Diff, Verb
from encrypted_tables.iam.actions import WHOLE_ADMINISTRATION, Access
from encrypted_tables.iam.answer import Answer, Grade
from encrypted_tables.iam.principals import who

_ACCESS = {
    Access.READ: "read",
    Access.WRITE: "write",
    Access.KEY_USE: "use of the key (no items yet: DynamoDB permissions are missing)",
    Access.DIRECT_KEY_USE: "direct use of the key (kms:Decrypt outside DynamoDB)",
    Access.ADMINISTRATION: "administration of the key",
}
_LOST_KEY_USE = "use of the key"


@dataclass(frozen=True)
class Line:
    """One line of a report."""

    who: str
    what: str
    of: str
    because: str
    is_gain: bool


def lines(diff: Diff) -> list[Line]:
    """A line for each change in its order; read and write together where they change alike."""
    return [_line(list(group)) for _, group in groupby(diff.changes, key=_alike)]


def printable(text: str) -> str:
    """The text in one line, without control characters: names are whatever the author of a change likes."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def table_name(table: TableId) -> str:
    """A table as people name it."""
    name, region = table
    return f"{name} ({region})" if region else name


def _alike(change: Change) -> tuple[object, ...]:
    is_item = change.access in {Access.READ, Access.WRITE}
    return (
        change.principal,
        change.table or ("", ""),
        change.key,
        change.verb,
        "" if is_item else change.access,
        (change.before, change.after),
        change.actions,
        change.reason,
    )


def _line(changes: Sequence[Change]) -> Line:
    change = changes[0]
    accesses = " and ".join(_access(one) for one in changes)
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
    if change.access is Access.ADMINISTRATION and not set(change.actions) >= set(WHOLE_ADMINISTRATION):
        return f"{_ACCESS[change.access]} ({', '.join(change.actions)})"
    return _ACCESS[change.access]


def _what(change: Change, accesses: str) -> str:
    before, after = change.before, change.after
    match change.verb:
        case Verb.CANNOT_TELL:
            unknown = after if after.grade is Grade.UNKNOWN else before
            return f"cannot tell whether it {_may(before, after)} {accesses}: {' and '.join(unknown.details)}"
        case Verb.CHANGES:
            return f"has {accesses} {_under(change, after)} (before: {_under(change, before)})"
        case Verb.GAINS:
            under = f", {limits}" if (limits := _under(change, after)) else ""
            return f"gains {accesses}{under}{_so_far(change)}"
        case Verb.LOSES:
            return f"loses {accesses}{_except(change)}"


def _may(before: Answer, after: Answer) -> str:
    if before.grade in {Grade.YES, Grade.CONDITIONAL}:
        return "keeps"
    return "loses" if after.grade in {Grade.NO, Grade.DELEGATED} else "gains"


def _under(change: Change, answer: Answer) -> str:
    """What limits an answer, if anything does."""
    where = f"where {_conditions(answer)}" if answer.details else ""
    left_to_iam = f"if {_iam_policies(change)}" if answer.grade is Grade.DELEGATED else ""
    return " and ".join(filter(None, [left_to_iam, where]))


def _iam_policies(change: Change) -> str:
    action = "it" if change.access is Access.ADMINISTRATION else "kms:Decrypt"
    return f"its IAM policies allow {action}"


def _so_far(change: Change) -> str:
    limits = _under(change, change.before)
    return f" (so far only {limits})" if limits else ""


def _except(change: Change) -> str:
    before, after = change.before, change.after
    if before.grade is Grade.DELEGATED:
        return f"{_except_where(after)}{_so_far(change)}"
    if after.grade is Grade.DELEGATED:
        return f"{_except_where(after)}, unless {_iam_policies(change)}: the key policy leaves that to them"
    return _except_where(after)


def _except_where(answer: Answer) -> str:
    return f", except where {_conditions(answer)}" if answer.details else ""


def _of(change: Change) -> str:
    if change.table is not None:
        return f"table {table_name(change.table)}"
    if not change.tables:
        return f"key {change.key} (no table of this stack)"
    return f"key {change.key} of {', '.join(table_name(table) for table in change.tables)}"


def _conditions(answer: Answer) -> str:
    """The conditions; several alternatives each in brackets when one of them has more than one part."""
    alternatives = answer.details
    if len(alternatives) > 1 and any(" and " in one for one in alternatives):
        alternatives = tuple(f"({one})" for one in alternatives)
    return " or ".join(alternatives)
