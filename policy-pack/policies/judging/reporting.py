"""Reports outcomes as violations, unless a waiver covers them, and also failures of a rule."""

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from pulumi_policy import ReportViolation

from policies.judging.ledger import Hidden, Ledger
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
        """Report disproved outcomes, and pending ones unless they may wait."""
        for outcome in dict.fromkeys(outcomes):  # branches of a condition may have the same fault
            if outcome.verdict is Verdict.DISPROVED:
                self._violation(urn, outcome, outcome.message)
            elif outcome.verdict is Verdict.PENDING and not may_wait and not outcome.only_aws:
                self._violation(urn, outcome, f"Could not be decided: {outcome.message.rstrip('.')}.")

    def waives(self, urn: str, outcome: Outcome) -> bool:
        """Whether a waiver covers the outcome today; waivers that cover it count as used."""
        covering = [one for one in self.waivers if one.covers(urn) and _covers_part(one, outcome)]
        self.ledger.used.update((self.policy, waiver) for waiver in covering)
        counting = [waiver for waiver in covering if not waiver.fault(self.today)]
        hidden = Hidden(self.policy, urn, outcome.logical_id, outcome.message)
        self.ledger.hidden.update((waiver, hidden) for waiver in counting[:1])
        return bool(counting)

    def _violation(self, urn: str, outcome: Outcome, message: str) -> None:
        if not self.waives(urn, outcome):
            near = [
                f"The {one.shown} {_why_not(one, outcome, self.today)}."
                for one in self.waivers
                if one.covers(urn)
            ]
            self.report(" ".join([message, *near]) + _to_copy(urn, outcome), urn)


def _covers_part(waiver: Waiver, outcome: Outcome) -> bool:
    """Whether a waiver covers the same part of a template: a resource by its logical id, or the rest."""
    if outcome.logical_id:
        return outcome.logical_id in waiver.logical_ids
    return not waiver.logical_ids


def _why_not(waiver: Waiver, outcome: Outcome, today: date) -> str:
    if _covers_part(waiver, outcome):
        return waiver.fault(today)
    if outcome.logical_id:
        return f"does not list {outcome.logical_id} in its logicalIds"
    return "covers resources of the template, not the template itself"


def _to_copy(urn: str, outcome: Outcome) -> str:
    """What a waiver of a violation must name; empty for a violation of the stack."""
    if not urn:
        return ""
    part = f", logical id {outcome.logical_id}" if outcome.logical_id else ""
    return f"\nURN: {urn}{part}"


@contextmanager
def failures_reported(report: ReportViolation, urn: str | None) -> Iterator[None]:
    """Report a failure of a rule as a violation, so that nothing passes unchecked and no update crashes."""
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
