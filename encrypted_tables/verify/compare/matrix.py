"""The access matrix as data: what was proven or predicted, beside what is declared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from encrypted_tables.iam.principals import Principal, identity
from encrypted_tables.verify.collect.declared import DeclaredTable, Role
from encrypted_tables.verify.compare.expectation import WRITE_CALLS, Expectation, expected, is_as_declared
from encrypted_tables.verify.compare.findings import AccessCell
from encrypted_tables.verify.predict.predict import Prediction
from encrypted_tables.verify.probe.classify import Outcome
from encrypted_tables.verify.probe.probe import ProbeResult

PROVEN, PREDICTED = "proven", "predicted"


@dataclass(frozen=True)
class Declarations:
    """Who is declared on each table; a table that has no declaration expects nothing of anybody."""

    tables: Mapping[tuple[str, str], DeclaredTable | None]
    """By table name and Region."""
    managers: frozenset[tuple[str, str, Principal]] = frozenset()
    """Table, Region and who can change the policy of its key: what those can read is no drift."""

    def manages(self, table: str, region: str, principal: str) -> bool:
        """Whether a principal can change the policy of the table's key."""
        who = identity(principal)
        return who is not None and (table, region, who) in self.managers

    def roles(self, table: str, region: str, principal: str) -> frozenset[Role]:
        """The roles of a principal on a table."""
        declared = self.tables[table, region]
        return declared.roles_of(principal) if declared else frozenset()

    def expected(self, table: str, region: str, principal: str, call: str) -> Expectation:
        """What is declared about a call."""
        if self.tables[table, region] is None:
            return Expectation.NOT_DECLARED
        said = expected(self.roles(table, region, principal), call)
        if said is Expectation.DENIED and self.manages(table, region, principal):
            return Expectation.NOT_DECLARED
        return said


def access_cells(
    results: Iterable[ProbeResult], predictions: Iterable[Prediction], declarations: Declarations
) -> list[AccessCell]:
    """Every cell: those that principals' own calls prove, and those that policies predict."""
    proven = [_proven(one, declarations) for one in results]
    cells = proven + [_predicted(one, declarations) for one in predictions]
    shut_out = _shut_out(cells)
    return [
        replace(cell, as_declared=shut_out[row]) if (row := _let_in_by_key(cell)) in shut_out else cell
        for cell in cells
    ]


def _let_in_by_key(cell: AccessCell) -> tuple[str, str, str] | None:
    """Whose row this is, if the key is declared to let the principal in."""
    is_let_in = cell.expected is Expectation.KEY_ALLOWS
    return (cell.table, cell.region, cell.principal) if is_let_in else None


def _shut_out(cells: Iterable[AccessCell]) -> dict[tuple[str, str, str], bool | None]:
    """Whom the key is declared to let in, but IAM denies every call; to make none is not to have access.

    Gives False for each row, or None where no write was tried, which IAM may allow.
    """
    rows: dict[tuple[str, str, str], dict[str, Outcome]] = {}
    for cell in cells:
        if row := _let_in_by_key(cell):
            rows.setdefault(row, {})[cell.call] = cell.actual
    return {
        row: False if set(WRITE_CALLS) <= set(calls) else None
        for row, calls in rows.items()
        if set(calls.values()) == {Outcome.DENIED_BY_IAM}
    }


def _proven(one: ProbeResult, declarations: Declarations) -> AccessCell:
    return replace(
        _cell(one, PROVEN, declarations),
        time=one.time,
        seconds=one.seconds,
        code=one.answer.code,
        message=one.answer.message,
        request_id=one.answer.request_id,
        items_read=one.items_read,
    )


def _predicted(one: Prediction, declarations: Declarations) -> AccessCell:
    return replace(_cell(one, PREDICTED, declarations), message=one.reason)


def _cell(one: ProbeResult | Prediction, basis: str, declarations: Declarations) -> AccessCell:
    expected = declarations.expected(one.table, one.region, one.principal, one.call)
    return AccessCell(
        table=one.table,
        region=one.region,
        principal=one.principal,
        call=one.call,
        expected=expected,
        actual=one.outcome,
        basis=basis,
        as_declared=is_as_declared(expected, one.outcome),
    )
