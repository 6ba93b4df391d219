"""Create, read, update and delete of any resource type, as the engine asks for them."""

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
    """The resource exists, but does not match its inputs yet.

    Attributes:
        id: its id.
        outputs: what is known of it; the engine records this in the state.
    """

    def __init__(self, message: str, resource_id: str, outputs: dict[str, Any]) -> None:
        super().__init__(message)
        self.id = resource_id
        self.outputs = outputs


@dataclass(frozen=True)
class Found:
    """A resource that was read: its id, outputs and inputs."""

    id: str
    outputs: dict[str, Any]
    inputs: dict[str, Any]


def preview_create(resource_type: ResourceType, inputs: Properties, region: str) -> dict[str, Any]:
    """The outputs of a resource that a create would make: what AWS will choose is unknown."""
    outputs = {
        name: UNKNOWN
        for name, p in resource_type.properties.items()
        if (p.output or p.computed) and inputs.get(name) is None
    }
    return _outputs(
        resource_type, inputs, {**outputs, **_place_and_tags(resource_type, inputs, region), **_given(inputs)}
    )


def preview_update(resource_type: ResourceType, state: Properties, news: Properties) -> dict[str, Any]:
    """The outputs of a resource after an update: what AWS chooses is taken to stay."""
    kept = {
        name: value
        for name, value in state.items()
        if (p := resource_type.properties.get(name)) and (p.output or p.computed)
    }
    tags = {"tagsAll": news.get("tags", {})} if "tagsAll" in resource_type.properties else {}
    return _outputs(resource_type, news, {**kept, **tags, **_given(news)})


def create(resource_type: ResourceType, call: Call, inputs: Properties) -> tuple[str, dict[str, Any]]:
    """Make the resource; give its id and outputs.

    Raises:
        HalfDoneError: it is made, but what comes after failed.
        ProviderError: nothing is made.
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
            f"{resource_type.noun} ({created.id}) is gone right after it was made", created.id, known
        )
    return created.id, _outputs(resource_type, inputs, observed)


def _best_known(
    resource_type: ResourceType, call: Call, created: Created, inputs: Properties, known: Properties
) -> dict[str, Any]:
    """What AWS says of a half-made resource, or, if that cannot be read either, what was sent."""
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
    """The resource as AWS has it now; None when it is gone."""
    observed = _read(resource_type, call, resource_id, {**_given(reveal(inputs)), **_given(reveal(state))})
    if observed is None:
        return None
    outputs = _outputs(resource_type, {**inputs, **state}, observed)
    return Found(resource_id, outputs, _refreshed_inputs(resource_type, inputs, observed))


def read_imported(resource_type: ResourceType, call: Call, import_id: str) -> Found | None:
    """The resource with inputs that would make one like it; None when there is none."""
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
    """Change the resource to its new inputs; give its outputs.

    Raises:
        HalfDoneError: some changes may be made; the outputs hold what AWS has now.
    """
    new = _given(reveal(news))
    old = _given(reveal(state))
    changes = diff(resource_type, state, news, region=call.session.region, ignored=ignored)
    try:
        if not changes:  # asked again after a half-done operation: what is left to do shows in AWS
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
    """What AWS tells, over what was known; None values take away what was known."""
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
    """Old outputs that an update keeps unless AWS says otherwise."""
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
    """The outputs, secret where the type says so or where an input of that name was."""
    secret = {name for name, value in inputs.items() if contains_secret(value)}
    if "tags" in secret and "tagsAll" in outputs:
        secret.add("tagsAll")
    return conceal(_given(outputs), resource_type.secret_outputs | secret)


def _refreshed_inputs(
    resource_type: ResourceType, inputs: Properties, observed: Properties
) -> dict[str, Any]:
    """The inputs, with AWS's value where it is no longer what the input asked for."""
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
    """An input value without the parts that only outputs have."""
    if p.kind is Kind.OBJECT and isinstance(value, dict):
        parts = {name: part for name, part in p.properties.items() if not part.output and name in value}
        return {name: _importable(part, value[name]) for name, part in parts.items()}
    if p.kind is Kind.LIST and p.element is not None:
        return [_importable(p.element, each) for each in value]
    return value


def _given(properties: Properties) -> dict[str, Any]:
    """The properties without the engine's marks, at every depth, and without empty places."""
    return {
        name: _unmarked(value) for name, value in properties.items() if name != DEFAULTS and value is not None
    }


def _unmarked(value: Value) -> Value:
    if isinstance(value, dict):
        return _given(value)
    if isinstance(value, list):
        return [_unmarked(each) for each in value]
    return value
