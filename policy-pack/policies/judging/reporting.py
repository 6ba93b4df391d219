"""How outcomes are reported: as violations, unless a waiver covers them, and failures of a rule itself."""

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from pulumi_policy import ReportViolation

from policies.judging.ledger import Ledger
from policies.judging.outcome import Outcome, Verdict
from policies.judging.settings import SettingsError
from policies.judging.waivers import Waiver


@dataclass(frozen=True)
class Reporting:
    """Reports the outcomes of one policy."""

    policy: str
    waivers: Sequence[Waiver]
    ledger: Ledger
    today: date
    report: ReportViolation

    def report_all(self, urn: str, outcomes: Sequence[Outcome], *, may_wait: bool) -> None:
        """Report what is disproved, and what is pending unless it may wait."""
        for outcome in dict.fromkeys(outcomes):  # branches of a condition may share a fault
            if outcome.verdict is Verdict.DISPROVED:
                self._violation(urn, outcome.message)
            elif outcome.verdict is Verdict.PENDING and not may_wait and not outcome.only_aws:
                self._violation(urn, f"Could not be decided: {outcome.message.rstrip('.')}.")

    def waives(self, urn: str) -> bool:
        """Whether a waiver lets the resource break the policy today; those that cover it are used then."""
        covering = self._covering(urn)
        self.ledger.used.update((self.policy, waiver) for waiver in covering)
        return any(waiver.counts_on(self.today) for waiver in covering)

    def _violation(self, urn: str, message: str) -> None:
        if not self.waives(urn):
            expired = [f"The {waiver.shown} {_ended(waiver)}." for waiver in self._covering(urn)]
            self.report(" ".join([message, *expired]), urn)

    def _covering(self, urn: str) -> list[Waiver]:
        return [waiver for waiver in self.waivers if waiver.covers(urn)]


@contextmanager
def failures_reported(report: ReportViolation, urn: str | None) -> Iterator[None]:
    """Report whatever goes wrong in a rule as a violation: nothing passes unchecked, no update crashes."""
    try:
        yield
    except SettingsError as error:
        report(f"Not checked: {error}", urn)
    except Exception as error:  # noqa: BLE001  # an exception would end the whole update without a reason
        place = traceback.extract_tb(error.__traceback__)[-1]
        report(
            f"Not checked: the policy itself failed ({type(error).__name__}: {error}; "
            f"{place.name}, line {place.lineno}). Report this to the owners of the policy pack.",
            urn,
        )


def _ended(waiver: Waiver) -> str:
    if waiver.expires is None:
        return "has no valid date of expiry, so it does not count"
    return f"expired after {waiver.expires.isoformat()}"
