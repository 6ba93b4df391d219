"""Runs the policies over a stack that is already in memory, such as a preview that was read back.

It is the SDK's analyzer without protobuf: each resource by itself, in the order of the preview, then the
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

    Unknown values are the SDK's sentinels. `is_read` says that the program only reads it: policies see it
    in the stack, not by itself. `dependencies` gives the URNs that each input comes from.
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
    """What the policies report, and the URNs of resources that they judged without their secret values."""

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
    """What all policies report of a stack.

    Args:
        resources: in the order in which the engine registered them.
        config: the pack's config: a level, or an object of settings, by policy.
        stack_tags: the tags of the stack.
        adapter: makes the policies.
        is_complete: all resources are there. If not, no policy sees the stack, as in the engine.
    """
    one_pass = _Pass(config, stack_tags, policies_of(adapter))
    for resource in resources:
        if not resource.is_read:
            one_pass.validate(resource)
    if is_complete:
        one_pass.validate_stack(resources)
    return Verdicts(one_pass.found, list(one_pass.hidden))


class _Pass:
    """All policies that the config does not disable, and what they reported so far."""

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
        """Run the policies about single resources."""
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
        if is_judged and _has_hidden(resource.inputs):
            self.hidden[resource.urn] = None

    def validate_stack(self, resources: Sequence[Registered]) -> None:
        """Run the policies about the whole stack."""
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
        """Run one policy; whether it applies."""
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
    """The settings beside the level."""
    stated = given if isinstance(given, Mapping) else {}
    return {name: value for name, value in stated.items() if name != "enforcementLevel"}


def _level(policy: Policy, config: Mapping[str, Any]) -> EnforcementLevel:
    """The level as the engine finds it: of the policy, else of all, else the policy's own."""
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
    """Whether there is a secret in a value whose text the preview does not show."""
    if isinstance(value, Mapping):
        return any(map(_has_hidden, value.values()))
    return any(map(_has_hidden, value)) if isinstance(value, list) else value == REDACTED


def _options(resource: Registered) -> PolicyResourceOptions:
    """Of the resource options, policies look at `protect` alone."""
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
