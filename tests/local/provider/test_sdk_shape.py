# ruff: noqa: ANN401  # annotations of the SDK are values of any type here
"""The types match the installed pulumi-aws SDK; a different SDK fails here."""

import collections.abc
import importlib.metadata
import inspect
import re
import typing
from collections.abc import Iterator
from typing import Any

import pytest

from local.provider import VERSION
from local.provider.catalogue import RESOURCE_TYPES
from local.provider.schema import Kind, Property, ResourceType
from tests.local.provider.sdk import sdk_module, sdk_package

SCALARS = {str: Kind.STRING, int: Kind.INTEGER, float: Kind.NUMBER, bool: Kind.BOOLEAN}
TYPES = sorted(RESOURCE_TYPES)
DEFAULTS_TOLD_ELSEWHERE = {
    # AWS or the engine fills these in, not the plugin's schema.
    "region",
    "deletionProtectionEnabled",
    "multiRegion",
    "passwordResetRequired",
}


def classes(type_name: str) -> tuple[type, type, type]:
    """The SDK's classes of a type: its arguments, its state, and itself."""
    module = sdk_module(type_name)
    arguments, resource = module.__all__
    return getattr(module, arguments), getattr(module, f"_{resource}State"), getattr(module, resource)


def pulumi_names(cls: type) -> dict[str, str]:
    """The wire name of each property of an SDK class, by its Python name."""
    return {
        name: getattr(member.fget, "_pulumi_name", name)
        for name, member in vars(cls).items()
        if isinstance(member, property)
    }


def plain_type(annotation: Any) -> Any:
    """The type in `pulumi.Input[Optional[T]]`."""
    while typing.get_origin(annotation) is typing.Union:
        arguments = [a for a in typing.get_args(annotation) if a is not type(None)]
        annotation = arguments[0]
    return annotation


def mismatches(p: Property, annotation: Any, inputs: Any, path: str) -> Iterator[str]:
    """How a property differs from the SDK's annotation of it."""
    found = plain_type(annotation)
    origin = typing.get_origin(found)
    if found in SCALARS:
        if p.kind is not SCALARS[found]:
            yield f"{path} is {p.kind}, in the SDK {found}"
    elif origin in (collections.abc.Sequence, collections.abc.Mapping):
        wanted = Kind.LIST if origin is collections.abc.Sequence else Kind.MAP
        if p.kind is not wanted or p.element is None:
            yield f"{path} is {p.kind}, in the SDK {wanted}"
        else:
            yield from mismatches(p.element, typing.get_args(found)[-1], inputs, f"{path}[]")
    elif isinstance(found, typing.ForwardRef):
        if p.kind is not Kind.OBJECT:
            yield f"{path} is {p.kind}, in the SDK an object"
        elif p.supported:
            yield from object_mismatches(p, getattr(inputs, found.__forward_arg__), inputs, path)
    else:
        yield f"{path} has an annotation that this test does not know: {found}"


def object_mismatches(p: Property, cls: type, inputs: Any, path: str) -> Iterator[str]:
    """How an object's properties differ from those of the SDK's class."""
    names = pulumi_names(cls)
    if set(names.values()) != set(p.properties):
        yield f"{path} has {sorted(p.properties)}, in the SDK {sorted(names.values())}"
        return
    for name, parameter in inspect.signature(cls).parameters.items():
        nested = p.properties[names[name]]
        where = f"{path}.{names[name]}"
        if nested.required != (parameter.default is inspect.Parameter.empty):
            yield f"{where}: required is {nested.required}, in the SDK {not nested.required}"
        yield from mismatches(nested, parameter.annotation, inputs, where)


def test_the_installed_sdk_has_the_version_of_this_provider() -> None:
    assert importlib.metadata.version("pulumi_aws") == VERSION


@pytest.mark.parametrize("type_name", TYPES)
def test_properties_and_required_inputs_match_the_sdk(type_name: str) -> None:
    resource_type = RESOURCE_TYPES[type_name]
    arguments, state, _ = classes(type_name)

    assert set(pulumi_names(state).values()) == set(resource_type.properties)
    assert set(pulumi_names(arguments).values()) == set(resource_type.inputs)
    names = pulumi_names(arguments)
    required = {
        names[name]
        for name, parameter in inspect.signature(arguments).parameters.items()
        if parameter.default is inspect.Parameter.empty
    }
    assert required == {name for name, p in resource_type.inputs.items() if p.required}


@pytest.mark.parametrize("type_name", TYPES)
def test_types_of_properties_match_the_sdk(type_name: str) -> None:
    resource_type = RESOURCE_TYPES[type_name]
    arguments, state, _ = classes(type_name)
    inputs = sdk_package(type_name)._inputs
    found = []
    for cls, properties in ((arguments, resource_type.inputs), (state, resource_type.properties)):
        names = pulumi_names(cls)
        for name, parameter in inspect.signature(cls).parameters.items():
            p = properties[names[name]]
            found += list(mismatches(p, parameter.annotation, inputs, names[name]))
    assert found == []


@pytest.mark.parametrize("type_name", TYPES)
def test_secret_outputs_match_the_sdk(type_name: str) -> None:
    _, _, resource = classes(type_name)
    declared = re.search(r"additional_secret_outputs=\[(.*?)\]", inspect.getsource(resource))
    names = set(re.findall(r'"(\w+)"', declared.group(1))) if declared else set()
    assert names == RESOURCE_TYPES[type_name].secret_outputs


@pytest.mark.parametrize("type_name", TYPES)
def test_defaults_match_the_documentation_of_the_sdk(type_name: str) -> None:
    resource_type = RESOURCE_TYPES[type_name]
    wrong = {
        name: (documented, resource_type.inputs[name].default)
        for name, documented in documented_defaults(resource_type)
        if resource_type.inputs[name].default is not None
        and shown(resource_type.inputs[name].default) != documented
    }
    assert wrong == {}


def documented_defaults(resource_type: ResourceType) -> Iterator[tuple[str, str]]:
    """The defaults that docstrings of the SDK's arguments state."""
    arguments, _, _ = classes(resource_type.type)
    for name, wire_name in pulumi_names(arguments).items():
        text = " ".join((vars(arguments)[name].fget.__doc__ or "").split())
        match = re.search(r"[Dd]efaults? (?:value )?(?:is|to)(?: a)? `([^`]+)`", text)
        if match and wire_name not in DEFAULTS_TOLD_ELSEWHERE:
            yield wire_name, match.group(1).strip('"')


def shown(value: Any) -> str:
    """A default as the documentation writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
