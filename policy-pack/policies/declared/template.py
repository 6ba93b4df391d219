"""A CloudFormation template: its resources, and the values that its intrinsic functions can take.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from policies.declared.arns import EXAMPLE_REGIONS, partition_of
from policies.declared.conditions import Conditions
from policies.declared.parameters import Parameters
from policies.declared.values import UNKNOWN, Opaque, Unknown, Value

KEY_TYPES = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
PRINCIPALS = {"AWS::IAM::Role": "role", "AWS::IAM::User": "user"}
PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")
NO_VALUE = "AWS::NoValue"


@dataclass(frozen=True)
class KeyOfTemplate:
    """A reference to a KMS key that the same template declares, in the Region it is deployed to."""

    name: str
    region: str | None


@dataclass(frozen=True)
class OfDeployment:
    """A text with the names of pseudo parameters that only the deployment knows, such as AWS::AccountId."""

    text: str

    def __str__(self) -> str:
        return self.text

    def deployed_to(self, region: str) -> str:
        """The text as it would be in a Region, in an account of zeros."""
        known = {
            "AWS::Partition": partition_of(region),
            "AWS::Region": region,
            "AWS::AccountId": "000000000000",
        }
        text = self.text
        for name, value in known.items():
            text = text.replace(name, value)
        return text


@dataclass(frozen=True)
class Template:
    """A template with the parameters that it is given, and what is known of where it is deployed.

    `has_functions` is false for resources in CloudFormation's form outside a template, where nothing
    stands for another value.
    """

    document: Mapping[str, Value]
    parameters: Parameters = field(default_factory=dict)
    region: str | None = None
    account: str | None = None
    has_functions: bool = True

    def resources(self) -> Iterator[tuple[str, Mapping[str, Value]]]:
        """All resources that are made, by logical name, those in `Fn::ForEach` loops too."""
        for name, resource in _flattened(self.section("Resources")):
            if self._conditions.hold(resource.get("Condition")) is not False:
                yield name, resource

    def section(self, name: str) -> Mapping[str, Value]:
        """A section of the template; empty where it is missing, or no object."""
        section = self.document.get(name)
        return section if isinstance(section, Mapping) else {}

    def values(self, node: Value) -> list[Value]:
        """What a node can turn out to be: one value, or several where a condition decides.

        A value is plain, None for nothing, `UNKNOWN`, a `KeyOfTemplate`, `OfDeployment`, or `Opaque`.
        """
        if not self.has_functions:
            return [node]
        function = _intrinsic(node)
        if function is None:
            return [Opaque(node) if isinstance(node, str) and "{{resolve:" in node else node]
        name, argument = function
        known = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::If": self._if,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::FindInMap": self._find_in_map,
        }
        return (
            known[name](argument)
            if name in known
            else [Opaque(f"{name} {json.dumps(argument, default=str)[:80]}")]
        )

    def expanded(self, node: Value) -> Value:
        """A node with all functions in it replaced by their values; several values make a list."""
        if isinstance(node, list):
            found = [self.expanded(value) for one in node for value in self.values(one)]
            return [value for value in found if value is not None]
        values = self.values(node)
        if len(values) != 1:
            return [self.expanded(value) for value in values]
        value = values[0]
        if isinstance(value, OfDeployment):
            return value.deployed_to(self.region or EXAMPLE_REGIONS[0])
        if isinstance(value, Mapping):
            return {key: self.expanded(one) for key, one in value.items()}
        return self.expanded(value) if isinstance(value, list) else value

    def _ref(self, name: Value) -> list[Value]:
        if not isinstance(name, str):
            return [Opaque(f"Ref {name!r}")]
        if name == NO_VALUE:
            return [None]
        pseudo = {
            "AWS::Region": self.region,
            "AWS::AccountId": self.account,
            "AWS::Partition": partition_of(self.region) if self.region else None,
        }
        if name in pseudo:
            return [pseudo[name] or OfDeployment(name)]
        if name in self.section("Parameters"):
            return [self._parameter(name)]
        return [self._of_resource(name, "Ref")]

    def _parameter(self, name: str) -> Value:
        stated = self.section("Parameters")[name]
        kind = stated.get("Type", "") if isinstance(stated, Mapping) else ""
        if isinstance(kind, str) and kind.startswith("AWS::SSM::"):
            return Opaque(f"the Systems Manager parameter {name}")
        if isinstance(self.parameters, Unknown):
            return UNKNOWN
        if name in self.parameters:
            return self.parameters[name]
        default = stated.get("Default") if isinstance(stated, Mapping) else None
        return Opaque(f"the parameter {name}, which has no value") if default is None else default

    def _get_att(self, argument: Value) -> list[Value]:
        parts = argument if isinstance(argument, list) else str(argument).split(".", 1)
        if len(parts) != 2 or not all(isinstance(part, str) for part in parts):
            return [Opaque(f"Fn::GetAtt {argument!r}")]
        return [self._of_resource(parts[0], parts[1])]

    def _of_resource(self, name: Value, attribute: str) -> Value:
        resource = dict(self.resources()).get(name) if isinstance(name, str) else None
        kind = resource.get("Type") if resource else None
        if kind in KEY_TYPES and attribute in ("Ref", "Arn", "KeyId"):
            return KeyOfTemplate(str(name), self.region)
        if kind in PRINCIPALS and attribute == "Arn":
            return OfDeployment(f"arn:AWS::Partition:iam::AWS::AccountId:{PRINCIPALS[kind]}/{name}")
        if kind in ("AWS::CloudFormation::Stack", "AWS::Serverless::Application"):
            return Opaque(f"an output of the nested stack {name}")
        return f"{attribute} of {name} ({kind or 'which the template lacks'})"

    def _if(self, argument: Value) -> list[Value]:
        if not isinstance(argument, list) or len(argument) != 3:
            return [Opaque(f"Fn::If {argument!r}")]
        chosen = {True: argument[1:2], False: argument[2:], None: argument[1:]}
        return [
            value for branch in chosen[self._conditions.hold(argument[0])] for value in self.values(branch)
        ]

    @cached_property
    def _conditions(self) -> Conditions:
        """CloudFormation allows no `Fn::If` in them, which could lead back to the same condition."""
        named = self.section("Conditions")
        return Conditions(named, replace(self, document={**self.document, "Conditions": {}}).values)

    def _sub(self, argument: Value) -> list[Value]:
        text, variables = (argument, {}) if isinstance(argument, str) else _two(argument)
        if not isinstance(text, str) or not isinstance(variables, Mapping):
            return [Opaque(f"Fn::Sub {argument!r}")]
        parts: list[Value] = []
        for index, part in enumerate(PLACEHOLDER.split(text)):
            parts.append(part if index % 2 == 0 else self._placeholder(part.strip(), variables))
        return [self._joined(parts)]

    def _placeholder(self, name: str, variables: Mapping[str, Value]) -> Value:
        if name in variables:
            values = self.values(variables[name])
        elif "." in name:
            values = self._get_att(name)
        else:
            values = self._ref(name)
        return values[0] if len(values) == 1 else Opaque(f"${{{name}}}")

    def _join(self, argument: Value) -> list[Value]:
        separator, parts = _two(argument)
        if not isinstance(separator, str) or not isinstance(parts, list):
            return [Opaque(f"Fn::Join {argument!r}")]
        resolved: list[Value] = []
        for part in parts:
            values = self.values(part)
            resolved += [separator, values[0] if len(values) == 1 else Opaque("Fn::If")]
        return [self._joined(resolved[1:])]

    def _joined(self, parts: list[Value]) -> Value:
        """The text that parts make: a reference to a key wins, then what is not known."""
        text = "".join(part for part in parts if isinstance(part, str))
        if "alias/" in text:
            return "".join(str(part) for part in parts)
        for wanted in (KeyOfTemplate, Opaque):
            found = next((part for part in parts if isinstance(part, wanted)), None)
            if found is not None:
                return found
        if UNKNOWN in parts:
            return UNKNOWN
        whole = "".join(str(part) for part in parts)
        return OfDeployment(whole) if any(isinstance(part, OfDeployment) for part in parts) else whole

    def _find_in_map(self, argument: Value) -> list[Value]:
        """The value in each row that may be meant; the default, where a row or value may be missing."""
        if not isinstance(argument, list) or len(argument) < 3:
            return [Opaque(f"Fn::FindInMap {argument!r}")]
        mapping = self.section("Mappings").get(argument[0]) if isinstance(argument[0], str) else None
        first, second = self.values(argument[1]), self.values(argument[2])
        if UNKNOWN in first or UNKNOWN in second:
            return [UNKNOWN]
        if not isinstance(mapping, Mapping) or len(second) != 1 or not _is_name(second[0]):
            return [Opaque(f"Fn::FindInMap {argument!r}")]
        rows = {str(name): row for name, row in mapping.items() if isinstance(row, Mapping)}
        are_known = all(map(_is_name, first))
        chosen = [rows.get(str(name), {}) for name in first] if are_known else list(rows.values())
        found = [{str(name): one for name, one in row.items()}.get(str(second[0])) for row in chosen]
        default = (
            argument[3].get("DefaultValue") if len(argument) > 3 and isinstance(argument[3], dict) else None
        )
        if default is None or (are_known and None not in found):
            return found or [None]
        return [one for one in found if one is not None] + self.values(default)


def _is_name(value: Value) -> bool:
    """Whether it can name a row or value of a mapping: YAML reads an account's id as a number."""
    return isinstance(value, str | int) and not isinstance(value, bool)


def _intrinsic(node: Value) -> tuple[str, Value] | None:
    if not isinstance(node, Mapping) or len(node) != 1:
        return None
    name, argument = next(iter(node.items()))
    return (name, argument) if isinstance(name, str) and (name == "Ref" or name.startswith("Fn::")) else None


def _two(argument: Value) -> tuple[Value, Value]:
    return (argument[0], argument[1]) if isinstance(argument, list) and len(argument) == 2 else (None, None)


def _flattened(resources: Mapping[str, Value]) -> Iterator[tuple[str, Mapping[str, Value]]]:
    for name, resource in resources.items():
        if str(name).startswith("Fn::ForEach"):
            bodies = resource[2] if isinstance(resource, list) and len(resource) > 2 else None
            yield from _flattened(bodies if isinstance(bodies, Mapping) else {})
        elif isinstance(resource, Mapping):
            yield str(name), resource
