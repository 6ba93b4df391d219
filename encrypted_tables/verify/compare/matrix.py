"""The access matrix: each proven or predicted outcome with the declared one."""

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
    """The declared principals of each table. Nothing is expected of a table without a declaration."""

    tables: Mapping[tuple[str, str], DeclaredTable | None]
    """By table name and Region."""
    managers: frozenset[tuple[str, str, Principal]] = frozenset()
    """Table, Region and each principal that can change its key policy; reads by these are not drift."""

    def manages(self, table: str, region: str, principal: str) -> bool:
        """Whether a principal can change the policy of the table's key."""
        who = identity(principal)
        return who is not None and (table, region, who) in self.managers

    def roles(self, table: str, region: str, principal: str) -> frozenset[Role]:
        """The roles of a principal on a table."""
        declared = self.tables[table, region]
        return declared.roles_of(principal) if declared else frozenset()

    def expected(self, table: str, region: str, principal: str, call: str) -> Expectation:
        """The declared outcome of a call."""
        if self.tables[table, region] is None:
            return Expectation.NOT_DECLARED
        outcome = expected(self.roles(table, region, principal), call)
        if outcome is Expectation.DENIED and self.manages(table, region, principal):
            return Expectation.NOT_DECLARED
        return outcome


def access_cells(
    results: Iterable[ProbeResult], predictions: Iterable[Prediction], declarations: Declarations
) -> list[AccessCell]:
    """Every cell: proven by the principal's own call, or predicted from policies."""
    proven = [_proven(one, declarations) for one in results]
    cells = proven + [_predicted(one, declarations) for one in predictions]
    no_access = _without_any_call(cells)
    return [
        replace(cell, as_declared=no_access[row]) if (row := _key_user_row(cell)) in no_access else cell
        for cell in cells
    ]


def _key_user_row(cell: AccessCell) -> tuple[str, str, str] | None:
    """The row of a cell (table, Region, principal) if its principal is declared as a key user."""
    is_key_user = cell.expected is Expectation.KEY_ALLOWS
    return (cell.table, cell.region, cell.principal) if is_key_user else None


def _without_any_call(cells: Iterable[AccessCell]) -> dict[tuple[str, str, str], bool | None]:
    """Rows of declared key users without access, because IAM denies them every call.

    The value is the row's `as_declared`: False, or None if no write was tried, which IAM may allow.
    """
    rows: dict[tuple[str, str, str], dict[str, Outcome]] = {}
    for cell in cells:
        if row := _key_user_row(cell):
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
