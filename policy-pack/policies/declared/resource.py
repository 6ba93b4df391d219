"""Resources in the form that rules use, independent of the SDK."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi_policy import PolicyProviderResource, PolicyResource, ResourceValidationArgs

from policies.declared.arns import account_of
from policies.declared.terraform import own_properties, own_type
from policies.declared.values import Properties, Value, parse_json, plain


@dataclass(frozen=True)
class Resource:
    """A resource that a program registers or that is in a state.

    `type` is the token of Pulumi's AWS provider, even if another package has the resource. `properties` are
    its inputs. `region` and `account` come from its provider and are None if unknown; the resource's own
    `region` property takes precedence.
    """

    type: str
    name: str
    urn: str
    properties: Properties
    protect: bool = False
    region: str | None = None
    account: str | None = None


@dataclass(frozen=True)
class StackResource(Resource):
    """A resource of a complete stack; `properties` are its outputs.

    `dependencies` has, for each input, the URNs of the resources that its value comes from. They are from the
    last update: they can decide about an unknown value, but never replace a known one.
    """

    dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def resource_from(args: ResourceValidationArgs) -> Resource:
    """Converts a resource of the SDK."""
    properties = own_properties(args.resource_type, plain(args.props))
    return Resource(
        own_type(args.resource_type),
        args.name,
        args.urn,
        properties,
        bool(args.opts.protect),
        _region(properties, args.provider),
        _account(args.provider),
    )


def stack_resource_from(resource: PolicyResource) -> StackResource:
    """Converts a resource of the SDK's stack."""
    properties = own_properties(resource.resource_type, plain(resource.props))
    return StackResource(
        own_type(resource.resource_type),
        resource.name,
        resource.urn,
        properties,
        bool(resource.opts.protect),
        _region(properties, resource.provider),
        _account(resource.provider),
        {name: tuple(r.urn for r in sources) for name, sources in resource.property_dependencies.items()},
    )


def _region(properties: Properties, provider: PolicyProviderResource | None) -> str | None:
    of_provider = plain(provider.props).get("region") if provider else None
    region = properties.get("region") or of_provider
    return region if isinstance(region, str) else None


def _unpacked(value: Value) -> Value:
    """A provider setting, decoded: SDKs send values other than text as JSON."""
    if isinstance(value, str) and value.startswith(("[", "{")):
        try:
            return parse_json(value)
        except ValueError:
            return value
    return value


def _account(provider: PolicyProviderResource | None) -> str | None:
    """The provider's account, if its settings name exactly one."""
    if provider is None:
        return None
    settings = {name: _unpacked(value) for name, value in plain(provider.props).items()}
    roles = settings.get("assumeRoles")
    if isinstance(roles, list) and roles and isinstance(roles[-1], dict):
        return account_of(roles[-1].get("roleArn"))
    allowed = settings.get("allowedAccountIds")
    if isinstance(allowed, list) and len(allowed) == 1 and isinstance(allowed[0], str):
        return allowed[0]
    return None
