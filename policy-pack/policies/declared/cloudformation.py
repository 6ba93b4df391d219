"""Resources in CloudFormation's own form, whichever way they reach AWS.

They come as resources of the package aws-native, through Cloud Control, or inside a template.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from policies import resource_types as types
from policies.declared.parameters import parameter_sets, property_of
from policies.declared.resource import Resource
from policies.declared.template import Template
from policies.declared.template_text import TemplateError, parse_template
from policies.declared.values import UNKNOWN, Opaque, Value, parse_json

NATIVE = {
    types.NATIVE_TABLE: "AWS::DynamoDB::Table",
    types.NATIVE_GLOBAL_TABLE: "AWS::DynamoDB::GlobalTable",
    types.NATIVE_KEY: "AWS::KMS::Key",
    types.NATIVE_REPLICA_KEY: "AWS::KMS::ReplicaKey",
    types.NATIVE_MANAGED_POLICY: "AWS::IAM::ManagedPolicy",
    types.NATIVE_ROLE_POLICY: "AWS::IAM::RolePolicy",
    types.NATIVE_USER_POLICY: "AWS::IAM::UserPolicy",
    types.NATIVE_GROUP_POLICY: "AWS::IAM::GroupPolicy",
    types.NATIVE_ROLE: "AWS::IAM::Role",
    types.NATIVE_USER: "AWS::IAM::User",
    types.NATIVE_GROUP: "AWS::IAM::Group",
    types.NATIVE_PERMISSION_SET: "AWS::SSO::PermissionSet",
}
STACKS = ("AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet")
# Parts of a template that declare resources of their own, out of sight, and the property that says where.
NESTED = {
    "AWS::Serverless::Application": "Location",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct": "ProductId",
    "Custom::DynamoDBReplica": "Region",
}
# Transforms that add no table to those that the template shows.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-reference.html
KNOWN_TRANSFORMS = (
    "AWS::CodeDeployBlueGreen",
    "AWS::LanguageExtensions",
    "AWS::SecretsManager-",
    "AWS::Serverless-2016-10-31",
    "AWS::ServiceCatalog",
)
NO_TEMPLATE = Template({}, has_functions=False)


@dataclass(frozen=True)
class CloudFormationResource:
    """A resource in CloudFormation's form: `AWS::DynamoDB::Table` and its properties.

    `place` tells where it stands inside the Pulumi resource, empty where it is the whole of it;
    `property` is the input that holds it.
    """

    type: str
    place: str
    property: str
    properties: Value
    region: str | None
    template: Template = field(default=NO_TEMPLATE, repr=False)

    def values(self, *path: str) -> list[Value]:
        """What the property at a path can turn out to be; see `Template.values`."""
        return self.values_in(self.properties, *path)

    def values_in(self, node: Value, *path: str) -> list[Value]:
        """The same, for a path that starts at a node of the properties."""
        values = self.template.values(node)
        if not path:
            return values
        return [found for value in values for found in self._step(value, *path)]

    def _step(self, value: Value, name: str, *rest: str) -> list[Value]:
        if value is UNKNOWN or isinstance(value, Opaque):
            return [value]
        return self.values_in(property_of(value, name), *rest)


@dataclass(frozen=True)
class Unseen:
    """A place that may declare anything and cannot be looked into, and why.

    `is_unknown` tells that the update will know it; `is_malformed` that AWS will refuse it.
    """

    property: str
    reason: str
    is_unknown: bool = False
    is_malformed: bool = False


Found = CloudFormationResource | Unseen


def cloudformation_resources(resource: Resource) -> list[Found]:
    """The resources in CloudFormation's form that a Pulumi resource declares; none for other types."""
    read = READERS.get(resource.type)
    return list(read(resource)) if read else []


def _native(resource: Resource) -> Iterator[Found]:
    yield CloudFormationResource(NATIVE[resource.type], "", "", resource.properties, resource.region)


def _extension(resource: Resource) -> Iterator[Found]:
    yield from _typed(
        resource, resource.properties.get("type"), "properties", resource.properties.get("properties")
    )


def _cloud_control(resource: Resource) -> Iterator[Found]:
    state = resource.properties.get("desiredState")
    if isinstance(state, str):
        try:
            state = parse_json(state)
        except ValueError as error:
            yield Unseen("desiredState", f"desiredState is no JSON: {error}", is_malformed=True)
            return
    yield from _typed(resource, resource.properties.get("typeName"), "desiredState", state)


def _typed(resource: Resource, kind: Value, holder: str, properties: Value) -> Iterator[Found]:
    if not isinstance(kind, str):
        yield Unseen(
            holder, f"its type is {kind!r}", is_unknown=kind is UNKNOWN, is_malformed=kind is not UNKNOWN
        )
    elif kind in STACKS:
        place = _Place(holder, *_deployment(kind, resource.region, resource.account))
        yield from _template(place, properties)
    else:
        yield CloudFormationResource(kind, "", holder, properties, resource.region)


def _stack(resource: Resource) -> Iterator[Found]:
    place = _Place("templateBody", *_deployment(resource.type, resource.region, resource.account))
    yield from _template(place, resource.properties)


def _instances(resource: Resource) -> Iterator[Found]:
    """Instances of a stack set: where they override its parameters, its template makes other tables."""
    p = resource.properties
    if p.get("parameterOverrides"):
        yield Unseen(
            "parameterOverrides", f"parameters of the stack set {p.get('stackSetName')!r} are overridden"
        )


@dataclass(frozen=True)
class _Place:
    """Where a template stands, and where it is deployed to as far as that is known."""

    holder: str
    region: str | None
    account: str | None
    within: str = "the template"


def _deployment(kind: str, region: str | None, account: str | None) -> tuple[str | None, str | None]:
    """A stack set is deployed to accounts and Regions of its own, which its instances name."""
    return (None, None) if kind.endswith("StackSet") else (region, account)


def _template(place: _Place, stack: Value) -> Iterator[Found]:
    """What the template of a stack or stack set declares, with each set of parameters that it is given."""
    body = UNKNOWN if stack is UNKNOWN else property_of(stack, "TemplateBody")
    if body is None:
        yield Unseen(place.holder, f"{place.within} is at {property_of(stack, 'TemplateURL')!r}")
        return
    if body is UNKNOWN:
        yield Unseen(place.holder, f"{place.within} is not known", is_unknown=True)
        return
    try:
        document = body if isinstance(body, Mapping) else parse_template(str(body))
    except TemplateError as error:
        yield Unseen(place.holder, f"{place.within} cannot be read: {error}", is_malformed=True)
        return
    for transform in _unknown_transforms(document.get("Transform")):
        yield Unseen(place.holder, f"{place.within} is changed by the transform {transform!r}")
    for parameters in parameter_sets(stack):
        template = Template(document, parameters, place.region, place.account)
        for name, inner in template.resources():
            yield from _of_template(template, place, name, inner)


def _unknown_transforms(stated: Value) -> Iterator[Value]:
    """Macros that may add tables; each is a name, or an object with one."""
    for transform in stated if isinstance(stated, list) else [stated] if stated else []:
        name = property_of(transform, "Name") if isinstance(transform, Mapping) else transform
        if not isinstance(name, str) or not name.startswith(KNOWN_TRANSFORMS):
            yield name


def _of_template(template: Template, place: _Place, name: str, inner: Mapping[str, Value]) -> Iterator[Found]:
    kind, properties = inner.get("Type"), inner.get("Properties", {})
    here = f"{name} in {place.within}"
    if name == "Fn::Transform":
        yield Unseen(place.holder, f"{here} includes resources from elsewhere")
    elif not isinstance(kind, str):
        yield Unseen(place.holder, f"{here} has the type {kind!r}", is_malformed=True)
    elif isinstance(properties, Mapping) and "Fn::Transform" in properties:
        yield Unseen(place.holder, f"{here} has properties from a macro")
    elif kind in STACKS:
        yield from _nested(template, place, here, kind, properties)
    elif kind in NESTED or kind.endswith("::MODULE"):
        location = property_of(properties, NESTED.get(kind, ""))
        yield Unseen(place.holder, f"{here} is {kind}" + (f", declared at {location!r}" if location else ""))
    else:
        yield CloudFormationResource(kind, here, place.holder, properties, template.region, template)


def _nested(template: Template, place: _Place, here: str, kind: str, properties: Value) -> Iterator[Found]:
    """A stack, or set of stacks, whose template is inside another one's or, mostly, elsewhere."""
    inner = _Place(
        place.holder, *_deployment(kind, template.region, template.account), f"the template of {here}"
    )
    stated = template.expanded(properties)
    for body in template.values(property_of(properties, "TemplateBody")):
        if body is None or isinstance(body, Opaque):
            url = property_of(properties, "TemplateURL")
            yield Unseen(place.holder, f"{here} is {kind}, declared at {url if body is None else body!r}")
        else:
            given = stated if isinstance(stated, Mapping) else {}
            yield from _template(inner, {**given, "TemplateBody": body})


def _application(resource: Resource) -> Iterator[Found]:
    yield Unseen("applicationId", f"the template is that of {resource.properties.get('applicationId')!r}")


def _product(resource: Resource) -> Iterator[Found]:
    p = resource.properties
    yield Unseen("productId", f"the template is that of {p.get('productId') or p.get('productName')!r}")


READERS: Mapping[str, Callable[[Resource], Iterator[Found]]] = {
    **dict.fromkeys(NATIVE, _native),
    types.NATIVE_EXTENSION: _extension,
    types.CLOUD_CONTROL: _cloud_control,
    types.CLOUDFORMATION_STACK: _stack,
    types.CLOUDFORMATION_STACK_SET: _stack,
    types.NATIVE_CLOUDFORMATION_STACK: _stack,
    types.NATIVE_CLOUDFORMATION_STACK_SET: _stack,
    types.CLOUDFORMATION_STACK_SET_INSTANCE: _instances,
    types.CLOUDFORMATION_STACK_INSTANCES: _instances,
    types.SERVERLESS_APPLICATION: _application,
    types.PROVISIONED_PRODUCT: _product,
    types.NATIVE_PROVISIONED_PRODUCT: _product,
}
# Resources that may declare any other.
CONTAINERS = frozenset(READERS) - frozenset(NATIVE)
