"""Reads the resource type and name from requests of the engine."""

import shlex

from pulumi.runtime.proto import provider_pb2

from local.provider import OFFICIAL_PLUGIN
from local.provider.catalogue import RESOURCE_TYPES
from local.provider.errors import ProviderError
from local.provider.schema import ResourceType
from local.provider.values import Properties, contains_unknown

Operation = (
    provider_pb2.CreateRequest
    | provider_pb2.ReadRequest
    | provider_pb2.UpdateRequest
    | provider_pb2.DeleteRequest
)
ResourceRequest = provider_pb2.CheckRequest | provider_pb2.DiffRequest | Operation


def resource_type_of(request: ResourceRequest) -> ResourceType:
    """The resource type of a request.

    Raises:
        ProviderError: this provider does not support it.
    """
    token = request.type or request.urn.split("::")[2].rsplit("$", 1)[-1]
    if token not in RESOURCE_TYPES:
        raise ProviderError(
            f"the local AWS provider does not support the resource type {token!r}; it supports "
            f"{', '.join(sorted(RESOURCE_TYPES))}. For all others, {OFFICIAL_PLUGIN}"
        )
    return RESOURCE_TYPES[token]


def resource_name_of(request: provider_pb2.CheckRequest) -> str:
    """The resource's name in the program."""
    return str(request.name or request.urn.split("::", 3)[3])


def how_to_take_over(request: provider_pb2.CreateRequest) -> str:
    """What to do if a resource already exists: an interrupted update may have created it."""
    _, project_and_types, name = request.urn.rsplit("::", 2)
    parent, _, token = project_and_types.rpartition("$")
    command = f"pulumi import {token} {shlex.quote(name)} <id> --generate-code=false"
    if parent:
        command += f" --parent parent=<URN of its {parent.rpartition('$')[2]}>"
    return f"If an interrupted update created it, import it into the state: `{command}`"


def refuse_unknown(resource_type: ResourceType, inputs: Properties) -> None:
    """Raise if an input is unknown: outside a preview, every input must be known."""
    unknown = sorted(name for name, value in inputs.items() if contains_unknown(value))
    if unknown:
        raise ProviderError(f"inputs of {resource_type.noun} are not yet known: {', '.join(unknown)}")
