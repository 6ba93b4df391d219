"""Which controls of which compliance frameworks a policy serves."""

from collections.abc import Mapping

from pulumi_policy import PolicyComplianceFramework

CONTROLS: Mapping[str, Mapping[str, tuple[str, ...]]] = {}


def controls_of(policy: str) -> list[str]:
    return []


def framework_of(policy: str) -> PolicyComplianceFramework | None:
    return None
