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
        """A finding on the place; the severity is `differs` unless given."""
        return Finding(kind, severity, self.place.name, self.place.region, text, todo, principal)

    def unreadable(self, unknown: Unknown) -> Finding:
        """The finding for a setting that could not be read."""
        text = f"{unknown.call} failed: {unknown.code}: {unknown.reason}"
        todo = "Allow this action to the caller of verify, and verify again."
        return self("could-not-read", text, todo, severity=Severity.UNKNOWN)
