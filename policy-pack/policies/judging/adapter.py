"""Makes the SDK's policies from rules."""

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from policies.declared.resource import resource_from
from policies.declared.terraform import own_type
from policies.frameworks import controls_of, framework_of
from policies.judging.convert_once import once
from policies.judging.ledger import Ledger
from policies.judging.outcome import Outcome, Verdict
from policies.judging.reporting import Reporting, failures_reported
from policies.judging.rule import ResourceRule, Rule, Settings, StackRule
from policies.judging.settings import SettingsError, schema_of, settings_for
from policies.judging.stack import Stack
from policies.judging.waivers import Waiver, waivers_from

Validate = Callable[[ResourceValidationArgs, ReportViolation], None]
ValidateStack = Callable[[StackValidationArgs, ReportViolation], None]


def utc_today() -> date:
    """The date for the expiry of waivers."""
    return datetime.now(UTC).date()


def is_preview() -> bool:
    """Whether values may be unknown, because nothing is created yet.

    Newer engines set PULUMI_DRY_RUN. With older ones, an unknown value shows that it is a preview, because in
    an update all inputs are known when a resource is registered.
    """
    return os.environ.get("PULUMI_DRY_RUN") != "false"


@dataclass(frozen=True)
class Adapter:
    """Turns rules into the SDK's policies. All policies of a pack share one ledger."""

    ledger: Ledger = field(default_factory=Ledger)
    today: Callable[[], date] = utc_today
    is_preview: Callable[[], bool] = is_preview

    def policy(self, rule: Rule) -> Policy:
        """The policy that runs a rule."""
        if isinstance(rule, ResourceRule) and rule.check_stack:
            return _PolicyOfBoth(
                self._resource_validation(rule),
                self._stack_validation(rule, rule.check_stack),
                **_statement(rule),
            )
        if isinstance(rule, ResourceRule):
            return ResourceValidationPolicy(validate=self._resource_validation(rule), **_statement(rule))
        if isinstance(rule, StackRule) and rule.lets_through:
            return _PolicyOfBoth(
                self._level_noted(rule), self._stack_validation(rule, rule.check), **_statement(rule)
            )
        if isinstance(rule, StackRule):
            validate = self._stack_validation(rule, rule.check)
            return StackValidationPolicy(validate=validate, **_statement(rule))
        raise TypeError(f"{rule.name} is neither a ResourceRule nor a StackRule")

    def _resource_validation(self, rule: ResourceRule) -> Validate:
        def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
            if own_type(args.resource_type) not in rule.types:
                self._register_waivers(rule, args)
                args.not_applicable()
            outcomes: Sequence[Outcome] | None = None
            waiting: Sequence[Outcome] = ()
            with failures_reported(report, args.urn):
                settings = self._settings(rule, args)
                if settings is not None:
                    resource = once(lambda: resource_from(args), "resource", args.props)
                    outcomes = self._final(rule, rule.check(resource, settings))
                    reporting = self._reporting(rule, settings, report)
                    reporting.report_all(args.urn, outcomes, may_wait=self.is_preview())
                    if any(outcome.verdict is Verdict.DISPROVED for outcome in outcomes):
                        self.ledger.refused.add((rule.name, args.urn))
                    waiting = self._waiting(args.urn, outcomes, reporting)
            if outcomes == []:
                args.not_applicable()
            self._wait(rule, args.urn, waiting)

        return validate

    def _stack_validation(
        self, rule: Rule, check: Callable[[Stack, Settings], Mapping[str, Sequence[Outcome]]]
    ) -> ValidateStack:
        def validate(args: StackValidationArgs, report: ReportViolation) -> None:
            with failures_reported(report, None):
                settings = self._settings(rule, args)
                if settings is not None:
                    found = check(Stack(args.resources, self.ledger, self.today()), settings)
                    reporting = self._reporting(rule, settings, report)
                    for urn, outcomes in found.items():
                        if (rule.name, urn) in self.ledger.refused:
                            continue
                        reporting.report_all(urn, outcomes, may_wait=self.is_preview())

        return validate

    def _level_noted(self, rule: Rule) -> Validate:
        def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
            with failures_reported(report, args.urn):
                is_silent = self._settings(rule, args) is None
                self.ledger.lets_through = not is_silent and _level(report) is EnforcementLevel.ADVISORY
            args.not_applicable()

        return validate

    def _final(self, rule: ResourceRule, outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
        """The outcomes, with violations for those that only AWS can decide, unless they may pass."""
        if rule.refused is None or self.ledger.lets_through:
            return outcomes
        return [rule.refused(outcome) if outcome.only_aws else outcome for outcome in outcomes]

    def _register_waivers(self, rule: Rule, args: ResourceValidationArgs) -> None:
        """Register the waivers, so that unused ones are reported even if their rule never applies."""
        if rule.name not in self.ledger.waivers:
            try:
                self._settings(rule, args)
            except SettingsError:
                self.ledger.waivers[
                    rule.name
                ] = ()  # reported with the first resource that the rule applies to

    def _settings(self, rule: Rule, args: ResourceValidationArgs | StackValidationArgs) -> Settings | None:
        settings = settings_for(rule.settings, args.get_config(), args.stack_tags)
        self.ledger.waivers[rule.name] = _waivers(settings) if settings else ()
        return settings

    def _reporting(self, rule: Rule, settings: Settings, report: ReportViolation) -> Reporting:
        return Reporting(rule.name, _waivers(settings), self.ledger, self.today(), report)

    def _waiting(self, urn: str, outcomes: Sequence[Outcome], reporting: Reporting) -> Sequence[Outcome]:
        """The outcomes that are pending and not waived."""
        waiting = [
            outcome
            for outcome in outcomes
            if outcome.verdict is Verdict.PENDING and (self.is_preview() or outcome.only_aws)
        ]
        return [outcome for outcome in waiting if not reporting.waives(urn, outcome)]

    def _wait(self, rule: ResourceRule, urn: str, waiting: Sequence[Outcome]) -> None:
        """Leave pending outcomes to the stack rules, or report them in the SDK's way.

        The SDK's way is an advisory "can't run policy ... during preview"; the update decides,
        unless only AWS knows the value.
        """
        if rule.settled_in_stack:
            self.ledger.pending[urn] = waiting
        elif waiting:
            error = UnknownValueError(UNKNOWN_STRING_VALUE, [waiting[0].property])
            error.message = ". ".join(dict.fromkeys(outcome.message for outcome in waiting))
            raise error


class _PolicyOfBoth(ResourceValidationPolicy, StackValidationPolicy):
    """A policy that checks single resources and the complete stack."""

    def __init__(self, validate: Validate, validate_stack: ValidateStack, **statement: Any) -> None:  # noqa: ANN401  # what `_statement` gives
        Policy.__init__(self, **statement)
        self._validate = validate
        self._validate_stack = validate_stack

    def validate(
        self, args: ResourceValidationArgs | StackValidationArgs, report_violation: ReportViolation
    ) -> None:
        """Validate a resource, or the stack."""
        if isinstance(args, StackValidationArgs):
            self._validate_stack(args, report_violation)
        else:
            self._validate(args, report_violation)

    def has_validation(self) -> bool:
        """True: it validates."""
        return True

    def has_remediation(self) -> bool:
        """False: it changes nothing."""
        return False


def _level(report: ReportViolation) -> object:
    """The enforcement level of a policy, which the SDK stores only in the reporting function."""
    return inspect.getclosurevars(report).nonlocals.get("enforcement_level")


def _waivers(settings: Settings) -> tuple[Waiver, ...]:
    return waivers_from(settings["waivers"], settings["longestWaiverDays"])


def _statement(rule: Rule) -> Mapping[str, Any]:
    return {
        "name": rule.name,
        "description": rule.description,
        "enforcement_level": rule.level,
        "config_schema": schema_of(rule.settings),
        "severity": rule.severity,
        "remediation_steps": rule.remediation,
        "url": rule.url,
        "framework": framework_of(rule.name),
        "tags": controls_of(rule.name),
    }
