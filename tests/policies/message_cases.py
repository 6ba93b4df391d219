"""Small stacks for messages that no disallowed sample causes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policies import resource_types as types
from tests.policies.analysis import UNKNOWN, Sample
from tests.policies.baselines import ACCOUNT, KEY_ARN, KEY_ID, ROOT, baseline, document, statement


@dataclass(frozen=True)
class Case:
    """One stack, the policy whose messages are read, and the pack's config."""

    policy: str
    title: str
    resources: tuple[Sample, ...]
    config: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


MAIN = "dynamodb-table-customer-managed-key"
DECIDED = "dynamodb-table-key-decided"
WILDCARD = "kms-key-no-wildcard-principal"
TABLE_WILDCARD = "dynamodb-table-policy-no-wildcard-principal"
ADMINISTRATOR = "kms-key-policy-keeps-administrator"
DECRYPT = "iam-policy-no-decrypt-on-all-keys"
CURRENT = "waivers-current"
OTHER_KEY = KEY_ARN.replace(ACCOUNT, "444455556666")


def _table(**changes: Any) -> Sample:  # noqa: ANN401  # any JSON
    return baseline(types.TABLE, **changes)


def _encrypted(key: object, **settings: Any) -> tuple[Sample, ...]:  # noqa: ANN401  # any JSON
    return (_table(serverSideEncryption={"enabled": True, "kmsKeyArn": key, **settings}, replicas=None),)


def _table_of_key() -> Sample:
    """A table whose key is the stack's own, and unknown."""
    properties = _table(
        serverSideEncryption={"enabled": True, "kmsKeyArn": UNKNOWN}, replicas=None
    ).properties
    key = baseline(types.KEY).urn
    return Sample(types.TABLE, properties, sources={"serverSideEncryption": [key]})


def _template(
    properties: Mapping[str, Any],
    kind: object = "AWS::DynamoDB::Table",
    **more: Any,  # noqa: ANN401  # any JSON
) -> tuple[Sample, ...]:
    resources = {
        "Orders": {"Type": kind, "Properties": properties},
        **more.pop("extra", {}),
    }
    return (
        Sample(types.CLOUDFORMATION_STACK, {"templateBody": json.dumps({"Resources": resources, **more})}),
    )


def _template_key(key: object, **more: Any) -> tuple[Sample, ...]:  # noqa: ANN401  # any JSON
    return _template({"SSESpecification": {"SSEEnabled": True, "KMSMasterKeyId": key}}, **more)


def _key(*statements: Any, **changes: Any) -> tuple[Sample, ...]:  # noqa: ANN401  # any JSON
    policy = {"policy": json.dumps(document(*statements))} if statements else {}
    return (baseline(types.KEY, **policy, **changes),)


def _native_key(*statements: Any) -> tuple[Sample, ...]:  # noqa: ANN401  # any JSON
    return (baseline(types.NATIVE_KEY, keyPolicy=document(*statements)),)


def _settings(**own: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401  # any JSON
    return {MAIN: own}


WAIVER = {
    "owner": "orders-team",
    "reason": "rebuilt every night",
    "scope": "urn:pulumi:prod::*",
    "expires": "2027-03-24",
}
EVERYBODY = statement(Principal="*", Action="kms:Decrypt")
IMPORTED = {"Fn::ImportValue": "orders-key"}
CONDITION = {"Conditions": {"Prod": {"Fn::Equals": [{"Ref": "AWS::StackName"}, "prod"]}}}

CASES = (
    Case(MAIN, "the alias of an AWS managed key", _encrypted("alias/aws/dynamodb")),
    Case(MAIN, "an alias", _encrypted("alias/orders")),
    Case(MAIN, "an ARN with white space", _encrypted(f"{KEY_ARN} ")),
    Case(MAIN, "a key id where an ARN belongs", _encrypted(KEY_ID)),
    Case(MAIN, "other text", _encrypted("orders")),
    Case(MAIN, "no text", _encrypted(5.0)),
    Case(MAIN, "unknown encryption", (_table(serverSideEncryption=UNKNOWN, replicas=None),)),
    Case(MAIN, "unknown key", _encrypted(UNKNOWN)),
    Case(
        MAIN,
        "unknown switch",
        (_table(serverSideEncryption={"enabled": UNKNOWN, "kmsKeyArn": KEY_ARN}, replicas=None),),
    ),
    Case(MAIN, "unknown replicas", (_table(replicas=UNKNOWN),)),
    Case(MAIN, "replicas that are not a list", (_table(replicas=5.0),)),
    Case(MAIN, "an unknown witness", (_table(replicas=None, globalTableWitness=UNKNOWN),)),
    Case(
        MAIN,
        "a nested stack without resources",
        _template({"TemplateBody": {"Resources": None}}, "AWS::CloudFormation::Stack"),
    ),
    Case(MAIN, "encryption turned off", _encrypted(KEY_ARN, enabled=False)),
    Case(
        MAIN,
        "another encryption type",
        _template({"SSESpecification": {"SSEEnabled": True, "SSEType": "AES256"}}),
    ),
    Case(MAIN, "key in another Region", _encrypted(KEY_ARN.replace("us-east-1", "eu-west-1"))),
    Case(MAIN, "Region that is not allowed", _encrypted(KEY_ARN), _settings(allowedRegions=["eu-west-1"])),
    Case(
        MAIN,
        "unknown key in a Region that is not allowed",
        _encrypted(UNKNOWN),
        _settings(allowedRegions=["eu-west-1"]),
    ),
    Case(MAIN, "account that is not allowed", _encrypted(OTHER_KEY), _settings(allowedAccounts=[ACCOUNT])),
    Case(MAIN, "denied key", _encrypted(KEY_ARN), _settings(deniedKeyArns=[KEY_ARN])),
    Case(MAIN, "key that is not listed", _encrypted(KEY_ARN), _settings(allowedKeyArns=[OTHER_KEY])),
    Case(MAIN, "key id where keys are listed", _template_key(KEY_ID), _settings(allowedKeyArns=[KEY_ARN])),
    Case(MAIN, "denied key id", _template_key(KEY_ID), _settings(deniedKeyArns=[KEY_ARN])),
    Case(MAIN, "key that another stack exports", _template_key(IMPORTED)),
    Case(
        MAIN,
        "key of the template's account in another Region",
        _template_key({"Fn::Sub": "arn:aws:kms:eu-west-1:${AWS::AccountId}:key/" + KEY_ID}),
    ),
    Case(MAIN, "alias that a template makes", _template_key({"Fn::Sub": "alias/${AWS::StackName}"})),
    Case(
        MAIN,
        "undecided condition",
        _template(
            {
                "SSESpecification": {
                    "Fn::If": [
                        "Prod",
                        {"SSEEnabled": True, "KMSMasterKeyId": KEY_ARN},
                        {"Ref": "AWS::NoValue"},
                    ]
                }
            },
            **CONDITION,
        ),
    ),
    Case(MAIN, "unknown template", (Sample(types.CLOUDFORMATION_STACK, {"templateBody": UNKNOWN}),)),
    Case(MAIN, "template that cannot be read", (Sample(types.CLOUDFORMATION_STACK, {"templateBody": "{"}),)),
    Case(
        MAIN,
        "alias that the stack reads",
        (
            *_encrypted(KEY_ARN),
            Sample(
                types.ALIAS,
                {"name": "alias/aws/dynamodb", "targetKeyId": KEY_ID, "targetKeyArn": KEY_ARN},
                "read",
            ),
        ),
    ),
    Case(
        MAIN, "setting that the policy does not have", _encrypted(KEY_ARN), _settings(allowedKeys=[KEY_ARN])
    ),
    Case(
        DECIDED,
        "key of a template that another stack exports",
        _template_key(IMPORTED),
        {DECIDED: {"enforcementLevel": "advisory"}},
    ),
    Case(
        WILDCARD,
        "part of a name",
        _key(statement(), statement(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"})),
    ),
    Case(
        WILDCARD,
        "all but one",
        _key(
            statement(),
            {k: v for k, v in {**EVERYBODY, "NotPrincipal": {"AWS": ROOT}}.items() if k != "Principal"},
        ),
    ),
    Case(
        WILDCARD, "everybody, by a statement with a name", _key(statement(), {**EVERYBODY, "Sid": "Readers"})
    ),
    Case(WILDCARD, "policy that cannot be read", (baseline(types.KEY, policy="{"),)),
    Case(WILDCARD, "unknown policy", (baseline(types.NATIVE_KEY, keyPolicy=UNKNOWN),)),
    Case(WILDCARD, "unknown principal", _native_key(statement(), statement(Principal={"AWS": UNKNOWN}))),
    Case(TABLE_WILDCARD, "unknown policy", (baseline(types.TABLE_RESOURCE_POLICY, policy=UNKNOWN),)),
    Case(ADMINISTRATOR, "nobody", _key(statement(Action="kms:Decrypt"))),
    Case(ADMINISTRATOR, "everybody denied", _key(statement(), statement(Effect="Deny", Principal="*"))),
    Case(
        ADMINISTRATOR,
        "another account",
        (
            Sample(
                types.KEY,
                baseline(
                    types.KEY, policy=json.dumps(document(statement(Principal={"AWS": "444455556666"})))
                ).properties,
                provider={"region": "us-east-1", "allowedAccountIds": f'["{ACCOUNT}"]'},
            ),
        ),
    ),
    Case(ADMINISTRATOR, "unknown administrator", _native_key(statement(Principal={"AWS": UNKNOWN}))),
    Case(
        DECRYPT,
        "all keys but some",
        (
            baseline(
                types.IAM_POLICY,
                policy=json.dumps(
                    document({"Effect": "Allow", "Action": "kms:Decrypt", "NotResource": KEY_ARN})
                ),
            ),
        ),
    ),
    Case("kms-key-rotation-enabled", "turned off", _key(enableKeyRotation=False)),
    Case("kms-key-rotation-enabled", "unknown", _key(enableKeyRotation=UNKNOWN)),
    Case("kms-key-enabled", "unknown", _key(isEnabled=UNKNOWN)),
    Case("kms-key-deletion-window", "unknown", _key(deletionWindowInDays=UNKNOWN)),
    Case("kms-key-lockout-check-kept", "unknown", _key(bypassPolicyLockoutSafetyCheck=UNKNOWN)),
    Case(
        "dynamodb-table-point-in-time-recovery",
        "unknown",
        (_table(pointInTimeRecovery={"enabled": UNKNOWN}),),
    ),
    Case("dynamodb-table-deletion-protection", "turned off", (_table(deletionProtectionEnabled=False),)),
    Case(
        "dynamodb-table-copies-reviewed",
        "unknown key",
        (Sample(types.TABLE_EXPORT, {"s3SseAlgorithm": "KMS", "s3SseKmsKeyId": UNKNOWN}),),
    ),
    Case(
        "dynamodb-table-copies-reviewed",
        "streams of a table and its replica",
        _template(
            {
                "KinesisStreamSpecification": {
                    "StreamArn": "arn:aws:kinesis:us-east-1:111122223333:stream/orders"
                }
            }
        ),
    ),
    Case(
        "dynamodb-table-declared-in-sight",
        "stack set with other parameters",
        (
            Sample(
                types.CLOUDFORMATION_STACK_SET_INSTANCE,
                {"stackSetName": "orders", "parameterOverrides": {"Key": "x"}},
            ),
        ),
    ),
    Case(
        "dynamodb-table-declared-in-sight",
        "product",
        (Sample(types.PROVISIONED_PRODUCT, {"productName": "table"}),),
    ),
    Case(
        "dynamodb-table-declared-in-sight",
        "application",
        (
            Sample(
                types.SERVERLESS_APPLICATION,
                {"applicationId": "arn:aws:serverlessrepo:us-east-1:111122223333:applications/orders"},
            ),
        ),
    ),
    Case("dynamodb-table-declared-in-sight", "macro", _template({}, Transform=["Orders"])),
    Case("dynamodb-table-declared-in-sight", "module", _template({}, kind="Acme::Orders::Table::MODULE")),
    Case(
        "dynamodb-table-declared-in-sight",
        "nested stack at a URL",
        _template({"TemplateURL": "https://example.com/orders.json"}, kind="AWS::CloudFormation::Stack"),
    ),
    Case(
        MAIN,
        "extension of an unknown type",
        (Sample(types.NATIVE_EXTENSION, {"type": UNKNOWN, "properties": {}}),),
    ),
    Case(
        MAIN,
        "desired state that is not JSON",
        (Sample(types.CLOUD_CONTROL, {"typeName": "AWS::DynamoDB::Table", "desiredState": "{"}),),
    ),
    Case(MAIN, "resource without a type", _template({}, kind=5)),
    Case(
        MAIN,
        "global table with replicas that are not a list",
        _template({"Replicas": 5}, kind="AWS::DynamoDB::GlobalTable"),
    ),
    Case(
        "dynamodb-table-declared-in-sight",
        "included resources",
        _template({}, extra={"Fn::Transform": {"Name": "AWS::Include"}}),
    ),
    Case(
        "dynamodb-table-declared-in-sight",
        "properties from a macro",
        _template({"Fn::Transform": {"Name": "Orders"}}),
    ),
    Case(
        "dynamodb-table-declared-in-sight",
        "nested stack with hidden properties",
        _template(
            {"Fn::GetAtt": ["Reader", "Stack"]},
            kind="AWS::CloudFormation::Stack",
            extra={"Reader": {"Type": "Custom::Reader"}},
        ),
    ),
    Case(
        DECIDED,
        "key of the stack where keys are listed",
        (_table_of_key(), baseline(types.KEY)),
        _settings(allowedKeyArns=[KEY_ARN]),
    ),
    Case(
        "dynamodb-table-key-symmetric",
        "key whose kind a condition decides",
        _template_key(
            {"Fn::GetAtt": ["Key", "Arn"]},
            extra={
                "Key": {
                    "Type": "AWS::KMS::Key",
                    "Properties": {"KeySpec": {"Fn::If": ["Prod", "SYMMETRIC_DEFAULT", "RSA_2048"]}},
                }
            },
            **CONDITION,
        ),
    ),
    Case(
        WILDCARD,
        "principal that another stack exports",
        _template(
            {"KeyPolicy": document(statement(), statement(Principal={"AWS": {"Fn::ImportValue": "reader"}}))},
            kind="AWS::KMS::Key",
        ),
    ),
    *(
        Case(
            "dynamodb-table-deletion-protection",
            title,
            (_table(deletionProtectionEnabled=False),),
            {"dynamodb-table-deletion-protection": {"waivers": [{**WAIVER, **changes}]}},
        )
        for title, changes in (
            ("waiver that has expired", {"expires": "2026-11-01"}),
            ("waiver that lasts too long", {"expires": "2028-11-01"}),
            ("waiver without a date", {"expires": "2026-02-31"}),
            ("waiver of everything", {"scope": "urn:pulumi:*"}),
            ("waiver of a resource of a template", {"logicalIds": ["Orders"]}),
        )
    ),
    Case(
        "dynamodb-table-deletion-protection",
        "waiver that leaves out a logical id",
        _template({}),
        {"dynamodb-table-deletion-protection": {"waivers": [{**WAIVER, "logicalIds": ["Web"]}]}},
    ),
)
