"""Findings on access to items by calls outside the matrix: streams, copies, vector search and more."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from encrypted_tables.iam.answer import Grade
from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.compare.expectation import ITEM_CALLS
from encrypted_tables.verify.compare.finding_writer import Writer
from encrypted_tables.verify.compare.findings import AccessCell, Finding, Severity
from encrypted_tables.verify.compare.matrix import PROVEN, Declarations
from encrypted_tables.verify.probe.classify import Outcome
from encrypted_tables.who_can.row import Row, reason

_SHOWN = 5


@dataclass(frozen=True)
class OtherWays:
    """Compares the access of users and roles to one table with the declarations.

    It skips principals that are declared, that administer the key, or that the matrix already answers for.
    """

    place: Place
    declarations: Declarations
    cells: Iterable[AccessCell]

    def findings(self, rows: Iterable[Row]) -> Iterator[Finding]:
        """One finding for each undeclared principal with access, and one note on all principals that may copy
        items.
        """
        if self.place.declared is None:
            return
        finding, unclear = Writer(self.place), []
        answered = {cell.principal for cell in self.cells if self._is_answer(cell)}
        for row in rows:
            arn = row.principal.arn
            if not row.principal.is_single or arn in answered or self._is_known(arn):
                continue
            ways = {"read": row.read, "write": row.write, "copy": row.copy}
            allowed = {name: answer for name, answer in ways.items() if answer.grade is Grade.YES}
            if allowed:
                by = "; ".join(f"{name}: {reason(answer)}" for name, answer in allowed.items())
                text = f"{arn} is not declared but can {' and '.join(allowed)} items ({by})."
                todo = "Remove the permission, or declare the principal."
                yield finding("allowed-but-not-declared", text, todo, principal=arn)
            elif row.copy.grade is Grade.UNKNOWN:
                unclear.append((arn, reason(row.copy)))
        if unclear:
            yield self._note(unclear)

    def _is_answer(self, cell: AccessCell) -> bool:
        """Whether a cell shows that the principal has access, or proves that it cannot use the key."""
        if (cell.table, cell.region) != (self.place.name, self.place.region) or cell.call not in ITEM_CALLS:
            return False
        refused = cell.basis == PROVEN and cell.actual is Outcome.DENIED_BY_KMS
        return cell.actual is Outcome.ALLOWED or refused

    def _is_known(self, arn: str) -> bool:
        table = self.place.name, self.place.region
        return bool(self.declarations.roles(*table, arn)) or self.declarations.manages(*table, arn)

    def _note(self, unclear: list[tuple[str, str]]) -> Finding:
        shown = ", ".join(arn for arn, _ in unclear[:_SHOWN])
        more = f" and {len(unclear) - _SHOWN} more" if len(unclear) > _SHOWN else ""
        return Writer(self.place)(
            "may-copy-items",
            f"undeclared principals that cannot read items may copy them elsewhere, by exports, backups or "
            f"streams: {shown}{more}. {unclear[0][1]}.",
            "Remove DynamoDB permissions that they do not need. `encrypted-tables who-can` lists all of "
            "them.",
            severity=Severity.NOTE,
        )
