"""The result of a run as data, and the verdict that follows from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from encrypted_tables.report.subject import Subject
from encrypted_tables.verify.collect.credentials import Untried
from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.compare.findings import AccessCell, Finding, Severity
from encrypted_tables.who_can.row import Verdict as Answer

SCHEMA_VERSION = "2.1"


class Verdict(StrEnum):
    """Whether everything is as declared."""

    AS_DECLARED = "as-declared"
    NOTHING_DECLARED = "nothing-declared"
    DIFFERS = "differs"
    COULD_NOT_TELL = "could-not-tell"

    @property
    def label(self) -> str:
        """The verdict in words, for people."""
        return self.value.replace("-", " ")

    @property
    def exit_status(self) -> int:
        """The exit status of the program."""
        return {"differs": 1, "could-not-tell": 2}.get(self.value, 0)


@dataclass(frozen=True)
class PrincipalRow:
    """A principal in the matrix. Without credentials it has no STS ARN, and its access is predicted."""

    arn: str
    sts_arn: str | None
    source: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Rights:
    """What a principal can do with a table and its key besides item calls; predicted from policies.

    Only principals with an answer other than "no" are listed.
    """

    table: str
    region: str
    principal: str
    use_key: Answer
    """Whether it can decrypt with the key outside DynamoDB."""
    administer: Answer
    """Whether it can give itself access, for example by changing the key policy."""
    copy: Answer
    """Whether it can copy items elsewhere, for example by an export."""
    because: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """One run."""

    schema_version: str
    verdict: Verdict
    subject: Subject
    read_only: bool
    principals: tuple[PrincipalRow, ...]
    untried: tuple[Untried, ...]
    tables: tuple[Place, ...]
    access: tuple[AccessCell, ...]
    rights: tuple[Rights, ...]
    findings: tuple[Finding, ...]

    @property
    def proven(self) -> int:
        """How many calls were proven."""
        return sum(cell.basis == "proven" for cell in self.access)

    def rows_at(self, place: Place) -> list[tuple[PrincipalRow, dict[str, AccessCell]]]:
        """Each principal with a cell on a table in one Region, and its cells by call."""
        found: dict[str, dict[str, AccessCell]] = {}
        for cell in self.cells_at(place):
            found.setdefault(cell.principal, {})[cell.call] = cell
        return [(row, found[row.arn]) for row in self.principals if row.arn in found]

    def cells_at(self, place: Place) -> list[AccessCell]:
        """The cells of a table in one Region."""
        return [c for c in self.access if (c.table, c.region) == (place.name, place.region)]

    def findings_at(self, place: Place) -> list[Finding]:
        """The findings on a table in one Region."""
        return [one for one in self.findings if (one.table, one.region) == (place.name, place.region)]


def verdict_of(findings: Iterable[Finding], *, is_declared: bool) -> Verdict:
    """`differs` if any finding differs, else `could-not-tell` if any is unknown; notes do not count.

    Without a declaration, access is shown and compared with nothing.
    """
    severities = {finding.severity for finding in findings}
    if Severity.DIFFERS in severities:
        return Verdict.DIFFERS
    if Severity.UNKNOWN in severities:
        return Verdict.COULD_NOT_TELL
    return Verdict.AS_DECLARED if is_declared else Verdict.NOTHING_DECLARED
