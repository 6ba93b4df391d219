"""Runs the pack like the engine: through the SDK's analyzer and the engine's messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from google.protobuf import struct_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel
from pulumi_policy.policy import _PolicyAnalyzerServicer
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from policies import policies_of
from policies.judging.adapter import Adapter
from policies.judging.convert_once import convert_once

convert_once()  # as in the pack's own process

UNKNOWN = UNKNOWN_STRING_VALUE
"""What the engine sends for a value that it does not know."""

TODAY = date(2026, 11, 24)
LEVELS = {analyzer_pb2.ADVISORY: "advisory", analyzer_pb2.MANDATORY: "mandatory"}
ENGINE_LEVELS = {
    "advisory": analyzer_pb2.ADVISORY,
    "mandatory": analyzer_pb2.MANDATORY,
    "disabled": analyzer_pb2.DISABLED,
}
PACKAGES = {"aws": "pulumi:providers:aws", "aws-native": "pulumi:providers:aws-native"}


def secret(value: object) -> dict[str, object]:
    """A secret value, as the engine sends it."""
    return {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": value}


@dataclass(frozen=True)
class Violation:
    """A report of the pack on a resource."""

    policy: str
    level: str
    urn: str
    message: str


@dataclass(frozen=True)
class Sample:
    """A resource to check. `sources` has the URNs that each input comes from."""

    type: str
    properties: Mapping[str, Any]
    name: str = "sample"
    protect: bool = True
    provider: Mapping[str, Any] = field(default_factory=lambda: {"region": "us-east-1"})
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    outputs: Mapping[str, Any] | None = None

    @property
    def urn(self) -> str:
        """Its URN in the stack `prod` of the project `orders`."""
        return f"urn:pulumi:prod::orders::{self.type}::{self.name}"


class Pack:
    """One run of the pack."""

    def __init__(
        self,
        config: Mapping[str, Mapping[str, Any]] | None = None,
        stack_tags: Mapping[str, str] | None = None,
        today: date = TODAY,
        is_preview: bool = True,
    ) -> None:
        adapter = Adapter(today=lambda: today, is_preview=lambda: is_preview)
        policies = policies_of(adapter)
        self.analyzer = cast(
            "Any",  # the SDK's analyzer has no types
            _PolicyAnalyzerServicer("pack", "0.0.1", policies, EnforcementLevel.ADVISORY),
        )
        self.analyzer.Configure(_configuration(config or {}), None)
        self.analyzer.ConfigureStack(
            analyzer_pb2.AnalyzerStackConfigureRequest(tags=dict(stack_tags or {})), None
        )

    def analyze(self, *samples: Sample) -> list[Violation]:
        """The reports on single resources."""
        return [
            _violation(diagnostic, sample.urn)
            for sample in samples
            for diagnostic in self.analyzer.Analyze(_request(sample), None).diagnostics
        ]

    def not_applicable(self, sample: Sample) -> list[str]:
        """The policies that do not apply to a resource."""
        return [one.policy_name for one in self.analyzer.Analyze(_request(sample), None).not_applicable]

    def analyze_stack(self, *samples: Sample) -> list[Violation]:
        """The reports on the stack, after those on single resources."""
        request = analyzer_pb2.AnalyzeStackRequest(resources=[_stack_resource(sample) for sample in samples])
        return [_violation(one, one.urn) for one in self.analyzer.AnalyzeStack(request, None).diagnostics]

    def run(self, *samples: Sample) -> list[Violation]:
        """All reports of the pack on a stack."""
        return self.analyze(*samples) + self.analyze_stack(*samples)


def violations(policy: str, *samples: Sample, **run: Any) -> list[str]:  # noqa: ANN401  # whatever Pack takes
    """The messages of one policy about a stack."""
    return [one.message for one in Pack(**run).run(*samples) if one.policy == policy]


def _configuration(config: Mapping[str, Mapping[str, Any]]) -> analyzer_pb2.ConfigureAnalyzerRequest:
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for policy, settings in config.items():
        properties = {name: value for name, value in settings.items() if name != "enforcementLevel"}
        request.policyConfig[policy].enforcementLevel = ENGINE_LEVELS[settings["enforcementLevel"]]
        request.policyConfig[policy].properties.CopyFrom(_struct(properties))
    return request


def _request(sample: Sample) -> analyzer_pb2.AnalyzeRequest:
    return analyzer_pb2.AnalyzeRequest(
        type=sample.type,
        properties=_struct(sample.properties),
        urn=sample.urn,
        name=sample.name,
        options=analyzer_pb2.AnalyzerResourceOptions(protect=sample.protect),
        provider=_provider(sample),
    )


def _stack_resource(sample: Sample) -> analyzer_pb2.AnalyzerResource:
    return analyzer_pb2.AnalyzerResource(
        type=sample.type,
        properties=_struct(sample.properties if sample.outputs is None else sample.outputs),
        urn=sample.urn,
        name=sample.name,
        options=analyzer_pb2.AnalyzerResourceOptions(protect=sample.protect),
        provider=_provider(sample),
        propertyDependencies={
            name: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
            for name, urns in sample.sources.items()
        },
    )


def _provider(sample: Sample) -> analyzer_pb2.AnalyzerProviderResource:
    kind = PACKAGES.get(sample.type.split(":")[0], "pulumi:providers:other")
    return analyzer_pb2.AnalyzerProviderResource(
        type=kind,
        properties=_struct(sample.provider),
        urn=f"urn:pulumi:prod::orders::{kind}::default",
        name="default",
    )


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(values)
    return struct


def _violation(diagnostic: Any, urn: str) -> Violation:  # noqa: ANN401  # generated, without types
    return Violation(diagnostic.policyName, LEVELS[diagnostic.enforcementLevel], urn, diagnostic.message)
