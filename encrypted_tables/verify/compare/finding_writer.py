"""Writes the findings on a table in one Region."""

from dataclasses import dataclass

from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.collect.observe import Unknown
from encrypted_tables.verify.compare.findings import Finding, Severity


@dataclass(frozen=True)
class Writer:
    """Writes the findings on one place."""

    place: Place

    def __call__(
        self,
        kind: str,
        text: str,
        todo: str,
        *,
        severity: Severity = Severity.DIFFERS,
        principal: str | None = None,
    ) -> Finding:
        """A finding on the place."""
        return Finding(kind, severity, self.place.name, self.place.region, text, todo, principal)

    def unreadable(self, unknown: Unknown) -> Finding:
        """The finding that a setting could not be read."""
        text = f"{unknown.call} gave no answer: {unknown.code}: {unknown.reason}"
        todo = "Allow the verifier this call and verify again."
        return self("could-not-read", text, todo, severity=Severity.UNKNOWN)
