"""Resources in the form that `evaluate.py` of the policy pack reads."""

from collections.abc import Iterable, Mapping
from typing import Any

from encrypted_tables.engine.preview import Resource
from encrypted_tables.engine.unknown import with_sentinels

_PROVIDERS = "pulumi:providers:"


def providers_of(resources: Iterable[Resource]) -> Mapping[str, Resource]:
    """The providers among the resources, by URN."""
    return {one.urn: one for one in resources if one.type.startswith(_PROVIDERS)}


def registered(resource: Resource, provider: Resource | None) -> Mapping[str, Any]:
    """A resource with its provider; unknown values and secrets are the engine's sentinels."""
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "inputs": with_sentinels(resource.inputs),
        "outputs": with_sentinels(resource.outputs),
        "protect": resource.is_protected,
        "provider": _provider(provider) if provider else None,
        "dependencies": resource.dependencies,
    }


def _provider(provider: Resource) -> Mapping[str, Any]:
    return {
        "urn": provider.urn,
        "type": provider.type,
        "name": provider.name,
        "properties": with_sentinels(provider.inputs),
    }
