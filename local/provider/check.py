"""Checks the inputs of a resource and fills in the official plugin's defaults.

Pure functions that do not call AWS. Unknown values stay unchanged, secrets stay secret.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.provider import OFFICIAL_PLUGIN, VERSION
from local.provider.schema import Kind, Property, ResourceType
from local.provider.values import UNKNOWN, Properties, Secret, Unknown, Value, contains_unknown, reveal

DEFAULTS = "__defaults"
"""The input that lists the properties to which the provider gave a default."""

WORDS = {
    Kind.STRING: "a string",
    Kind.INTEGER: "a whole number",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.LIST: "a list",
    Kind.MAP: "a map",
    Kind.OBJECT: "an object",
}


@dataclass(frozen=True)
class Failure:
    """A problem with one property; `property` is its path, such as `ttl.attributeName`."""

    property: str
    reason: str


@dataclass
class Checked:
    """Inputs with defaults, and all problems with them."""

    inputs: dict[str, Any]
    failures: list[Failure] = field(default_factory=list)


def check(resource_type: ResourceType, news: Properties, default_tags: Mapping[str, str]) -> Checked:
    """Check the inputs of a resource.

    Args:
        resource_type: its type.
        news: the program's inputs, with the automatic name if there is one.
        default_tags: tags from the provider's config for every resource that supports tags.
    """
    checked = Checked({})
    tagged = {**news, **_with_default_tags(resource_type, news, default_tags)}
    checked.inputs = _check_object(resource_type.type, resource_type.inputs, tagged, "", checked.failures)
    if not checked.failures:
        checked.failures = [Failure(p, reason) for p, reason in _violations(resource_type, checked.inputs)]
    return checked


def check_arguments(token: str, arguments: Mapping[str, Property], given: Properties) -> Checked:
    """Check the arguments of a function."""
    checked = Checked({})
    checked.inputs = _check_object(token, arguments, given, "", checked.failures)
    del checked.inputs[DEFAULTS]
    return checked


def _with_default_tags(
    resource_type: ResourceType, news: Properties, default_tags: Mapping[str, str]
) -> dict[str, Any]:
    tags = news.get("tags")
    if "tags" not in resource_type.inputs or not default_tags or isinstance(tags, Unknown):
        return {}
    if isinstance(tags, Secret):
        return {"tags": Secret({**default_tags, **(tags.value or {})})}
    return {"tags": {**default_tags, **(tags or {})}}


def _violations(resource_type: ResourceType, inputs: Properties) -> Iterator[tuple[str, str]]:
    """Violations of rules over several properties; rules see unknown values as UNKNOWN."""
    plain = reveal(inputs)
    for rule in resource_type.rules:
        yield from rule(plain)


def _check_object(
    owner: str,
    properties: Mapping[str, Property],
    given: Properties,
    path: str,
    failures: list[Failure],
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in given.items():
        if name.startswith("__") or value is None:
            continue
        where = f"{path}{name}"
        known = properties.get(name)
        if known is None:
            failures.append(Failure(where, f"{owner} has no property {where!r} in pulumi-aws {VERSION}"))
        elif not known.supported:
            failures.append(Failure(where, _unsupported(owner, where)))
        else:
            result[name] = _check_value(owner, known, value, where, failures)
    for name, p in properties.items():
        if p.required and name not in result and not any(f.property == path + name for f in failures):
            failures.append(Failure(path + name, f"missing required property {path + name!r} of {owner}"))
    defaults = [name for name, p in properties.items() if p.default is not None and name not in result]
    result.update({name: properties[name].default for name in defaults})
    result[DEFAULTS] = sorted([*defaults, *given.get(DEFAULTS, [])])
    return result


def _unsupported(owner: str, where: str) -> str:
    return (
        f"the local AWS provider does not support the property {where!r} of {owner}: "
        f"leave it out, or {OFFICIAL_PLUGIN}"
    )


def _check_value(owner: str, p: Property, value: Value, where: str, failures: list[Failure]) -> Value:
    if isinstance(value, Secret):
        return Secret(_check_value(owner, p, value.value, where, failures))
    if isinstance(value, Unknown):
        return UNKNOWN
    value = coerce(p.kind, value)
    if not _is_kind(p.kind, value):
        failures.append(Failure(where, f"expected {WORDS[p.kind]} for {where!r}, got {_shown(value)}"))
        return value
    if p.kind is Kind.OBJECT:
        value = _check_object(owner, p.properties, value, f"{where}.", failures)
    elif p.element is not None:
        value = _check_elements(owner, p.element, value, where, failures)
    if p.rule is not None and not contains_unknown(value) and (reason := p.rule(reveal(value))):
        failures.append(Failure(where, f"{where}: {reason}"))
    return value


def _check_elements(
    owner: str, element: Property, value: Value, where: str, failures: list[Failure]
) -> Value:
    if isinstance(value, Mapping):
        return {
            key: _check_value(owner, element, each, f"{where}.{key}", failures)
            for key, each in value.items()
            if each is not None and key != DEFAULTS
        }
    return [
        _check_value(owner, element, each, f"{where}[{index}]", failures) for index, each in enumerate(value)
    ]


def coerce(kind: Kind, value: Value) -> Value:
    """The value converted to the property's kind, like the official plugin: "7" to 7, 7 to "7"."""
    if kind is Kind.BOOLEAN and value in ("true", "false"):
        return value == "true"
    if kind in (Kind.INTEGER, Kind.NUMBER) and isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return value
    if kind is Kind.STRING and isinstance(value, bool):
        return "true" if value else "false"
    if kind is Kind.STRING and isinstance(value, int | float):
        return str(value)
    return value


def _is_kind(kind: Kind, value: Value) -> bool:
    if isinstance(value, bool):
        return kind is Kind.BOOLEAN
    wanted: dict[Kind, tuple[type, ...]] = {
        Kind.STRING: (str,),
        Kind.INTEGER: (int,),
        Kind.NUMBER: (int, float),
        Kind.BOOLEAN: (),
        Kind.LIST: (list,),
        Kind.MAP: (dict,),
        Kind.OBJECT: (dict,),
    }
    return isinstance(value, wanted[kind])


def _shown(value: Value) -> str:
    return repr(value) if isinstance(value, str | int | float) else f"a {type(value).__name__}"
