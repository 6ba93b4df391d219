"""Creates, reads, updates and deletes resources of any type for the engine."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from local.provider.call import Call
from local.provider.check import DEFAULTS
from local.provider.diff import diff, same
from local.provider.errors import ProviderError, doing
from local.provider.schema import Created, Kind, Property, ResourceType
from local.provider.values import UNKNOWN, Properties, Value, conceal, contains_secret, reveal


class HalfDoneError(ProviderError):
    """The resource exists, but does not yet match its inputs.

    Attributes:
        id: its id.
        outputs: its known outputs, which the engine records in the state.
    """

    def __init__(self, message: str, resource_id: str, outputs: dict[str, Any]) -> None:
        super().__init__(message)
        self.id = resource_id
        self.outputs = outputs


@dataclass(frozen=True)
class Found:
    """The id, outputs and inputs of a resource that was read."""

    id: str
    outputs: dict[str, Any]
    inputs: dict[str, Any]


def preview_create(resource_type: ResourceType, inputs: Properties, region: str) -> dict[str, Any]:
    """The outputs that a create would give. Values that AWS chooses are unknown."""
    outputs = {
        name: UNKNOWN
        for name, p in resource_type.properties.items()
        if (p.output or p.computed) and inputs.get(name) is None
    }
    return _outputs(
        resource_type, inputs, {**outputs, **_place_and_tags(resource_type, inputs, region), **_given(inputs)}
    )


def preview_update(resource_type: ResourceType, state: Properties, news: Properties) -> dict[str, Any]:
    """The outputs that an update would give. Values that AWS chooses are assumed not to change."""
    kept = {
        name: value
        for name, value in state.items()
        if (p := resource_type.properties.get(name)) and (p.output or p.computed)
    }
    tags = {"tagsAll": news.get("tags", {})} if "tagsAll" in resource_type.properties else {}
    return _outputs(resource_type, news, {**kept, **tags, **_given(news)})


def create(resource_type: ResourceType, call: Call, inputs: Properties) -> tuple[str, dict[str, Any]]:
    """Create the resource. Return its id and outputs.

    Raises:
        HalfDoneError: it was created, but a later step failed.
        ProviderError: it was not created.
    """
    plain = _given(reveal(inputs))
    with doing(f"creating {resource_type.noun}"):
        created = resource_type.lifecycle.create(call, plain)
    known = {**plain, **created.outputs}
    try:
        with doing(f"creating {resource_type.noun} ({created.id})"):
            resource_type.lifecycle.complete(call, created.id, plain)
        observed = _read(resource_type, call, created.id, known)
    except ProviderError as error:
        raise HalfDoneError(
            str(error), created.id, _best_known(resource_type, call, created, inputs, known)
        ) from error
    if observed is None:
        raise HalfDoneError(
            f"{resource_type.noun} ({created.id}) does not exist right after its creation", created.id, known
        )
    return created.id, _outputs(resource_type, inputs, observed)


def _best_known(
    resource_type: ResourceType, call: Call, created: Created, inputs: Properties, known: Properties
) -> dict[str, Any]:
    """The outputs of a partially created resource from AWS, or the inputs if it cannot be read."""
    try:
        observed = _read(resource_type, call, created.id, known)
    except ProviderError:
        observed = None
    return _outputs(
        resource_type, inputs, observed or {**_place_and_tags(resource_type, known, call.region), **known}
    )


def read(
    resource_type: ResourceType, call: Call, resource_id: str, state: Properties, inputs: Properties
) -> Found | None:
    """The resource's current state in AWS; None if it no longer exists."""
    observed = _read(resource_type, call, resource_id, {**_given(reveal(inputs)), **_given(reveal(state))})
    if observed is None:
        return None
    outputs = _outputs(resource_type, {**inputs, **state}, observed)
    return Found(resource_id, outputs, _refreshed_inputs(resource_type, inputs, observed))


def read_imported(resource_type: ResourceType, call: Call, import_id: str) -> Found | None:
    """The resource, with inputs that would create the same; None if it does not exist."""
    resource_id, known = resource_type.lifecycle.identify(import_id)
    observed = _read(resource_type, call, resource_id, known)
    if observed is None:
        return None
    return Found(
        resource_id, _outputs(resource_type, {}, observed), _imported_inputs(resource_type, observed)
    )


def update(
    resource_type: ResourceType,
    call: Call,
    resource_id: str,
    *,
    state: Properties,
    news: Properties,
    ignored: Sequence[str] = (),
) -> dict[str, Any]:
    """Change the resource to its new inputs. Return its outputs.

    Raises:
        HalfDoneError: the update failed and may be partial; the outputs are the current ones in AWS.
    """
    new = _given(reveal(news))
    old = _given(reveal(state))
    changes = diff(resource_type, state, news, region=call.session.region, ignored=ignored)
    try:
        if not changes:  # after a partial operation, AWS shows what is left to do
            old = _read(resource_type, call, resource_id, old) or old
            changes = diff(resource_type, old, news, region=call.session.region, ignored=ignored)
        with doing(f"updating {resource_type.noun} ({resource_id})"):
            resource_type.lifecycle.update(
                call, resource_id, old, new, {change.property for change in changes}
            )
        observed = _read(resource_type, call, resource_id, {**_kept(resource_type, old), **new})
    except ProviderError as error:
        outputs = _after_failed_update(resource_type, call, resource_id, old)
        raise HalfDoneError(str(error), resource_id, _outputs(resource_type, news, outputs)) from error
    if observed is None:
        raise ProviderError(
            f"updating {resource_type.noun} ({resource_id}): it no longer exists; run `pulumi refresh`"
        )
    return _outputs(resource_type, news, observed)


def _after_failed_update(
    resource_type: ResourceType, call: Call, resource_id: str, old: Properties
) -> Properties:
    try:
        return _read(resource_type, call, resource_id, old) or old
    except ProviderError:
        return old


def delete(resource_type: ResourceType, call: Call, resource_id: str, state: Properties) -> None:
    """Delete the resource and wait until it is gone."""
    with doing(f"deleting {resource_type.noun} ({resource_id})"):
        resource_type.lifecycle.delete(call, resource_id, _given(reveal(state)))


def _read(
    resource_type: ResourceType, call: Call, resource_id: str, known: Properties
) -> dict[str, Any] | None:
    """The known properties, overridden by those that AWS returns; None removes a property."""
    with doing(f"reading {resource_type.noun} ({resource_id})"):
        observed = resource_type.lifecycle.read(call, resource_id, known)
    if observed is None:
        return None
    place = {"region": call.region} if "region" in resource_type.properties else {}
    merged = {**_defaults(resource_type), **known, **place, **observed}
    return {name: value for name, value in merged.items() if value is not None}


def _defaults(resource_type: ResourceType) -> dict[str, Any]:
    return {name: p.default for name, p in resource_type.inputs.items() if p.default is not None}


def _kept(resource_type: ResourceType, old: Properties) -> dict[str, Any]:
    """Old outputs that an update keeps unless AWS returns others."""
    return {
        name: value
        for name, value in old.items()
        if (p := resource_type.properties.get(name)) and (p.output or p.computed)
    }


def _place_and_tags(resource_type: ResourceType, inputs: Properties, region: str) -> dict[str, Any]:
    place = {"region": region} if "region" in resource_type.properties else {}
    tags = {"tagsAll": inputs.get("tags") or {}} if "tagsAll" in resource_type.properties else {}
    return {**place, **tags}


def _outputs(resource_type: ResourceType, inputs: Properties, outputs: Properties) -> dict[str, Any]:
    """The outputs. They are secret if the type declares it, or if the input of that name is secret."""
    secret = {name for name, value in inputs.items() if contains_secret(value)}
    if "tags" in secret and "tagsAll" in outputs:
        secret.add("tagsAll")
    return conceal(_given(outputs), resource_type.secret_outputs | secret)


def _refreshed_inputs(
    resource_type: ResourceType, inputs: Properties, observed: Properties
) -> dict[str, Any]:
    """The inputs, with AWS's value where it no longer satisfies the input."""
    refreshed = dict(inputs)
    for name, value in inputs.items():
        p = resource_type.inputs.get(name)
        if p is None or same(p, observed.get(name), reveal(value)):
            continue
        if name in observed:
            refreshed[name] = observed[name]
        else:
            del refreshed[name]
    secret = frozenset(name for name, value in inputs.items() if contains_secret(value))
    return conceal(refreshed, secret)


def _imported_inputs(resource_type: ResourceType, observed: Properties) -> dict[str, Any]:
    inputs = {
        name: _importable(p, observed[name])
        for name, p in resource_type.inputs.items()
        if name in observed and (p.required or observed[name] not in ("", [], {}))
    }
    return {**inputs, DEFAULTS: []}


def _importable(p: Property, value: Value) -> Value:
    """The value without the parts that only outputs have."""
    if p.kind is Kind.OBJECT and isinstance(value, dict):
        parts = {name: part for name, part in p.properties.items() if not part.output and name in value}
        return {name: _importable(part, value[name]) for name, part in parts.items()}
    if p.kind is Kind.LIST and p.element is not None:
        return [_importable(p.element, each) for each in value]
    return value


def _given(properties: Properties) -> dict[str, Any]:
    """The properties without the engine's markers and without empty values, at every depth."""
    return {
        name: _unmarked(value) for name, value in properties.items() if name != DEFAULTS and value is not None
    }


def _unmarked(value: Value) -> Value:
    if isinstance(value, dict):
        return _given(value)
    if isinstance(value, list):
        return [_unmarked(each) for each in value]
    return value
