"""Tables inside CloudFormation templates, with the functions that templates are written with."""

import json
from dataclasses import replace
from typing import Any

import pytest

from policies import resource_types as types
from tests.policies.analysis import UNKNOWN, Sample, violations
from tests.policies.baselines import ACCOUNT, KEY_ARN, REPLICA_KEY_ARN

RULE = "dynamodb-table-customer-managed-key"
IN_SIGHT = "dynamodb-table-declared-in-sight"
KEY_ID = KEY_ARN.rpartition("/")[2]


def stack(body: str, **properties: Any) -> Sample:  # noqa: ANN401  # any JSON
    """A CloudFormation stack with this template."""
    return Sample(types.CLOUDFORMATION_STACK, {"templateBody": body, **properties})


def table_with(key: str, rest: str = "") -> Sample:
    """A stack with a table in YAML, with this expression as its key."""
    return stack(f"""
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  KeyArn: {{Type: String, Default: {KEY_ARN}}}
  NoDefault: {{Type: String}}
  FromStore: {{Type: 'AWS::SSM::Parameter::Value<String>', Default: /keys/orders}}
Conditions:
  Secure: !Equals [!Ref NoDefault, "yes"]
Mappings:
  Keys:
    us-east-1: {{Arn: {KEY_ARN}, Managed: alias/aws/dynamodb}}
    eu-west-1: {{Arn: {KEY_ARN}, Managed: alias/aws/dynamodb}}
Resources:
  Key: {{Type: 'AWS::KMS::Key', Properties: {{EnableKeyRotation: true}}}}
  Replicated: {{Type: 'AWS::KMS::ReplicaKey', Properties: {{PrimaryKeyArn: x}}}}
  Alias: {{Type: 'AWS::KMS::Alias', Properties: {{AliasName: alias/orders, TargetKeyId: !Ref Key}}}}
  Other: {{Type: 'AWS::SQS::Queue'}}
  Nested: {{Type: 'AWS::CloudFormation::Stack', Properties: {{TemplateURL: https://example.com/t.yaml}}}}
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      SSESpecification:
        SSEEnabled: true
        SSEType: KMS
        KMSMasterKeyId: {key}
{rest}""")


@pytest.mark.parametrize(
    "key",
    [
        "!GetAtt Key.Arn",
        "!GetAtt [Key, Arn]",
        "!GetAtt Replicated.Arn",
        "!Ref Key",
        "{'Fn::GetAtt': [Key, Arn]}",
        "{'Fn::GetAtt': Key.Arn}",
        "{Ref: Key}",
        "!Sub '${Key.Arn}'",
        "!Sub 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${Key}'",
        "!Sub ['${It}', {It: !GetAtt Key.Arn}]",
        "!Join ['', ['arn:aws:kms:us-east-1:', !Ref 'AWS::AccountId', ':key/', !Ref Key]]",
        "!Ref KeyArn",
        KEY_ARN,
        "!If [Secure, !GetAtt Key.Arn, !Ref KeyArn]",
        "!FindInMap [Keys, us-east-1, Arn]",
        "!FindInMap [Keys, !Ref 'AWS::Region', Arn]",
        f"!Sub 'arn:${{AWS::Partition}}:kms:${{AWS::Region}}:${{AWS::AccountId}}:key/{KEY_ID}'",
        f"!Join [':', [arn, !Ref 'AWS::Partition', kms, us-east-1, !Ref 'AWS::AccountId', key/{KEY_ID}]]",
    ],
)
def test_key_of_the_template_or_known_arn_is_accepted(key: str) -> None:
    assert violations(RULE, table_with(key)) == []


@pytest.mark.parametrize(
    "key",
    [
        "!Ref AWS::NoValue",
        "!If [Secure, !GetAtt Key.Arn, !Ref 'AWS::NoValue']",
        "!If [Secure, !GetAtt Key.Arn, alias/aws/dynamodb]",
        "!If [Secure, !GetAtt Key.Arn]",
        "!Ref Alias",
        "!Ref Other",
        "!GetAtt Other.Arn",
        "!GetAtt Nested.Outputs.KeyArn",
        "!Ref NoDefault",
        "!Ref FromStore",
        "!Ref Missing",
        "!ImportValue shared-key",
        "!Sub 'alias/aws/dynamodb'",
        "!Sub 'arn:aws:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/dynamodb'",
        "!Join ['/', [alias, aws, dynamodb]]",
        "!Ref 'AWS::AccountId'",
        f"!Sub 'arn:aws:iam:${{AWS::Region}}:${{AWS::AccountId}}:key/{KEY_ID}'",
        "!FindInMap [Keys, us-east-1, Managed]",
        "!FindInMap [Keys, !Ref 'AWS::Region', Managed]",
        "!FindInMap [Keys, us-east-1, Missing]",
        "!Select [0, [a, b]]",
        "'{{resolve:ssm:/keys/orders}}'",
        "[]",
        "{}",
        "2026-01-01",
        "~",
    ],
)
def test_an_aws_key_or_an_unreadable_key_is_rejected(key: str) -> None:
    assert len(violations(RULE, table_with(key))) == 1


def test_a_parameter_of_the_stack_overrides_the_default() -> None:
    sample = table_with("!Ref KeyArn")
    chosen = Sample(sample.type, {**sample.properties, "parameters": {"KeyArn": "alias/aws/dynamodb"}})
    by_list = Sample(
        types.NATIVE_CLOUDFORMATION_STACK_SET,
        {
            **sample.properties,
            "parameters": [{"parameterKey": "KeyArn", "parameterValue": "alias/aws/dynamodb"}],
        },
    )

    assert len(violations(RULE, chosen)) == 1
    assert len(violations(RULE, by_list)) == 1


@pytest.mark.parametrize(
    ("key", "region", "accepted"),
    [
        ("arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/", "cn-north-1", True),
        ("arn:aws-cn:kms:${AWS::Region}:${AWS::AccountId}:key/", "cn-north-1", True),
        ("arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/", "cn-north-1", False),
        ("arn:aws:kms:us-east-1:${AWS::AccountId}:key/", "us-east-1", True),
        ("arn:aws:kms:us-east-1:${AWS::AccountId}:key/", "eu-west-1", False),
        ("arn:aws:kms:us-east-1:${AWS::AccountId}:key/", None, True),
        ("arn:aws-cn:kms:us-east-1:${AWS::AccountId}:key/", None, False),
    ],
)
def test_key_of_the_deployments_own_account_is_accepted_in_its_region(
    key: str, region: str | None, accepted: bool
) -> None:
    sample = table_with(f"!Sub '{key}{KEY_ID}'")
    deployed = replace(sample, provider={"region": region} if region else {})

    assert (violations(RULE, deployed) == []) is accepted


@pytest.mark.parametrize(
    "settings",
    [{"allowedKeyArns": [KEY_ARN]}, {"allowedAccounts": [ACCOUNT]}],
)
def test_a_key_that_only_the_deployment_knows_cannot_be_compared_with_a_list(
    settings: dict[str, Any],
) -> None:
    sample = table_with(f"!Sub 'arn:aws:kms:us-east-1:${{AWS::AccountId}}:key/{KEY_ID}'")

    found = violations(RULE, sample, config={RULE: {"enforcementLevel": "mandatory", **settings}})

    assert ["the policy's config does not decide whether it is allowed" in message for message in found] == [
        True
    ]


@pytest.mark.parametrize(("region", "accepted"), [("us-east-1", True), ("eu-west-1", False)])
def test_the_region_of_a_key_is_compared_where_it_is_known(region: str, accepted: bool) -> None:
    sample = table_with(f"!Sub 'arn:aws:kms:${{AWS::Region}}:${{AWS::AccountId}}:key/{KEY_ID}'")

    found = violations(
        RULE, sample, config={RULE: {"enforcementLevel": "mandatory", "allowedRegions": [region]}}
    )

    assert (found == []) is accepted


def test_a_stack_set_has_keys_of_the_regions_it_is_deployed_to() -> None:
    of_stack = table_with(KEY_ARN.replace("us-east-1", "eu-west-1"))
    of_set = replace(of_stack, type=types.CLOUDFORMATION_STACK_SET)

    assert len(violations(RULE, of_stack)) == 1
    assert violations(RULE, of_set) == []


@pytest.mark.parametrize("kind", ["AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet"])
def test_nested_templates_are_checked(kind: str) -> None:
    inner = {"Resources": {"Orders": {"Type": "AWS::DynamoDB::Table"}}}
    outer = {"Resources": {"Inner": {"Type": kind, "Properties": {"TemplateBody": json.dumps(inner)}}}}

    (message,) = violations(RULE, stack(json.dumps(outer)))

    assert "The table Orders in the template of Inner in the template has no encryption settings" in message


@pytest.mark.parametrize(
    "transform",
    ["AWS::Serverless-2016-10-31", "[AWS::LanguageExtensions]", "AWS::SecretsManager-2020-07-23", "[]"],
)
def test_transforms_that_add_no_table_do_not_hide_tables(transform: str) -> None:
    sample = stack(f"Transform: {transform}\nResources: {{Other: {{Type: 'AWS::SQS::Queue'}}}}")

    assert violations(IN_SIGHT, sample) == []


def test_parameter_that_is_a_new_key_of_the_program_is_pending() -> None:
    key = Sample(types.KEY, {}, "key")
    sample = table_with("!Ref NoDefault")
    fed = Sample(
        sample.type,
        {**sample.properties, "parameters": {"NoDefault": UNKNOWN}},
        sources={"parameters": [key.urn]},
    )

    assert violations(RULE, fed) == []
    assert violations("dynamodb-table-key-decided", fed, key) == []
    assert len(violations("dynamodb-table-key-decided", fed)) == 1


@pytest.mark.parametrize(
    "type_",
    [
        types.CLOUDFORMATION_STACK,
        types.CLOUDFORMATION_STACK_SET,
        types.NATIVE_CLOUDFORMATION_STACK,
        types.NATIVE_CLOUDFORMATION_STACK_SET,
    ],
)
def test_every_kind_of_stack_is_checked(type_: str) -> None:
    body = json.dumps({"Resources": {"Orders": {"Type": "AWS::DynamoDB::Table", "Properties": {}}}})

    assert (
        "The table Orders in the template has no encryption settings"
        in violations(RULE, Sample(type_, {"templateBody": body}))[0]
    )


@pytest.mark.parametrize("encryption", ["", "SSESpecification: {SSEEnabled: true}"])
def test_simple_table_of_the_serverless_model_needs_a_key(encryption: str) -> None:
    body = f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: {{Type: 'AWS::Serverless::SimpleTable', Properties: {{{encryption}}}}}
"""

    assert len(violations(RULE, stack(body))) == 1


@pytest.mark.parametrize(
    ("encryption", "accepted"),
    [
        (f"{{SSEEnabled: true, KMSMasterKeyId: '{KEY_ARN}'}}", True),
        ("{SSEEnabled: true, KMSMasterKeyId: alias/aws/dynamodb}", False),
    ],
)
def test_simple_table_takes_its_encryption_from_globals(encryption: str, accepted: bool) -> None:
    body = f"""
Globals: {{SimpleTable: {{SSESpecification: {encryption}}}}}
Resources: {{Orders: {{Type: 'AWS::Serverless::SimpleTable'}}}}
"""

    assert (violations(RULE, stack(body)) == []) is accepted


def test_tables_of_loops_are_checked() -> None:
    body = """
Resources:
  Fn::ForEach::Tables:
    - Name
    - [A, B]
    - Table${Name}: {Type: 'AWS::DynamoDB::Table', Properties: {TableName: !Ref Name}}
"""

    assert ["TableA" in one or "TableB" in one for one in violations(RULE, stack(body))] == [True, True]


def test_each_replica_of_a_global_table_needs_a_key_of_its_region() -> None:
    replicas = [
        {"Region": "us-east-1", "SSESpecification": {"KMSMasterKeyId": KEY_ARN}},
        {"Region": "eu-west-1", "SSESpecification": {"KMSMasterKeyId": REPLICA_KEY_ARN}},
    ]
    good = {"SSESpecification": {"SSEEnabled": True}, "Replicas": replicas}
    without = {"SSESpecification": {"SSEEnabled": True}, "Replicas": [replicas[0], {"Region": "eu-west-1"}]}
    wrong = {
        "SSESpecification": {"SSEEnabled": True},
        "Replicas": [replicas[0], {**replicas[0], "Region": "eu-west-1"}],
    }

    found = [
        violations(RULE, _global_table(state)) for state in (good, without, wrong, {"Replicas": replicas})
    ]

    assert [len(messages) for messages in found] == [0, 1, 1, 2]


def _global_table(state: dict[str, Any]) -> Sample:
    return Sample(
        types.CLOUD_CONTROL, {"typeName": "AWS::DynamoDB::GlobalTable", "desiredState": json.dumps(state)}
    )


def test_a_stack_created_through_cloud_control_is_checked() -> None:
    state = {"TemplateBody": json.dumps({"Resources": {"T": {"Type": "AWS::DynamoDB::Table"}}})}
    sample = Sample(
        types.CLOUD_CONTROL, {"typeName": "AWS::CloudFormation::Stack", "desiredState": json.dumps(state)}
    )

    assert len(violations(RULE, sample)) == 1


@pytest.mark.parametrize(
    "body",
    ["{", "[1]", "a: [", "!", "!Ref", "%", "\t", "null", "x", "a: !<tag:x> y", "", "Resources: &r {T: *r}"],
)
def test_template_that_cannot_be_read_does_not_pass(body: str) -> None:
    assert len(violations(RULE, stack(body))) == 1


@pytest.mark.parametrize("state", ["{", "[]x", "", "alias"])
def test_desired_state_that_cannot_be_read_does_not_pass(state: str) -> None:
    sample = Sample(types.CLOUD_CONTROL, {"typeName": "AWS::DynamoDB::Table", "desiredState": state})

    assert len(violations(RULE, sample)) == 1


@pytest.mark.parametrize(
    "sample",
    [
        Sample(types.CLOUDFORMATION_STACK, {"templateUrl": "https://example.com/t.yaml"}),
        Sample(
            types.SERVERLESS_APPLICATION,
            {"applicationId": "arn:aws:serverlessrepo:us-east-1:1:applications/x"},
        ),
        stack("Resources: {N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: https://x}}}"),
        stack("Resources: {N: {Type: 'AWS::Serverless::Application', Properties: {Location: https://x}}}"),
        stack("Transform: [Tables]\nResources: {Other: {Type: 'AWS::SQS::Queue'}}"),
        stack("Transform: {Name: 'AWS::Include', Parameters: {Location: 's3://x'}}\nResources: {}"),
        stack("Resources: {'Fn::Transform': {Name: 'AWS::Include', Parameters: {Location: 's3://x'}}}"),
        stack("Resources: {N: {Type: 'Acme::DynamoDB::Orders::MODULE'}}"),
        stack("Resources: {N: {Type: 'AWS::ServiceCatalog::CloudFormationProvisionedProduct'}}"),
        stack(
            "Resources: {N: {Type: 'AWS::CloudFormation::Stack', "
            "Properties: {TemplateBody: !ImportValue body}}}"
        ),
        Sample(types.PROVISIONED_PRODUCT, {"productName": "orders"}),
        Sample(types.NATIVE_PROVISIONED_PRODUCT, {"productId": "prod-1"}),
    ],
    ids=[
        "template-url",
        "serverless-repository",
        "nested-stack",
        "nested-application",
        "macro",
        "included-template",
        "included-resources",
        "module",
        "nested-product",
        "imported-template",
        "product",
        "native-product",
    ],
)
def test_templates_that_the_pack_cannot_read_are_reported(sample: Sample) -> None:
    assert "cannot be checked" in violations(IN_SIGHT, sample)[0]
    assert violations(RULE, sample) == []


def test_a_template_without_tables_passes() -> None:
    sample = stack("Resources: {Queue: {Type: 'AWS::SQS::Queue'}}")

    assert violations(RULE, sample) == []
    assert violations(IN_SIGHT, sample) == []


def test_the_other_policies_apply_to_tables_of_a_template() -> None:
    sample = table_with("!GetAtt Key.Arn")

    assert len(violations("dynamodb-table-point-in-time-recovery", sample)) == 1
    assert len(violations("dynamodb-table-deletion-protection", sample)) == 1


def test_key_policy_of_a_template_is_read_through_its_functions() -> None:
    body = """
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: !If [Production, true, false]
      KeyPolicy:
        Statement:
          - Effect: Allow
            Action: kms:*
            Principal: {AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}
          - !If [Open, {Effect: Allow, Action: 'kms:Decrypt', Principal: '*'}, !Ref AWS::NoValue]
Conditions: {Open: !Equals [!Ref Stage, test], Production: !Equals [!Ref Stage, prod]}
Parameters: {Stage: {Type: String, Default: test}}
"""
    wildcard, rotation = "kms-key-no-wildcard-principal", "kms-key-rotation-enabled"

    assert "allows the principal '*'" in violations(wildcard, stack(body))[0]
    assert "Rotation of the key Key in the template is set to false" in violations(rotation, stack(body))[0]
    for rule in (wildcard, rotation):
        assert violations(rule, stack(body, parameters={"Stage": "prod"})) == []
        (message,) = violations(rule, stack(body, parameters={"Stage": UNKNOWN}))
        assert "can't run policy" in message
        assert "the parameter Stage is" in message


@pytest.mark.parametrize("account", [ACCOUNT, None])
def test_key_policy_of_a_template_keeps_its_administrator(account: str | None) -> None:
    policy = {
        "Statement": {
            "Effect": "Allow",
            "Action": "kms:*",
            "Resource": "*",
            "Principal": {"AWS": {"Ref": "AWS::AccountId"}},
        }
    }
    body = json.dumps({"Resources": {"Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}}}})
    provider = {"region": "us-east-1", **({"allowedAccountIds": [account]} if account else {})}
    sample = Sample(types.CLOUDFORMATION_STACK, {"templateBody": body}, provider=provider)

    found = violations("kms-key-policy-keeps-administrator", sample)

    assert [message for message in found if "can't run policy" not in message] == []


TAKES_A_KEY = """
Parameters: {K: {Type: String, Default: KEY}}
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties: {SSESpecification: {SSEEnabled: true, KMSMasterKeyId: !Ref K}}
"""
MANAGED = "alias/aws/dynamodb"
BY_NAME = {"K": MANAGED}
BY_LIST = [{"ParameterKey": "K", "ParameterValue": MANAGED}]


def taking(default: str) -> str:
    """A template whose table has the key of its parameter K."""
    return TAKES_A_KEY.replace("KEY", default)


@pytest.mark.parametrize(
    "sample",
    [
        Sample(
            types.CLOUD_CONTROL,
            {
                "typeName": "AWS::CloudFormation::Stack",
                "desiredState": json.dumps({"TemplateBody": taking(KEY_ARN), "Parameters": BY_NAME}),
            },
        ),
        Sample(
            types.NATIVE_EXTENSION,
            {
                "type": "AWS::CloudFormation::StackSet",
                "properties": {"TemplateBody": taking(KEY_ARN), "Parameters": BY_LIST},
            },
        ),
        Sample(
            types.NATIVE_CLOUDFORMATION_STACK_SET,
            {"templateBody": taking(KEY_ARN), "stackInstancesGroup": [{"parameterOverrides": BY_LIST}]},
        ),
        stack(
            json.dumps(
                {
                    "Resources": {
                        "Inner": {
                            "Type": "AWS::CloudFormation::StackSet",
                            "Properties": {
                                "TemplateBody": taking(KEY_ARN),
                                "StackInstancesGroup": [{"ParameterOverrides": BY_LIST}],
                            },
                        }
                    }
                }
            )
        ),
    ],
    ids=["cloud-control", "extension", "instances", "nested-instances"],
)
def test_parameters_count_wherever_they_are_given(sample: Sample) -> None:
    (message,) = violations(RULE, sample)

    assert "alias/aws/dynamodb" in message


@pytest.mark.parametrize(
    "parameters",
    [UNKNOWN, [UNKNOWN], [{"parameterKey": UNKNOWN, "parameterValue": MANAGED}]],
    ids=["all", "one", "name"],
)
def test_unknown_parameters_may_contain_any_key(parameters: object) -> None:
    key = Sample(types.KEY, {}, "key")
    properties = {"templateBody": taking("alias/aws/dynamodb"), "parameters": parameters}
    fed = Sample(types.CLOUDFORMATION_STACK, properties, sources={"parameters": [key.urn]})

    assert violations(RULE, fed) == []
    assert violations("dynamodb-table-key-decided", fed, key) == []
    assert len(violations(RULE, fed, is_preview=False)) == 1


def test_overridden_parameters_of_separate_stack_instances_are_reported() -> None:
    for type_ in (types.CLOUDFORMATION_STACK_SET_INSTANCE, types.CLOUDFORMATION_STACK_INSTANCES):
        overridden = Sample(type_, {"stackSetName": "orders", "parameterOverrides": {"K": MANAGED}})
        plain = Sample(type_, {"stackSetName": "orders"})

        assert "are overridden" in violations(IN_SIGHT, overridden)[0]
        assert violations(IN_SIGHT, plain) == []


@pytest.mark.parametrize(
    ("key", "accepted"),
    [
        ("!FindInMap [Keys, eu-central-1, Arn, {DefaultValue: !GetAtt Key.Arn}]", True),
        ("!FindInMap [Keys, eu-central-1, Arn, {DefaultValue: alias/aws/dynamodb}]", False),
        ("!FindInMap [Keys, us-east-1, Arn, {DefaultValue: alias/aws/dynamodb}]", True),
        ("!FindInMap [Keys, !ImportValue region, Arn, {DefaultValue: alias/aws/dynamodb}]", False),
        ("!FindInMap [ByAccount, 111122223333, Arn]", True),
        ("!FindInMap [ByAccount, '111122223333', Arn]", True),
    ],
)
def test_mappings_may_have_defaults_and_numbers_as_names(key: str, accepted: bool) -> None:
    body = table_with(key).properties["templateBody"]
    by_account = f"Mappings:\n  ByAccount: {{111122223333: {{Arn: '{KEY_ARN}'}}}}"
    sample = stack(body.replace("Mappings:", by_account))

    assert (violations(RULE, sample) == []) is accepted


CONDITIONS = """
Parameters:
  Stage: {Type: String, Default: test}
  Size: {Type: Number, Default: 1}
Conditions:
  Production: !Equals [!Ref Stage, prod]
  Test: !Not [Condition: Production]
  Here: !Equals [!Ref AWS::Region, us-east-1]
  Both: !And [!Condition Production, !Condition Here]
  Either: !Or [!Equals [a, b], !Condition Here]
  Elsewhere: !Equals [!Ref AWS::AccountId, "444455556666"]
  Small: !Equals [!Ref Size, "2"]
  Round: !Not [Condition: Round]
  Circle: !Equals [!If [Circle, a, b], a]
"""


@pytest.mark.parametrize(
    ("condition", "parameters", "made"),
    [
        ("Production", {}, False),
        ("Production", {"Stage": "prod"}, True),
        ("Production", {"Stage": UNKNOWN}, True),
        ("Test", {}, True),
        ("Test", {"Stage": "prod"}, False),
        ("Here", {}, True),
        ("Both", {}, False),
        ("Both", {"Stage": "prod"}, True),
        ("Either", {}, True),
        ("Elsewhere", {}, True),
        ("Small", {}, False),
        ("Small", {"Size": "2"}, True),
        ("Round", {}, True),
        ("Circle", {}, True),
        ("Missing", {}, True),
    ],
)
def test_a_table_is_ignored_only_if_its_condition_is_known_to_be_false(
    condition: str, parameters: dict[str, Any], made: bool
) -> None:
    body = f"""{CONDITIONS}
Resources:
  Orders: {{Type: AWS::DynamoDB::Table, Condition: {condition}, Properties: {{}}}}
"""

    assert bool(violations(RULE, stack(body, parameters=parameters))) is made


def test_only_the_branch_of_a_known_condition_is_judged() -> None:
    body = f"""{CONDITIONS}
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      SSESpecification: !If
        - Production
        - {{SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: '{KEY_ARN}'}}
        - !Ref AWS::NoValue
"""

    assert violations(RULE, stack(body, parameters={"Stage": "prod"})) == []
    assert len(violations(RULE, stack(body, parameters={"Stage": "test"}))) == 1
    undecided = stack(body, parameters={"Stage": UNKNOWN})
    assert violations(RULE, undecided) == []
    (message,) = violations("dynamodb-table-key-decided", undecided)
    assert (
        "If the parameter Stage is not 'prod', the table Orders in the template has no encryption" in message
    )
    assert len(violations(RULE, undecided, is_preview=False)) == 1


def test_a_replica_whose_condition_is_false_is_ignored() -> None:
    body = f"""
Conditions: {{Eu: !Equals [a, b]}}
Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      SSESpecification: {{SSEEnabled: true, SSEType: KMS}}
      Replicas:
        - {{Region: us-east-1, SSESpecification: {{KMSMasterKeyId: '{KEY_ARN}'}}}}
        - !If
          - Eu
          - {{Region: eu-west-1, SSESpecification: {{KMSMasterKeyId: '{REPLICA_KEY_ARN}'}}}}
          - !Ref AWS::NoValue
"""

    assert violations(RULE, stack(body)) == []


@pytest.mark.parametrize(
    ("own", "accepted"),
    [
        (f"{{KMSMasterKeyId: '{KEY_ARN}'}}", True),
        ("{KMSMasterKeyId: alias/aws/dynamodb}", False),
        ("!If [C, {SSEEnabled: false}, {SSEEnabled: false}]", False),
    ],
)
def test_a_simple_tables_own_settings_are_merged_into_the_templates(own: str, accepted: bool) -> None:
    body = f"""
Globals: {{SimpleTable: {{SSESpecification: {{SSEEnabled: true}}}}}}
Resources: {{Orders: {{Type: 'AWS::Serverless::SimpleTable', Properties: {{SSESpecification: {own}}}}}}}
"""

    assert (violations(RULE, stack(body)) == []) is accepted


def test_properties_from_a_macro_are_reported() -> None:
    body = (
        table_with("!GetAtt Key.Arn")
        .properties["templateBody"]
        .replace("      SSESpecification:", "      'Fn::Transform': {Name: Change}\n      SSESpecification:")
    )

    assert "has properties from a macro" in "".join(violations(IN_SIGHT, stack(body)))


@pytest.mark.parametrize(
    "key",
    [KEY_ARN, KEY_ID, f"!Sub 'arn:aws:kms:us-east-1:${{AWS::AccountId}}:key/{KEY_ID}'"],
)
def test_a_key_on_the_deny_list_is_rejected_in_every_form(key: str) -> None:
    denied = {RULE: {"enforcementLevel": "mandatory", "deniedKeyArns": [KEY_ARN]}}

    (message,) = violations(RULE, table_with(key), config=denied)

    assert "which the policy's config denies" in message


def test_nested_conditions_are_judged_quickly() -> None:
    nested = "!GetAtt Key.Arn"
    for _ in range(60):
        nested = f"!If [Secure, !GetAtt Key.Arn, {nested}]"
    body = table_with(nested).properties["templateBody"]
    switch = "true"
    for _ in range(60):
        switch = f"!If [Secure, true, {switch}]"

    assert violations(RULE, stack(body.replace("SSEEnabled: true", f"SSEEnabled: {switch}"))) == []
