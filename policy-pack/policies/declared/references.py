"""Evaluates Ref and Fn::GetAtt in a template: pseudo parameters, parameters and resources."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.declared.arns import partition_of
from policies.declared.branches import Branch
from policies.declared.facts import PSEUDO_PARAMETERS, Fact, Kind, from_outside, joined, written
from policies.declared.values import Unknown, Value

if TYPE_CHECKING:
    from policies.declared.template import Template

MOST_ALLOWED_VALUES = 8
NO_VALUE = "AWS::NoValue"
REGION = Fact("AWS::Region", Kind.PLACE)
URL_SUFFIXES = {"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com", "aws-cn": "amazonaws.com.cn"}
KEY_TYPES = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
PRINCIPALS = {"AWS::IAM::Role": "role", "AWS::IAM::User": "user"}
# AWS resources whose attributes can be any text.
HOLDING_ANYTHING = (
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::Stack",
    "AWS::SSM::Parameter",
    "AWS::Serverless::Application",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
)

INVALID = object()
"""The value of a function that is malformed or cannot be computed."""


@dataclass(frozen=True)
class References:
    """The references of a template in one branch. `hold` returns whether a condition holds in it."""

    template: "Template"
    branch: Branch
    hold: Callable[[Value], bool | None]

    @property
    def region(self) -> str | None:
        """The Region to which the template is deployed in this branch; None if unknown."""
        return self.template.region or self.branch.answers.get(REGION)

    def ref(self, name: Value) -> Value:
        """The value of Ref."""
        if not isinstance(name, str):
            return INVALID
        if name == NO_VALUE:
            return None
        if name in PSEUDO_PARAMETERS:
            return self._pseudo_parameter(name)
        if name in self.template.section("Parameters"):
            return self._parameter(name)
        return INVALID if name.startswith("AWS::") else self.attribute(name, "Ref")

    def _pseudo_parameter(self, name: str) -> Value:
        partition = partition_of(self.region) if self.region else None
        known = {
            "AWS::AccountId": self.template.account,
            "AWS::Partition": partition,
            "AWS::Region": self.region,
            "AWS::StackName": self.template.stack_name,
            "AWS::URLSuffix": URL_SUFFIXES.get(partition or ""),
        }
        stated = known.get(name)
        found = Fact(name, Kind.PLACE) if stated is None else from_outside(stated, name)
        return self.branch.answers.get(found, found)

    def _parameter(self, name: str) -> Value:
        stated = self.template.section("Parameters")[name]
        stated = stated if isinstance(stated, Mapping) else {}
        kind, value = str(stated.get("Type")), self._given(name, stated)
        if kind.startswith("AWS::SSM::Parameter::Value"):
            return Fact(f"the Systems Manager parameter {value}", Kind.AWS)
        if isinstance(value, Fact):
            allowed = stated.get("AllowedValues")
            if isinstance(allowed, list) and 0 < len(allowed) <= MOST_ALLOWED_VALUES:
                chosen = self.branch.choose(value, [written(one) for one in allowed], only=True)
                return value if chosen is None else chosen
            return self.branch.answers.get(value, value)
        if isinstance(value, str) and (kind == "CommaDelimitedList" or kind.startswith("List<")):
            return [part.strip() for part in value.split(",")]
        return value

    def _given(self, name: str, stated: Mapping[str, Value]) -> Value:
        parameters = self.template.parameters
        if isinstance(parameters, Unknown):
            return Fact(f"the parameter {name}", Kind.UPDATE)
        value = parameters.get(name)
        value = stated.get("Default") if value is None else value
        if value is None:
            return Fact(f"the parameter {name} (without a value)", Kind.AWS)
        return from_outside(value, f"the parameter {name}")

    def attribute(self, name: str, attribute: str) -> Value:
        """The value of an attribute of a resource; "Ref" is the value of Ref."""
        resource = self.template.resources.get(name)
        kind = str(resource.get("Type")) if resource else ""
        if resource is None or not self.makes(resource):
            return Fact(f"{attribute} of {name} (which the template does not create)", Kind.RESOURCE)
        if kind in KEY_TYPES and attribute in ("Ref", "Arn", "KeyId"):
            key = Fact(name, Kind.KEY, self.region)
            return self._arn("kms", self.ref("AWS::Region"), "key/", key) if attribute == "Arn" else key
        if kind in PRINCIPALS and attribute == "Arn":
            return self._arn("iam", "", f"{PRINCIPALS[kind]}/{name}")
        properties = resource.get("Properties")
        if kind == "AWS::KMS::Alias" and isinstance(properties, Mapping) and attribute == "Ref":
            alias = properties.get("AliasName")
            return joined([alias]) if isinstance(alias, str) else Fact(f"alias/{name}", Kind.RESOURCE)
        hidden = kind in HOLDING_ANYTHING or not kind.startswith("AWS::") or kind.endswith("::MODULE")
        return Fact(f"{attribute} of {name} ({kind})", Kind.AWS if hidden else Kind.RESOURCE)

    def makes(self, resource: Mapping[str, Value]) -> bool:
        """Whether the template creates a resource in this branch; None if undecided."""
        return "Condition" not in resource or self.hold(resource["Condition"]) is not False

    def _arn(self, service: str, region: Value, *rest: Value) -> Value:
        place = ["arn:", self.ref("AWS::Partition"), f":{service}:", region, ":", self.ref("AWS::AccountId")]
        return joined([*place, ":", *rest])
