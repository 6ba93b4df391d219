"""Runs the policies over a stack in memory, such as a preview that was read from its events.

It works like the SDK's analyzer without protobuf: first each resource in the order of the preview, then the
stack.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyCustomTimeouts,
    PolicyProviderResource,
    PolicyResource,
    PolicyResourceOptions,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.policy import _NotApplicableError as NotApplicableError
from pulumi_policy.proxy import UnknownValueError

from policies import policies_of
from policies.config_check import EVERY_POLICY
from policies.declared.values import REDACTED
from policies.judging.adapter import Adapter
from policies.judging.convert_once import one_request

Properties = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Provider:
    """The provider of a resource."""

    urn: str
    type: str
    name: str
    properties: Properties


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A resource of a previewed stack.

    Unknown values are the SDK's sentinels. `is_read`: the program only reads it, so only stack policies see
    it. `dependencies` has the URNs that each input comes from.
    """

    urn: str
    type: str
    name: str
    inputs: Properties
    outputs: Properties
    protect: bool = False
    is_read: bool = False
    provider: Provider | None = None
    dependencies: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdicts:
    """The reports of the policies, and the URNs of resources that were checked without their secret
    values.
    """

    reported: Sequence["Reported"]
    hidden: Sequence[str]


@dataclass(frozen=True)
class Reported:
    """A violation, or an advisory that a policy cannot decide at preview."""

    policy: str
    level: str
    severity: str
    urn: str
    message: str


def verdicts(
    resources: Sequence[Registered],
    config: Mapping[str, Any],
    stack_tags: Mapping[str, str],
    adapter: Adapter,
    *,
    is_complete: bool = True,
) -> Verdicts:
    """The reports of all policies on a stack.

    Args:
        resources: in the order in which the engine registered them.
        config: the pack's config: a level, or an object of settings, by policy.
        stack_tags: the tags of the stack.
        adapter: creates the policies.
        is_complete: whether these are all resources. If not, stack policies do not run, as in the engine.
    """
    one_pass = _Pass(config, stack_tags, policies_of(adapter))
    for resource in resources:
        if not resource.is_read:
            one_pass.validate(resource)
    if is_complete:
        one_pass.validate_stack(resources)
    return Verdicts(one_pass.found, list(one_pass.hidden))


class _Pass:
    """All policies that the config does not disable, and their reports so far."""

    def __init__(
        self, config: Mapping[str, Any], stack_tags: Mapping[str, str], policies: Sequence[Policy]
    ) -> None:
        self.stack_tags = stack_tags
        self.found: list[Reported] = []
        self.hidden: dict[str, None] = {}
        levels = [(policy, _level(policy, config)) for policy in policies]
        self.active = [(policy, level) for policy, level in levels if level is not EnforcementLevel.DISABLED]
        self.settings = {policy.name: _settings(config.get(policy.name)) for policy, _ in self.active}

    def validate(self, resource: Registered) -> None:
        """Run the resource policies."""
        options, provider = _options(resource), _provider(resource)
        is_judged = False
        with one_request():
            for policy, level in self.active:
                if isinstance(policy, ResourceValidationPolicy):
                    args = ResourceValidationArgs(
                        resource.type,
                        resource.inputs,
                        resource.urn,
                        resource.name,
                        options,
                        provider,
                        self.settings[policy.name],
                        self.stack_tags,
                    )
                    is_judged |= self._run(policy, level, resource.urn, partial(policy.validate, args))
        if is_judged and (_has_hidden(resource.inputs) or _has_hidden(resource.outputs)):
            self.hidden[resource.urn] = None

    def validate_stack(self, resources: Sequence[Registered]) -> None:
        """Run the stack policies."""
        whole = _stack(resources)
        with one_request():
            for policy, level in self.active:
                if isinstance(policy, StackValidationPolicy):
                    args = StackValidationArgs(whole, self.settings[policy.name], self.stack_tags)
                    self._run(policy, level, "", partial(policy.validate, args))

    def _run(
        self,
        policy: Policy,
        enforcement_level: EnforcementLevel,
        subject: str,
        validate: Callable[[ReportViolation], object],
    ) -> bool:
        """Run a policy. Return whether it applies."""
        severity = policy.severity.value if policy.severity else ""

        def report(message: str, urn: str | None = None) -> None:
            level = enforcement_level.value
            whole = f"{policy.description}\n{message}"
            self.found.append(Reported(policy.name, level, severity, urn or subject, whole))

        try:
            validate(report)
        except UnknownValueError as error:
            message = f"can't run policy '{policy.name}' during preview: {error.message}"
            self.found.append(Reported(policy.name, "advisory", severity, subject, message))
        except NotApplicableError:
            return False
        return True


def _settings(given: object) -> Mapping[str, Any]:
    """The settings without the level."""
    stated = given if isinstance(given, Mapping) else {}
    return {name: value for name, value in stated.items() if name != "enforcementLevel"}


def _level(policy: Policy, config: Mapping[str, Any]) -> EnforcementLevel:
    """The enforcement level, as in the engine: from the policy's config, the level for all, or the policy's
    default.
    """
    given = config.get(policy.name)
    stated = given.get("enforcementLevel") if isinstance(given, Mapping) else given
    level = EnforcementLevel(stated or config.get(EVERY_POLICY) or policy.enforcement_level)
    return EnforcementLevel.MANDATORY if level is EnforcementLevel.REMEDIATE else level


def _stack(resources: Sequence[Registered]) -> list[PolicyResource]:
    by_urn = {
        one.urn: PolicyResource(
            one.type, one.outputs, one.urn, one.name, _options(one), _provider(one), None, [], {}
        )
        for one in resources
    }
    for one in resources:
        by_urn[one.urn].property_dependencies = {
            name: [by_urn[urn] for urn in urns if urn in by_urn] for name, urns in one.dependencies.items()
        }
    return list(by_urn.values())


def _has_hidden(value: object) -> bool:
    """Whether a value contains a secret that the preview does not show."""
    if isinstance(value, Mapping):
        return any(map(_has_hidden, value.values()))
    return any(map(_has_hidden, value)) if isinstance(value, list) else value == REDACTED


def _options(resource: Registered) -> PolicyResourceOptions:
    """The resource options; policies read only `protect`."""
    return PolicyResourceOptions(
        protect=resource.protect,
        ignore_changes=[],
        delete_before_replace=None,
        aliases=[],
        custom_timeouts=PolicyCustomTimeouts(0, 0, 0),
        additional_secret_outputs=[],
        parent=None,
    )


def _provider(resource: Registered) -> PolicyProviderResource | None:
    if provider := resource.provider:
        return PolicyProviderResource(provider.type, provider.properties, provider.urn, provider.name)
    return None
