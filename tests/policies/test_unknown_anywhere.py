"""A stack without a customer managed key never passes, whichever value is unknown.

Every disallowed sample about a table's encryption is judged with each node of its properties, at any depth
and inside its template, replaced by each kind of unknown value: more than 2,000 cases.
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pulumi_policy.proxy import UNKNOWN_BOOLEAN_VALUE, UNKNOWN_OBJECT_VALUE

from tests.policies.analysis import UNKNOWN, Pack, Sample, Violation
from tests.policies.samples import PolicySample, samples

RULES = (
    "dynamodb-table-customer-managed-key",
    "dynamodb-table-key-from-stack",
    "dynamodb-table-key-decided",
    "dynamodb-table-declared-in-sight",
)
OF_PULUMI: list[Any] = [UNKNOWN, UNKNOWN_BOOLEAN_VALUE, UNKNOWN_OBJECT_VALUE]
OF_TEMPLATES: list[Any] = [
    {"Ref": "AWS::StackName"},
    {"Ref": "AWS::URLSuffix"},
    {"Ref": "Undeclared"},
    {"Fn::ImportValue": "key"},
    {"Fn::GetAtt": ["Custom", "Arn"]},
    {"Fn::Sub": "${AWS::StackId}/x"},
    {"Fn::If": ["Undeclared", {"Fn::ImportValue": "key"}, {"Ref": "AWS::NoValue"}]},
    {"Fn::Transform": {"Name": "Unheard"}},
    "{{resolve:ssm:/key}}",
]
MANAGED = {"SSEEnabled": True, "KMSMasterKeyId": "alias/aws/dynamodb"}
TABLE = {"Type": "AWS::DynamoDB::Table", "Properties": {"SSESpecification": MANAGED}}
LOOP: dict[str, Any] = {
    "Fn::ForEach::Tables": ["Name", ["a", {"Ref": "Other"}], {"${Name}": TABLE}],
}
TEMPLATES: dict[str, dict[str, Any]] = {
    "loop": {"Parameters": {"Other": {"Type": "String", "Default": "b"}}, "Resources": LOOP},
    "loop_in_a_loop": {"Resources": {"Fn::ForEach::Outer": ["Stage", ["x"], LOOP]}},
    "condition": {
        "Parameters": {"Stage": {"Type": "String", "Default": "prod"}},
        "Conditions": {
            "Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
            "Other": {"Fn::Not": [{"Condition": "Prod"}]},
        },
        "Resources": {
            "A": {**TABLE, "Condition": "Prod"},
            "B": {**TABLE, "Condition": "Other"},
            "C": {
                "Type": TABLE["Type"],
                "Properties": {"SSESpecification": {"Fn::If": ["Prod", MANAGED, {}]}},
            },
        },
    },
    "functions": {
        "Mappings": {"Keys": {"prod": {"key": "alias/aws/dynamodb"}}},
        "Resources": {
            "A": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "SSESpecification": {
                        "SSEEnabled": {"Fn::Select": [0, ["true"]]},
                        "KMSMasterKeyId": {"Fn::FindInMap": ["Keys", {"Fn::Sub": "prod"}, "key"]},
                    }
                },
            },
            "B": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "SSESpecification": {
                        "SSEEnabled": True,
                        "KMSMasterKeyId": {"Fn::Join": ["/", ["alias", "aws", "dynamodb"]]},
                    }
                },
            },
        },
    },
    "global_table": {
        "Resources": {
            "A": {
                "Type": "AWS::DynamoDB::GlobalTable",
                "Properties": {
                    "SSESpecification": {"SSEEnabled": True},
                    "Replicas": [
                        {"Region": "us-east-1", "SSESpecification": {"KMSMasterKeyId": "alias/aws/dynamodb"}},
                        {"Region": "eu-west-1"},
                    ],
                },
            }
        }
    },
    "serverless": {
        "Transform": "AWS::Serverless-2016-10-31",
        "Globals": {"SimpleTable": {"SSESpecification": {"SSEEnabled": True}}},
        "Resources": {"A": {"Type": "AWS::Serverless::SimpleTable", "Properties": {}}},
    },
    "nested_stack": {
        "Resources": {
            "Inner": {
                "Type": "AWS::CloudFormation::Stack",
                "Properties": {"TemplateBody": {"Resources": {"A": TABLE}}},
            }
        }
    },
}


def of_template(name: str, template: dict[str, Any]) -> PolicySample:
    """A stack of CloudFormation with a template; neither its name nor its Region is known."""
    stack = Sample("aws:cloudformation/stack:Stack", {"templateBody": json.dumps(template)}, provider={})
    return PolicySample(RULES[0], f".{name}", allowed=False, resources=(stack,), config={})


DISALLOWED = [
    *(one for one in samples() if not one.allowed and one.policy == RULES[0]),
    *(of_template(name, template) for name, template in TEMPLATES.items()),
]
Path = tuple[str | int, ...]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:  # noqa: ANN401  # any JSON
    """The paths of all nodes below a value."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, inner in entries:
        yield (*path, name)
        yield from paths(inner, (*path, name))


def replaced(value: Any, path: Path, unknown: object) -> Any:  # noqa: ANN401  # any JSON
    """A copy of a value with another node at a path."""
    changed = copy.deepcopy(value)
    node = changed
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = unknown
    return changed


def variants(sample: PolicySample) -> Iterator[tuple[str, Sample]]:
    """The sample's subject with one node unknown, in each way."""
    subject = sample.subject
    properties = dict(subject.properties)
    for path in paths(properties):
        for unknown in OF_PULUMI:
            yield f"{path} {unknown}", replace(subject, properties=replaced(properties, path, unknown))
    body = properties.get("templateBody")
    template = json.loads(body) if isinstance(body, str) else None
    for path in paths(template):
        for unknown in OF_TEMPLATES:
            text = json.dumps(replaced(template, path, unknown))
            yield f"{path} {unknown}", replace(subject, properties={**properties, "templateBody": text})


def is_reported(found: list[Violation]) -> bool:
    """Whether a policy rejects the stack or reports that it cannot decide."""
    return any(one.policy in RULES for one in found)


@pytest.mark.parametrize("sample", DISALLOWED, ids=lambda sample: sample.case.partition(".")[2])
def test_a_stack_without_a_key_never_passes_whichever_value_is_unknown(sample: PolicySample) -> None:
    for what, subject in variants(sample):
        found = Pack(config=sample.config).run(subject, *sample.resources[1:])

        assert [one for one in found if "the policy itself failed" in one.message] == [], what
        assert is_reported(found), what


def test_there_are_as_many_cases_as_stated() -> None:
    assert sum(1 for sample in DISALLOWED for _ in variants(sample)) > 2000
