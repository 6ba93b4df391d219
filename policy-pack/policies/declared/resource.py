"""A resource as rules see it, apart from the SDK."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi_policy import PolicyProviderResource, PolicyResource, ResourceValidationArgs

from policies.declared.arns import account_of
from policies.declared.terraform import own_properties, own_type
from policies.declared.values import Properties, Value, parse_json, plain


@dataclass(frozen=True)
class Resource:
    """A resource that a program registers, or that a state holds.

    `type` is the token of Pulumi's AWS provider, also where another package has the resource.
    `properties` are its inputs. `region` and `account` are those of its provider, None where the
    provider does not say; a resource's own `region` property, where it has one, comes first.
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
    """A resource of a stack that is complete: `properties` are its outputs.

    `dependencies` gives, for each input, the URNs of the resources that its value comes from. It is
    what the last update knew: it may decide about an unknown value, never replace a known one.
    """

    dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def resource_from(args: ResourceValidationArgs) -> Resource:
    """The resource that the SDK asks about."""
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
    """One of the resources of the stack that the SDK asks about."""
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
    """A setting of a provider: SDKs send values other than text as JSON text."""
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
