"""Samples: for each policy, small stacks that comply with it or violate it.

A sample lists resources; the one named `subject` is what it is about. `sources` names, for an input,
the other resources that its value comes from; `[secret]` stands for a value that is not known.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.policies.analysis import Sample

DIRECTORY = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class PolicySample:
    """One sample: whether its policy allows it, its resources and the pack's config."""

    policy: str
    case: str
    allowed: bool
    resources: tuple[Sample, ...]
    config: dict[str, Any]

    @property
    def subject(self) -> Sample:
        """The resource that it is about."""
        return self.resources[0]


def samples() -> Iterator[PolicySample]:
    """All samples. Their resources have unique names, so that one state can contain all of them."""
    for file in sorted(DIRECTORY.glob("*/*.json")):
        content = json.loads(file.read_text())
        kind, _, _ = file.stem.partition("_")
        case = f"{file.parent.name}.{file.stem}"
        yield PolicySample(
            file.parent.name,
            case,
            {"allowed": True, "disallowed": False}[kind],
            _resources(content["resources"], case),
            content.get("config", {}),
        )


def _resources(stated: list[dict[str, Any]], case: str) -> tuple[Sample, ...]:
    bare = {one["name"]: Sample(one["type"], one["properties"], f"{case}.{one['name']}") for one in stated}
    return tuple(
        Sample(
            one["type"],
            one["properties"],
            bare[one["name"]].name,
            protect=one["protect"],
            sources={
                name: [bare[source].urn for source in sources]
                for name, sources in one.get("sources", {}).items()
            },
        )
        for one in stated
    )


def exported_state(resources: tuple[Sample, ...]) -> dict[str, Any]:
    """A state with these resources in the format of `pulumi stack export`."""
    provider = "urn:pulumi:prod::orders::pulumi:providers:aws::default"
    head: list[dict[str, Any]] = [
        {
            "urn": "urn:pulumi:prod::orders::pulumi:pulumi:Stack::orders-prod",
            "type": "pulumi:pulumi:Stack",
            "custom": False,
        },
        {
            "urn": provider,
            "type": "pulumi:providers:aws",
            "custom": True,
            "id": "11111111-2222-4333-8444-555555555555",
            "inputs": {"region": "us-east-1"},
            "outputs": {"region": "us-east-1"},
        },
    ]
    exported = [
        {
            "urn": one.urn,
            "type": one.type,
            "custom": True,
            "id": one.name,
            "inputs": one.properties,
            "outputs": one.properties,
            "protect": one.protect,
            "provider": f"{provider}::11111111-2222-4333-8444-555555555555",
            "propertyDependencies": one.sources,
        }
        for one in resources
    ]
    manifest = {"time": "2026-11-24T00:00:00Z", "magic": "", "version": "v3.259.0"}
    return {"version": 3, "deployment": {"manifest": manifest, "resources": [*head, *exported]}}
