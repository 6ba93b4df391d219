"""Findings on access: where the calls that a principal can make differ from the declaration. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from encrypted_tables.verify.compare.expectation import Expectation
from encrypted_tables.verify.probe.classify import Outcome


class Severity(StrEnum):
    """What a finding means for the verdict."""

    DIFFERS = "differs"
    UNKNOWN = "could-not-tell"
    NOTE = "note"

    @property
    def label(self) -> str:
        """The severity in words, for people."""
        return self.value.replace("-", " ")


@dataclass(frozen=True)
class Finding:
    """One thing that a reader should know. Programs can rely on `kind`; `text` and `todo` are for people."""

    kind: str
    severity: Severity
    table: str
    region: str
    text: str
    todo: str
    principal: str | None = None


@dataclass(frozen=True)
class AccessCell:
    """One call by one principal on one table: the declared outcome and the actual one."""

    table: str
    region: str
    principal: str
    call: str
    expected: Expectation
    actual: Outcome
    basis: str
    """`proven`: the principal made the call. `predicted`: policies were evaluated."""
    time: str = ""
    seconds: float = 0.0
    code: str = ""
    message: str = ""
    request_id: str = ""
    items_read: int | None = None
    """How many items the call returned or counted."""
    as_declared: bool | None = None
    """Whether the actual outcome is the declared one; None if unknown."""

    @property
    def is_unproven(self) -> bool:
        """Whether the call was made, or is declared, and has no conclusive answer."""
        matters = self.basis == "proven" or self.expected is not Expectation.NOT_DECLARED
        return self.as_declared is None and matters


def access_findings(cells: Iterable[AccessCell]) -> list[Finding]:
    """The findings of an access matrix: one for each kind of difference of each principal on each table."""
    ordered = sorted(cells, key=_row)
    return [finding for _, row in groupby(ordered, key=_row) for finding in _row_findings(list(row))]


def _row(cell: AccessCell) -> tuple[str, str, str]:
    return cell.table, cell.region, cell.principal


def _row_findings(row: list[AccessCell]) -> list[Finding]:
    wanted = (Expectation.ALLOWED, Expectation.KEY_ALLOWS)
    denied = [c for c in row if c.as_declared is False and c.expected in wanted]
    undeclared = [c for c in row if c.as_declared is False and c.expected is Expectation.DENIED]
    unknown = [c for c in row if c.is_unproven]
    return [
        *_grouped(
            denied,
            "declared-but-denied",
            Severity.DIFFERS,
            "is declared to have access, but",
            "Run `pulumi up --refresh`, or remove the principal from the declaration.",
        ),
        *_grouped(
            undeclared,
            "allowed-but-not-declared",
            Severity.DIFFERS,
            "is not declared to have access, but",
            "Remove the permission (`encrypted-tables who-can` shows it), or declare the principal.",
        ),
        *_grouped(
            unknown,
            "access-unknown",
            Severity.UNKNOWN,
            "has no conclusive answer:",
            "Remove the cause that the message states, and verify again.",
        ),
    ]


# Outcomes with different advice than others of their kind.
_ADVICE = {
    (
        "declared-but-denied",
        Outcome.DENIED_BY_IAM,
    ): "Allow these calls in its IAM policies, or remove it from the declaration.",
    (
        "access-unknown",
        Outcome.DENIED_BY_IAM,
    ): "IAM may allow writes: verify again without --read-only.",
}


def _grouped(cells: list[AccessCell], kind: str, severity: Severity, verb: str, todo: str) -> list[Finding]:
    found = []
    for actual in sorted({cell.actual for cell in cells}):
        same = [cell for cell in cells if cell.actual is actual]
        first = same[0]
        calls = ", ".join(cell.call for cell in same)
        basis = "" if first.basis == "proven" else f" (predicted: {first.message})"
        # The cells contain AWS's messages; a finding quotes one only if the outcome could not be classified.
        quote = f" ({first.code}: {first.message})" if actual is Outcome.COULD_NOT_TELL and not basis else ""
        text = f"{first.principal} {verb} {calls}: {actual.label}{basis}{quote}."
        advice = _ADVICE.get((kind, actual), todo)
        found.append(Finding(kind, severity, first.table, first.region, text, advice, first.principal))
    return found
