"""What an audit finds: violations of policies in exported states, and states that could not be read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Identity = tuple[str, str]
"""A policy's name and a resource's URN: the violations of one policy by one resource."""


@dataclass(frozen=True)
class Finding:
    """One violation. `level` is `mandatory` or `advisory`; `is_new` tells that no baseline has it."""

    state: Path
    urn: str
    policy: str
    level: str
    severity: str
    description: str
    message: str
    is_new: bool = True

    @property
    def identity(self) -> Identity:
        """What a baseline knows it by: not its wording, which changes between versions of the pack."""
        return self.policy, self.urn

    @property
    def fails(self) -> bool:
        """Whether the audit fails for it."""
        return self.is_new and self.level == "mandatory"


@dataclass(frozen=True)
class StateReport:
    """What was found in one state.

    `urns` are its resources. `error` says why the state could not be checked, and is empty where it
    was; `has_hidden_secrets` tells that secrets in it could not be decrypted and count as unknown.
    """

    state: Path
    urns: Sequence[str] = ()
    findings: Sequence[Finding] = ()
    error: str = ""
    has_hidden_secrets: bool = False


@dataclass(frozen=True)
class Audit:
    """A whole audit.

    `mended` are the entries of the baseline that no state has any more; `notes` what else people
    should know, one line each.
    """

    reports: Sequence[StateReport]
    mended: Mapping[Identity, int]
    notes: Sequence[str] = ()

    @property
    def findings(self) -> list[Finding]:
        """The findings of all states."""
        return [finding for report in self.reports for finding in report.findings]

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


def counted(findings: Sequence[Finding]) -> Counter[Identity]:
    """How many violations there are of each policy by each resource."""
    return Counter(finding.identity for finding in findings)
