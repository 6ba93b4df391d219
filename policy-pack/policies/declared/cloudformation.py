"""Finds resources in CloudFormation's form, whatever deploys them.

They are resources of the package aws-native, of Cloud Control, or of a template.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Self, TypeVar, cast

from policies import resource_types as types
from policies.declared.arns import EXAMPLE_REGIONS
from policies.declared.branches import Branch, Case, branches_of
from policies.declared.custom_resources import CALLERS, PHASES, call_for_tables
from policies.declared.evaluation import Evaluator
from policies.declared.facts import DYNAMIC_REFERENCE, Fact, Text, readable, to_outside
from policies.declared.loops import LoopError
from policies.declared.parameters import Parameters, parameter_sets, property_of
from policies.declared.resource import Resource
from policies.declared.template import Template
from policies.declared.template_text import TemplateError, parse_template
from policies.declared.values import UNKNOWN, Opaque, Value, parse_json, shown

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
# Resources that declare other resources elsewhere, and the property with the location.
NESTED = {
    "AWS::Serverless::Application": "Location",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct": "ProductId",
    "Custom::DynamoDBReplica": "Region",
}
# Transforms that do not add tables to the template.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-reference.html
KNOWN_TRANSFORMS = (
    "AWS::CodeDeployBlueGreen",
    "AWS::LanguageExtensions",
    "AWS::SecretsManager-",
    "AWS::Serverless-2016-10-31",
    "AWS::ServiceCatalog",
)
Read = TypeVar("Read")


@dataclass(frozen=True)
class CloudFormationResource:
    """A resource in CloudFormation's form: `AWS::DynamoDB::Table` and its properties.

    `place` is its place inside the Pulumi resource, empty if it is the whole resource; `property` is the
    input that contains it. `deployment` distinguishes the sets of parameters of a stack set. In a branch of
    its template, an `evaluator` gives its values.
    """

    type: str
    place: str
    property: str
    properties: Value
    region: str | None
    template: Template | None = field(default=None, repr=False)
    deployment: int = 0
    stated: Mapping[str, Value] = field(default_factory=dict, repr=False)
    evaluator: Evaluator | None = field(default=None, repr=False)

    def branches(self, read: Callable[[Self], Iterable[Read]]) -> list[tuple[Case | None, list[Read]]]:
        """The results of a function in each branch in which the template creates the resource."""
        if self.template is None or self.evaluator:
            return [(None, list(read(self)))]
        found = branches_of(lambda branch: self._read_in(branch, read))
        subject = f"{self.place} {self.deployment}"
        return [(Case(subject, branch), result) for branch, result in found if result is not None]

    def _read_in(self, branch: Branch, read: Callable[[Self], Iterable[Read]]) -> list[Read] | None:
        evaluator = Evaluator(cast("Template", self.template), branch)
        if not evaluator.references.makes(self.stated):
            return None
        return list(read(replace(self, evaluator=evaluator, region=evaluator.references.region)))

    def value(self, *path: str) -> Value:
        """The property at a path in this branch: plain, `UNKNOWN`, `Opaque` or a `Text`."""
        return self.value_in(self.properties, *path)

    def value_in(self, node: Value, *path: str) -> Value:
        """The same, for a path that starts at a node of the properties."""
        found = self.node_in(node, *path)
        return to_outside(self.evaluator.value(found)) if self.evaluator else found

    def node_in(self, node: Value, *path: str) -> Value:
        """The template's node at a path; hidden if the path leads into a hidden value."""
        for name in path:
            node = self.resolved(node)
            if node is UNKNOWN or isinstance(node, Opaque):
                return node
            node = property_of(node, name)
        return node

    def resolved(self, node: Value) -> Value:
        """A node of the properties with its function evaluated, but not the functions inside."""
        found = self.evaluator.resolved(node) if self.evaluator else node
        return to_outside(found) if isinstance(found, Fact) else found

    def values(self, *path: str) -> list[Value]:
        """The different values that the property at a path has in the branches, at least one."""
        return self.values_in(self.properties, *path)

    def values_in(self, node: Value, *path: str) -> list[Value]:
        """The same, for a path that starts at a node of the properties."""
        found = [
            value for _, read in self.branches(lambda one: [one.value_in(node, *path)]) for value in read
        ]
        return [value for number, value in enumerate(found) if value not in found[:number]]

    def readable(self, value: Value) -> Value:
        """A value with examples in place of what only the deployment knows."""
        account = self.template.account if self.template else None
        return readable(value, self.region or EXAMPLE_REGIONS[0], account)


@dataclass(frozen=True)
class Unseen:
    """A place that cannot be read and may declare anything, and the reason.

    `is_unknown`: the update will know it. `is_malformed`: AWS will reject it. `case` and `logical_id` are set
    if it is in a template.
    """

    property: str
    reason: str
    is_unknown: bool = False
    is_malformed: bool = False
    case: Case | None = None
    logical_id: str = ""


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
            yield Unseen("desiredState", f"desiredState is not JSON: {error}", is_malformed=True)
            return
    yield from _typed(resource, resource.properties.get("typeName"), "desiredState", state)


def _typed(resource: Resource, kind: Value, holder: str, properties: Value) -> Iterator[Found]:
    if not isinstance(kind, str):
        yield Unseen(
            holder,
            "its type is unknown" if kind is UNKNOWN else f"its type is {kind!r}",
            is_unknown=kind is UNKNOWN,
            is_malformed=kind is not UNKNOWN,
        )
    elif kind in STACKS:
        yield from _template(
            _deployed(resource, holder, kind, property_of(properties, "StackName")), properties
        )
    else:
        yield CloudFormationResource(kind, "", holder, properties, resource.region)


def _stack(resource: Resource) -> Iterator[Found]:
    p = resource.properties
    name = p.get("stackName") if resource.type == types.NATIVE_CLOUDFORMATION_STACK else p.get("name")
    yield from _template(_deployed(resource, "templateBody", resource.type, name), p)


def _instances(resource: Resource) -> Iterator[Found]:
    """Instances of a stack set: with other parameters, its template creates other tables."""
    p = resource.properties
    if p.get("parameterOverrides"):
        yield Unseen(
            "parameterOverrides", f"parameters of the stack set {p.get('stackSetName')!r} are overridden"
        )


@dataclass(frozen=True)
class _Place:
    """The place of a template, and where and under which name it is deployed, if known."""

    holder: str
    region: str | None = None
    account: str | None = None
    stack_name: Value = None
    within: str = "the template"


def _deployed(resource: Resource, holder: str, kind: str, name: Value) -> _Place:
    """Where the template is deployed. A stack set has its own accounts and Regions, and AWS chooses the
    names.
    """
    if kind.endswith("StackSet"):
        return _Place(holder)
    return _Place(holder, resource.region, resource.account, name)


def _template(place: _Place, stack: Value) -> Iterator[Found]:
    """What the template of a stack or stack set declares, for each set of parameters."""
    body = UNKNOWN if stack is UNKNOWN else property_of(stack, "TemplateBody")
    if body is None:
        yield Unseen(place.holder, f"{place.within} is at {property_of(stack, 'TemplateURL')!r}")
        return
    if body is UNKNOWN:
        yield Unseen(place.holder, f"{place.within} is unknown", is_unknown=True)
        return
    if isinstance(body, Mapping) and not isinstance(declared := property_of(body, "Resources"), Mapping):
        reason = f"the Resources of {place.within} are {shown(declared)}"
        yield Unseen(place.holder, reason, is_unknown=declared is UNKNOWN, is_malformed=declared is None)
        return
    try:
        document = body if isinstance(body, Mapping) else parse_template(str(body))
        for number, parameters in enumerate(parameter_sets(stack)):
            yield from _resources(document, parameters, place, number)
    except (TemplateError, LoopError) as error:
        yield Unseen(place.holder, f"{place.within} cannot be read: {error}", is_malformed=True)
        return
    for transform in _unknown_transforms(document.get("Transform")):
        yield Unseen(place.holder, f"{place.within} is changed by the transform {transform!r}")


def _resources(
    document: Mapping[str, Value], parameters: Parameters, place: _Place, number: int
) -> Iterator[Found]:
    template = Template(document, parameters, place.region, place.account, place.stack_name)
    for name, stated in template.resources.items():
        here = f"{name} in {place.within}"
        kind, properties = stated.get("Type"), stated.get("Properties", {})
        one = CloudFormationResource(
            str(kind), here, place.holder, properties, place.region, template, number, stated
        )
        if "Condition" not in stated or one.branches(lambda _: ()):
            for found in _of_template(name, kind, one, place):
                yield (
                    replace(found, logical_id=name)
                    if isinstance(found, Unseen) and not found.logical_id
                    else found
                )


def _of_template(name: str, kind: Value, one: CloudFormationResource, place: _Place) -> Iterator[Found]:
    here, properties = one.place, one.properties
    if name == "Fn::Transform":
        yield Unseen(place.holder, f"{here} includes resources from elsewhere")
    elif not isinstance(kind, str) or DYNAMIC_REFERENCE in kind:
        yield Unseen(place.holder, f"{here} has the type {kind!r}", is_malformed=True)
    elif kind in STACKS:
        yield from _nested(one, place)
    elif kind in NESTED or kind.endswith("::MODULE"):
        location = property_of(properties, NESTED.get(kind, ""))
        declared = f", declared at {location!r}" if location else ""
        yield Unseen(place.holder, f"{here} is {kind}{declared}")
    elif kind in CALLERS and (call := call_for_tables(calls := _calls(one))):
        yield Unseen(place.holder, f"{here} {call}", is_unknown=UNKNOWN in calls)
    else:
        yield one
    if isinstance(properties, Mapping) and "Fn::Transform" in properties:
        yield Unseen(place.holder, f"{here} has properties from a macro")


def _calls(one: CloudFormationResource) -> list[Value]:
    return [value for phase in PHASES for value in one.values(phase)]


def _unknown_transforms(stated: Value) -> Iterator[Value]:
    """Macros that may add tables; each is a name or an object with a name."""
    for transform in stated if isinstance(stated, list) else [stated] if stated else []:
        name = property_of(transform, "Name") if isinstance(transform, Mapping) else transform
        if not isinstance(name, str) or not name.startswith(KNOWN_TRANSFORMS):
            yield name


def _nested(stack: CloudFormationResource, outer: _Place) -> Iterator[Found]:
    """A nested stack or stack set, whose template is inside the outer one or, usually, elsewhere."""
    place = _Place(outer.holder, within=f"the template of {stack.place}")
    is_here = stack.type == "AWS::CloudFormation::Stack"
    if is_here:
        place = replace(place, region=outer.region, account=outer.account)
    for _, (properties,) in stack.branches(lambda one: [one.value()]):
        body = property_of(properties, "TemplateBody")
        if isinstance(properties, Opaque):
            yield Unseen(outer.holder, f"{stack.place} is {stack.type}, declared by {properties!r}")
        elif body is None or isinstance(body, Opaque | Text):
            where = property_of(properties, "TemplateURL") if body is None else body
            yield Unseen(outer.holder, f"{stack.place} is {stack.type}, declared at {where!r}")
        else:
            yield from _template(place, properties if is_here else _of_elsewhere(properties))


def _of_elsewhere(value: Value) -> Value:
    """A value that is passed to other deployments, which have other facts."""
    if isinstance(value, Text):
        return Opaque(str(value))
    if isinstance(value, Mapping):
        return {name: _of_elsewhere(one) for name, one in value.items()}
    return [_of_elsewhere(one) for one in value] if isinstance(value, list) else value


def _application(resource: Resource) -> Iterator[Found]:
    yield Unseen("applicationId", f"the template is that of {resource.properties.get('applicationId')!r}")


def _product(resource: Resource) -> Iterator[Found]:
    p = resource.properties
    yield Unseen("productId", f"the template is that of {p.get('productId') or p.get('productName')!r}")


def _controlled(_: Resource) -> Iterator[Found]:
    yield Unseen("spec", "a controller in the cluster creates the table")


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
    types.KUBERNETES_TABLE: _controlled,
}
# Resources that may declare any other resource.
CONTAINERS = frozenset(READERS) - frozenset(NATIVE) - {types.KUBERNETES_TABLE}
