"""The results of an audit: policy violations in exported states, and states that could not be checked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from encrypted_tables.audit.catalogue import Catalogue, Policy

Identity = tuple[str, str]
"""A policy's name and a resource's URN, which identify the violations of one policy by one resource."""


@dataclass(frozen=True)
class Waiver:
    """A waiver of a policy, from the config. `expires` is the last day on which it is valid."""

    policy: str
    owner: str
    reason: str
    scope: str
    expires: str
    logical_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One violation.

    Attributes:
        state: the state file.
        urn: the resource. For a violation of the stack, the stack's URN or empty.
        logical_id: the resource of a CloudFormation template; empty for any other.
        policy: the policy's name.
        level: `mandatory` or `advisory`.
        severity: `critical`, `high`, `medium` or `low`; empty if the pack states none.
        description: what the policy requires.
        message: what is wrong, the value found and what to do.
        is_new: whether it is missing in the baseline.
        waiver: the waiver that hides it; None for a violation that counts.
    """

    state: Path
    urn: str
    policy: str
    level: str
    severity: str
    description: str
    message: str
    logical_id: str = ""
    is_new: bool = True
    waiver: Waiver | None = None

    @property
    def identity(self) -> Identity:
        """How a baseline identifies it: not by its message, which changes between versions of the pack."""
        return self.policy, self.urn

    @property
    def fails(self) -> bool:
        """Whether it makes the audit fail."""
        return self.is_new and self.level == "mandatory" and self.waiver is None

    @property
    def status(self) -> str:
        """`new`, `old` (in the baseline) or `waived`."""
        if self.waiver:
            return "waived"
        return "new" if self.is_new else "old"


@dataclass(frozen=True)
class StateReport:
    """The results for one state.

    Attributes:
        state: the file.
        urns: its resources.
        findings: the violations that count.
        waived: the violations that waivers hide.
        error: why the state could not be checked; empty if it was.
        has_hidden_secrets: secrets in it could not be decrypted and count as unknown.
    """

    state: Path
    urns: Sequence[str] = ()
    findings: Sequence[Finding] = ()
    waived: Sequence[Finding] = ()
    error: str = ""
    has_hidden_secrets: bool = False


@dataclass(frozen=True)
class Audit:
    """A whole audit.

    Attributes:
        reports: one for each state.
        fixed: baseline entries that are no longer found in any state, with their number.
        catalogue: the pack's policies.
        notes: other remarks, one line each.
    """

    reports: Sequence[StateReport]
    fixed: Mapping[Identity, int]
    catalogue: Catalogue
    notes: Sequence[str] = ()

    @property
    def findings(self) -> list[Finding]:
        """The violations of all states that count."""
        return [finding for report in self.reports for finding in report.findings]

    @property
    def waived(self) -> list[Finding]:
        """The violations of all states that waivers hide."""
        return [finding for report in self.reports for finding in report.waived]

    @property
    def errors(self) -> list[StateReport]:
        """The states that could not be checked."""
        return [report for report in self.reports if report.error]

    @property
    def exit_status(self) -> int:
        """0: no new mandatory violation; 1: there is one; 2: some state could not be checked."""
        if self.errors:
            return 2
        return 1 if any(finding.fails for finding in self.findings) else 0

    def policy_of(self, finding: Finding) -> Policy:
        """The metadata of the violated policy."""
        known = self.catalogue.policy(finding.policy)
        return known or Policy(
            name=finding.policy,
            description=finding.description,
            level=finding.level,
            severity=finding.severity,
            remediation="",
            url="",
        )


def counted(findings: Sequence[Finding]) -> Counter[Identity]:
    """The number of violations by policy and resource."""
    return Counter(finding.identity for finding in findings)
