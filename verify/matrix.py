"""The access matrix as data: what was proven or predicted, beside what is declared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from verify.arns import same_principal
from verify.declared import DeclaredTable, Role
from verify.expectation import Expectation, expected
from verify.findings import AccessCell
from verify.predict import Prediction
from verify.probe import ProbeResult

PROVEN, PREDICTED = "proven", "predicted"


@dataclass(frozen=True)
class Declarations:
    """Who is declared on each table; a table that has no declaration expects nothing of anybody."""

    tables: Mapping[tuple[str, str], DeclaredTable | None]
    """By table name and Region."""
    key_manager: str = ""
    """The caller, where it can change the keys' policies anyway: what it can read is no drift."""
    managed: frozenset[tuple[str, str]] = frozenset()
    """The tables whose key policy `key_manager` can change."""

    def roles(self, table: str, region: str, principal: str) -> frozenset[Role]:
        """The roles of a principal on a table."""
        declared = self.tables[table, region]
        return declared.roles_of(principal) if declared else frozenset()

    def expected(self, table: str, region: str, principal: str, call: str) -> Expectation:
        """What is declared about a call."""
        if self.tables[table, region] is None:
            return Expectation.NOT_DECLARED
        said = expected(self.roles(table, region, principal), call)
        if said is Expectation.DENIED and (table, region) in self.managed:
            return Expectation.NOT_DECLARED if same_principal(principal, self.key_manager) else said
        return said


def proven_cells(results: Iterable[ProbeResult], declarations: Declarations) -> list[AccessCell]:
    """The cells that principals' own calls prove."""
    return [
        AccessCell(
            table=one.table,
            region=one.region,
            principal=one.principal,
            call=one.call,
            expected=declarations.expected(one.table, one.region, one.principal, one.call),
            actual=one.outcome,
            basis=PROVEN,
            time=one.time,
            seconds=one.seconds,
            code=one.answer.code,
            message=one.answer.message,
            request_id=one.answer.request_id,
            items_read=one.items_read,
        )
        for one in results
    ]


def predicted_cells(predictions: Iterable[Prediction], declarations: Declarations) -> list[AccessCell]:
    """The cells that policies predict."""
    return [
        AccessCell(
            table=one.table,
            region=one.region,
            principal=one.principal,
            call=one.call,
            expected=declarations.expected(one.table, one.region, one.principal, one.call),
            actual=one.outcome,
            basis=PREDICTED,
            message=one.reason,
        )
        for one in predictions
    ]
