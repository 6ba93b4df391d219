"""The values of a template's functions, and which of them stay undecided."""

import json
from dataclasses import replace
from typing import Any

import pytest

from policies import resource_types as types
from tests.policies.analysis import UNKNOWN, Pack, Sample, violations
from tests.policies.baselines import ACCOUNT, KEY_ARN, KEY_ID, REPLICA_KEY_ARN

RULE = "dynamodb-table-customer-managed-key"
DECIDED = "dynamodb-table-key-decided"
FROM_STACK = "dynamodb-table-key-from-stack"
MANAGED = "alias/aws/dynamodb"
GOOD = {"SSEEnabled": True, "KMSMasterKeyId": KEY_ARN}
NO_VALUE = {"Ref": "AWS::NoValue"}


def stack(
    properties: Any,  # noqa: ANN401  # any JSON
    condition: str | None = None,
    parameters: dict[str, Any] | None = None,
    sections: dict[str, Any] | None = None,
    **inputs: Any,  # noqa: ANN401  # any JSON
) -> Sample:
    """A stack with a table, a KMS key and parameters, of which only some have values."""
    table = {"Type": "AWS::DynamoDB::Table", "Properties": properties}
    template: dict[str, Any] = {
        "Parameters": {
            "Given": {"Type": "String"},
            "Stage": {"Type": "String", "Default": "test"},
            "Keys": {"Type": "CommaDelimitedList", "Default": f"{MANAGED}, {KEY_ARN}"},
            "Switch": {"Type": "String", "AllowedValues": ["true", "false"]},
            "On": {"Type": "String", "AllowedValues": ["true"]},
            "Hidden": {"Type": "String", "NoEcho": True, "Default": KEY_ARN},
            "Name": {"Type": "AWS::SSM::Parameter::Name", "Default": "/keys/orders"},
            "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/keys/orders"},
        },
        "Mappings": {
            "Keys": {
                "test": {"Arn": KEY_ARN, "Managed": MANAGED},
                "prod": {"Arn": KEY_ARN, "Managed": KEY_ARN},
            }
        },
        "Resources": {
            "Key": {"Type": "AWS::KMS::Key"},
            "Orders": table if condition is None else {**table, "Condition": condition},
        },
    }
    body: dict[str, Any] = {**template, **(sections or {})}
    body["Resources"] = {**template["Resources"], **(sections or {}).get("Resources", {})}
    given = {"templateBody": json.dumps(body), "parameters": parameters or {}, **inputs}
    return Sample(types.CLOUDFORMATION_STACK, given, "stack")


def with_key(key: Any, **rest: Any) -> Sample:  # noqa: ANN401  # any JSON
    """A stack whose table has this key."""
    return stack({"SSESpecification": {"SSEEnabled": True, "KMSMasterKeyId": key}}, **rest)


LENIENT = {DECIDED: {"enforcementLevel": "advisory"}}


def verdicts(*samples: Sample, config: dict[str, Any] | None = None) -> list[str]:
    """The policies on keys that report a violation."""
    return [one.policy for one in Pack(config).run(*samples) if one.policy in (RULE, DECIDED, FROM_STACK)]


@pytest.mark.parametrize(
    "key",
    [
        {"Fn::Sub": ["arn:aws:kms:${R}:${AWS::AccountId}:key/${Id}", {"R": "us-east-1", "Id": KEY_ID}]},
        {"Fn::Select": [1, {"Ref": "Keys"}]},
        {"Fn::Select": ["1", {"Fn::Split": ["|", f"{MANAGED}|{KEY_ARN}"]}]},
        {"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::GetAtt": ["Key", "Arn"]}]}]},
        {
            "Fn::Sub": [
                "arn:aws:kms:us-east-1:${AWS::AccountId}:key/${It}",
                {"It": {"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::GetAtt": ["Key", "Arn"]}]}]}},
            ]
        },
        {"Fn::FindInMap": ["Keys", {"Ref": "Stage"}, "Arn"]},
        {"Fn::FindInMap": ["Keys", {"Ref": "Given"}, "Arn"]},
        {"Fn::FindInMap": ["Keys", "other", "Arn", {"DefaultValue": KEY_ARN}]},
        {"Fn::FindInMap": ["Keys", {"Ref": "Given"}, "Arn", {"DefaultValue": {"Ref": "Key"}}]},
        {"Ref": "Hidden"},
        {"Fn::Join": ["", ["arn:aws:kms:", {"Ref": "AWS::Region"}, f":{ACCOUNT}:key/", KEY_ID]]},
    ],
)
def test_functions_of_known_values_are_computed(key: object) -> None:
    assert verdicts(with_key(key)) == []


@pytest.mark.parametrize(
    "key",
    [
        {"Fn::Sub": "${!Key}"},
        {"Fn::Select": [0, {"Ref": "Keys"}]},
        {"Fn::FindInMap": ["Keys", {"Ref": "Stage"}, "Managed"]},
        {"Fn::FindInMap": ["Keys", "other", "Arn", {"DefaultValue": MANAGED}]},
        {"Fn::Sub": "alias/${Given}"},
        {"Fn::Sub": "x${Key}"},
        {"Fn::Sub": "arn:aws:kms:eu-west-1:${AWS::AccountId}:key/${Key}"},
        {"Fn::Sub": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/${{AWS::StackName}}"},
        {"Ref": "Name"},
    ],
)
def test_a_value_that_is_never_a_key_is_rejected_whatever_it_depends_on(key: object) -> None:
    assert verdicts(with_key(key), config=LENIENT) == [RULE]


ONLY_AWS_KNOWS = [
    {"Fn::ImportValue": "key"},
    {"Fn::ImportValue": {"Fn::Sub": "${Stage}-key"}},
    {"Ref": "Stored"},
    {"Ref": "Given"},
    "{{resolve:ssm:/keys/orders}}",
    {"Fn::Sub": "{{resolve:ssm:/keys/${Key}}}"},
    {"Fn::Join": ["", ["{{resolve:", "secretsmanager:key}}"]]},
    {"Fn::Sub": "arn:aws:kms:us-east-1:111122223333:key/${Given}"},
    {"Fn::GetAtt": ["Custom", "KeyArn"]},
    {"Fn::GetAtt": ["Inner", "Outputs.KeyArn"]},
    {"Fn::GetAtt": ["Stored2", "Value"]},
    {"Fn::Transform": {"Name": "AWS::Include"}},
    {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
    {"Fn::Select": [{"Ref": "Given"}, [KEY_ARN, MANAGED]]},
    {"Fn::FindInMap": [{"Ref": "AWS::Region"}, "x", "y", {"DefaultValue": KEY_ARN}]},
    {"Fn::Cidr": ["a", 1]},
]
OTHERS = {
    "Resources": {
        "Custom": {"Type": "Custom::Reader"},
        "Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://example.com"}},
        "Stored2": {"Type": "AWS::SSM::Parameter"},
    }
}


@pytest.mark.parametrize("key", ONLY_AWS_KNOWS, ids=str)
def test_values_that_only_aws_knows_are_rejected_or_left_to_the_policy_key_decided(key: object) -> None:
    sample = with_key(key, sections=OTHERS)

    assert verdicts(sample) == [RULE]
    assert verdicts(sample, config=LENIENT) == [DECIDED]


@pytest.mark.parametrize("is_preview", [True, False])
def test_values_that_only_aws_knows_pass_where_key_decided_is_advisory(
    is_preview: bool,
) -> None:
    found = Pack(LENIENT, is_preview=is_preview).run(with_key({"Fn::ImportValue": "key"}))

    (one,) = [one for one in found if one.policy in (RULE, DECIDED, FROM_STACK)]
    assert one.level == "advisory"
    assert 'comes from Fn::ImportValue "key"' in one.message


@pytest.mark.parametrize(
    "value", [{"Fn::ImportValue": "x"}, {"Ref": "Given"}, {"Fn::Transform": {"Name": "M"}}]
)
def test_an_unknown_setting_is_not_reported_as_disabled_encryption(value: object) -> None:
    for properties in (
        {"SSESpecification": value},
        {"SSESpecification": {"SSEEnabled": value, "KMSMasterKeyId": KEY_ARN}},
        {"SSESpecification": {**GOOD, "SSEType": value}},
        {"SSESpecification": {**GOOD, "Fn::Transform": {"Name": "M"}}},
    ):
        (message,) = violations(RULE, stack(properties))
        assert "comes from" in message
        assert "AWS owned key" not in message


def condition(one: object, other: object) -> dict[str, Any]:
    """A section of conditions with one that compares two values."""
    return {"Conditions": {"C": {"Fn::Equals": [one, other]}, "NotC": {"Fn::Not": [{"Condition": "C"}]}}}


CHOSEN = {"SSESpecification": {"Fn::If": ["C", GOOD, NO_VALUE]}}
AS_A_WHOLE = {"Fn::If": ["C", {"SSESpecification": GOOD}, {}]}


@pytest.mark.parametrize("properties", [CHOSEN, AS_A_WHOLE], ids=["specification", "properties"])
@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ({"Ref": "Stage"}, "test", []),
        ({"Ref": "Stage"}, "prod", [RULE]),
        ({"Ref": "AWS::StackName"}, "orders-prod", []),
        ({"Ref": "AWS::StackName"}, "orders-test", [RULE]),
        ({"Ref": "AWS::StackId"}, "", [RULE]),
        ({"Ref": "AWS::AccountId"}, "main", [RULE]),
        ({"Ref": "AWS::URLSuffix"}, "amazonaws.com", []),
        ({"Fn::Sub": "${AWS::StackName}-x"}, "orders-prod-x", []),
        ({"Fn::Length": {"Ref": "Keys"}}, "2", []),
        ({"Fn::ToJsonString": {"a": [1]}}, '{"a": [1]}', []),
        ({"Ref": "AWS::AccountId"}, ACCOUNT, [DECIDED]),
        ({"Fn::ImportValue": "stage"}, "test", [DECIDED]),
        ({"Fn::Sub": "x-${Given}"}, "x-y", [DECIDED]),
        ({"Fn::Sub": "x-${Given}"}, "y-y", [RULE]),
        ({"Ref": "Given"}, {"Ref": "Given"}, []),
    ],
)
def test_an_undecided_condition_has_both_branches_judged(
    properties: Any,  # noqa: ANN401  # any JSON
    one: object,
    other: object,
    verdict: list[str],
) -> None:
    sample = stack(properties, sections=condition(one, other), name="orders-prod")

    assert verdicts(sample, config=LENIENT) == verdict


def test_conditions_that_exclude_each_other_never_hold_together() -> None:
    conditions = {
        "Conditions": {
            "C": {"Fn::Equals": [{"Ref": "Given"}, "prod"]},
            "NotC": {"Fn::Not": [{"Condition": "C"}]},
            "Test": {"Fn::Equals": ["test", {"Ref": "Given"}]},
        }
    }
    consistent = {
        "SSESpecification": {
            "SSEEnabled": {"Fn::If": ["C", True, {"Fn::If": ["Test", False, True]}]},
            "KMSMasterKeyId": {"Fn::If": ["NotC", KEY_ARN, {"Fn::If": ["Test", MANAGED, KEY_ARN]}]},
        }
    }
    of_prod = stack(consistent, "C", sections=conditions)

    assert verdicts(of_prod) == []
    assert verdicts(stack(consistent, "Test", sections=conditions)) == [RULE]
    assert verdicts(stack(consistent, sections=conditions), config=LENIENT) == [DECIDED]


def test_a_parameter_has_one_of_its_allowed_values() -> None:
    on = {"SSESpecification": {"SSEEnabled": {"Ref": "On"}, "KMSMasterKeyId": KEY_ARN}}
    switch = {"SSESpecification": {"SSEEnabled": {"Ref": "Switch"}, "KMSMasterKeyId": KEY_ARN}}

    assert verdicts(stack(on)) == []
    assert verdicts(stack(on, parameters={"On": UNKNOWN})) == []
    assert verdicts(stack(switch), config=LENIENT) == [DECIDED]


KEY = Sample(types.KEY, {}, "key")
BUCKET = Sample("aws:s3/bucket:Bucket", {}, "bucket")
OPTIONAL = {
    "Parameters": {"K": {"Type": "String", "Default": ""}, "Stage": {"Type": "String"}},
    "Conditions": {"HasKey": {"Fn::Not": [{"Fn::Equals": [{"Ref": "K"}, ""]}]}},
}


@pytest.mark.parametrize(
    "properties",
    [
        {
            "SSESpecification": {
                "SSEEnabled": True,
                "KMSMasterKeyId": {"Fn::If": ["HasKey", {"Ref": "K"}, NO_VALUE]},
            }
        },
        {
            "SSESpecification": {
                "Fn::If": ["HasKey", {"SSEEnabled": True, "KMSMasterKeyId": {"Ref": "K"}}, NO_VALUE]
            }
        },
        {
            "Fn::If": [
                "HasKey",
                {"SSESpecification": {"SSEEnabled": True, "KMSMasterKeyId": {"Ref": "K"}}},
                {},
            ]
        },
    ],
    ids=["key", "specification", "properties"],
)
@pytest.mark.parametrize("company", [(), (BUCKET,)], ids=["alone", "with-a-bucket"])
def test_an_optional_key_is_pending_at_first_preview(properties: object, company: tuple[Sample, ...]) -> None:
    fed = replace(
        stack(properties, sections=OPTIONAL, parameters={"K": UNKNOWN, "Stage": UNKNOWN}),
        sources={"parameters": [KEY.urn, *(one.urn for one in company)]},
    )

    assert verdicts(fed, KEY, *company) == []
    assert verdicts(replace(fed, sources={}), KEY) == [DECIDED]
    assert verdicts(stack(properties, sections=OPTIONAL, parameters={"K": KEY_ARN})) == []
    assert verdicts(stack(properties, sections=OPTIONAL, parameters={"K": ""})) == [RULE]


def loop(body: dict[str, Any], names: object = ("Users", "Orders")) -> Sample:
    """A stack of a template with a loop over names."""
    collection = list(names) if isinstance(names, tuple) else names
    template: dict[str, Any] = {
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {"Names": {"Type": "CommaDelimitedList"}, "Make": {"Type": "String", "Default": "no"}},
        "Mappings": {
            "Cfg": {"Users": {"Sse": False, "Arn": KEY_ARN}, "Orders": {"Sse": True, "Arn": KEY_ARN}}
        },
        "Conditions": {
            "Fn::ForEach::C": ["Name", collection, {"Make${Name}": {"Fn::Equals": [{"Ref": "Make"}, "yes"]}}]
        },
        "Resources": {"Fn::ForEach::T": ["Name", collection, body]},
    }
    return Sample(types.CLOUDFORMATION_STACK, {"templateBody": json.dumps(template)})


def table(key: object, **rest: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    """A table of a template with this key."""
    specification = {"SSEEnabled": True, "KMSMasterKeyId": key}
    return {"Type": "AWS::DynamoDB::Table", "Properties": {"SSESpecification": specification}, **rest}


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({"${Name}Table": table({"Fn::FindInMap": ["Cfg", {"Ref": "Name"}, "Arn"]})}, 0),
        (
            {
                "${Name}Key": {"Type": "AWS::KMS::Key"},
                "${Name}Table": table({"Fn::GetAtt": [{"Fn::Sub": "${Name}Key"}, "Arn"]}),
            },
            0,
        ),
        (
            {
                "&{Name}Key": {"Type": "AWS::KMS::Key"},
                "${Name}Table": table({"Fn::GetAtt": ["${Name}Key", "Arn"]}),
            },
            0,
        ),
        ({"${Name}Table": table({"Fn::GetAtt": ["${Name}Key", "Arn"]})}, 2),
        ({"${Name}Table": table({"Ref": "Name"})}, 2),
        ({"${Name}Table": table(None, Condition="Make${Name}")}, 0),
        ({"Fn::ForEach::R": ["Region", ["A", "B"], {"${Name}${Region}": table(None)}]}, 4),
    ],
)
def test_each_iteration_of_a_loop_is_judged(body: dict[str, Any], count: int) -> None:
    assert len(violations(RULE, loop(body))) == count


def test_a_loop_over_unknown_names_has_tables_with_unknown_keys() -> None:
    named = loop({"${Name}Table": table({"Fn::Sub": "${Name}"})}, {"Ref": "Names"})
    without = loop({"${Name}Table": {"Type": "AWS::DynamoDB::Table"}}, {"Ref": "Names"})

    assert "comes from" in violations(RULE, named)[0]
    assert "has no encryption settings" in violations(RULE, without)[0]


def test_loops_with_too_many_iterations_are_not_expanded() -> None:
    body: dict[str, Any] = {}
    for number in range(6):
        body = {f"Fn::ForEach::L{number}": [f"V{number}", [str(n) for n in range(200)], body]}

    (message,) = violations(RULE, loop(body))

    assert "its loops have more than 1000 iterations" in message


def test_a_loop_in_a_property_is_expanded() -> None:
    specification = {
        "Fn::ForEach::S": ["Setting", ["SSEEnabled"], {"${Setting}": True}],
        "KMSMasterKeyId": KEY_ARN,
    }

    assert verdicts(stack({"SSESpecification": specification})) == []


def test_each_replica_of_a_global_table_is_judged_under_its_condition() -> None:
    def replicas(key: object) -> Sample:
        body = {
            "Parameters": {"Given": {"Type": "String"}},
            **condition({"Ref": "Given"}, "yes"),
            "Resources": {
                "Orders": {
                    "Type": "AWS::DynamoDB::GlobalTable",
                    "Properties": {
                        "SSESpecification": {"SSEEnabled": True},
                        "Replicas": [
                            {"Region": "us-east-1", "SSESpecification": {"KMSMasterKeyId": KEY_ARN}},
                            {"Region": "eu-west-1", "SSESpecification": {"KMSMasterKeyId": key}},
                        ],
                    },
                }
            },
        }
        return Sample(types.CLOUDFORMATION_STACK, {"templateBody": json.dumps(body)})

    assert verdicts(replicas({"Fn::If": ["C", REPLICA_KEY_ARN, REPLICA_KEY_ARN]})) == []
    assert verdicts(replicas({"Fn::If": ["C", KEY_ARN, MANAGED]}), config=LENIENT) == [RULE, RULE]
    assert verdicts(replicas({"Fn::If": ["C", REPLICA_KEY_ARN, NO_VALUE]}), config=LENIENT) == [DECIDED]
    assert "in eu-west-1" in violations(RULE, replicas(NO_VALUE))[0]


@pytest.mark.parametrize(
    ("given", "verdict"), [(KEY_ARN, []), ({"Ref": "Stage"}, [RULE]), ({"Ref": "Given"}, [DECIDED])]
)
def test_known_facts_about_parameters_apply_in_a_nested_stack(given: object, verdict: list[str]) -> None:
    inner = {
        "Parameters": {"K": {"Type": "String"}},
        "Resources": {"Orders": table({"Ref": "K"})},
    }
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateBody": json.dumps(inner), "Parameters": {"K": given}},
    }
    sample = stack({"SSESpecification": GOOD}, sections={"Resources": {"Inner": nested}})

    assert verdicts(sample, config=LENIENT) == verdict


def test_a_new_key_can_be_a_parameter_of_a_nested_stack_but_not_of_a_stack_set() -> None:
    inner = {"Parameters": {"K": {"Type": "String"}}, "Resources": {"Orders": table({"Ref": "K"})}}

    def nested(kind: str) -> Sample:
        given = {"K": {"Fn::GetAtt": ["Key", "Arn"]}}
        properties = {"TemplateBody": json.dumps(inner), "Parameters": given}
        resources = {"Inner": {"Type": kind, "Properties": properties}}
        return stack({"SSESpecification": GOOD}, sections={"Resources": resources})

    for provider in ({"region": "us-east-1"}, {"profile": "orders"}):
        of_stack = replace(nested("AWS::CloudFormation::Stack"), provider=provider)
        of_stack_set = replace(nested("AWS::CloudFormation::StackSet"), provider=provider)

        assert verdicts(of_stack) == []
        assert verdicts(of_stack_set, config=LENIENT) == [DECIDED]


def test_properties_from_a_macro_are_undecided() -> None:
    (message,) = violations(RULE, stack({"SSESpecification": GOOD, "Fn::Transform": {"Name": "M"}}))

    assert "comes from what a macro makes" in message


def test_an_unknown_stack_name_has_the_same_value_everywhere() -> None:
    chosen = {"Fn::If": ["C", {"Fn::FindInMap": ["Keys", {"Ref": "AWS::StackName"}, "Arn"]}, KEY_ARN]}
    sections = condition({"Ref": "AWS::StackName"}, "prod")
    sample = with_key(chosen, sections=sections, name=UNKNOWN)
    no_such_row = with_key(chosen, sections=condition({"Ref": "AWS::StackName"}, "other"), name=UNKNOWN)

    assert verdicts(sample) == []
    assert verdicts(no_such_row, config=LENIENT) == [DECIDED]


def test_unknown_values_with_a_common_prefix_are_different() -> None:
    def long(name: str) -> dict[str, Any]:
        return {"Fn::ImportValue": "x" * 200 + name}

    chosen = {"SSESpecification": {"Fn::If": ["C", GOOD, NO_VALUE]}}

    assert verdicts(stack(chosen, sections=condition(long("a"), long("a"))), config=LENIENT) == []
    assert verdicts(stack(chosen, sections=condition(long("a"), long("b"))), config=LENIENT) == [DECIDED]


def test_values_of_macros_are_never_assumed_equal() -> None:
    macro = {"Fn::Transform": {"Name": "M"}}
    sample = stack({"SSESpecification": {"Fn::If": ["C", GOOD, NO_VALUE]}}, sections=condition(macro, macro))

    assert verdicts(sample, config=LENIENT) == [DECIDED]


def test_an_allowed_value_can_be_empty() -> None:
    sections = {"Parameters": {"K": {"Type": "String", "AllowedValues": ["", KEY_ARN]}}}
    optional = {"Conditions": {"HasKey": {"Fn::Not": [{"Fn::Equals": [{"Ref": "K"}, ""]}]}}}
    key = {"Fn::If": ["HasKey", {"Ref": "K"}, {"Ref": "Key"}]}

    assert verdicts(with_key(key, sections={**sections, **optional})) == []


def test_an_unknown_template_body_is_judged_by_its_dependencies() -> None:
    sample = Sample(
        types.CLOUDFORMATION_STACK, {"templateBody": UNKNOWN}, sources={"templateBody": [KEY.urn]}
    )
    in_company = replace(sample, sources={"templateBody": [KEY.urn, BUCKET.urn]})

    assert verdicts(sample, KEY) == []
    assert verdicts(in_company, KEY, BUCKET) == [DECIDED]


def test_the_last_of_two_keys_of_the_same_name_counts_in_json() -> None:
    body = (
        '{"Resources": {"T": {"Type": "AWS::DynamoDB::Table", "Properties": '
        f'{{"SSESpecification": {json.dumps(GOOD)}, "SSESpecification": {{"SSEEnabled": false}}}}}}}}}}'
    )

    assert verdicts(Sample(types.CLOUDFORMATION_STACK, {"templateBody": body})) == [RULE]


def test_too_many_branches_leave_a_key_undecided() -> None:
    names = [f"P{number}" for number in range(20)]
    sections = {
        "Parameters": {name: {"Type": "String"} for name in names},
        "Conditions": {name: {"Fn::Equals": [{"Ref": name}, "yes"]} for name in names},
    }
    pieces = [{"Fn::If": [name, "a", "b"]} for name in names]

    assert verdicts(with_key({"Fn::Join": ["", pieces]}, sections=sections), config=LENIENT) == [DECIDED]
