"""A compliant resource of each type; tests change or remove one property."""

import json
from copy import deepcopy
from typing import Any

from policies import resource_types as types
from tests.policies.analysis import Sample

ACCOUNT = "111122223333"
KEY_ID = "0f4b3a9e-6c1d-4e7a-9b52-8d3c7f10a6e4"
KEY_ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{KEY_ID}"
REPLICA_KEY_ARN = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/b7c5d2e1-3f48-4a69-8e0b-1c9d6a5f4e32"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def statement(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    """The statement with which AWS lets the account's administrators manage a key."""
    return {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*", **changes}


def document(*statements: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


KEY_POLICY = json.dumps(document(statement()))
CLOUDFORMATION_TABLE: dict[str, Any] = {
    "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY_ARN},
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    "DeletionProtectionEnabled": True,
}
NATIVE_TABLE: dict[str, Any] = {
    "sseSpecification": {"sseEnabled": True, "sseType": "KMS", "kmsMasterKeyId": KEY_ARN},
    "pointInTimeRecoverySpecification": {"pointInTimeRecoveryEnabled": True},
    "deletionProtectionEnabled": True,
}


def template(**resources: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    """A CloudFormation template."""
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


BASELINES: dict[str, dict[str, Any]] = {
    types.TABLE: {
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY_ARN},
        "pointInTimeRecovery": {"enabled": True},
        "deletionProtectionEnabled": True,
        "replicas": [
            {
                "regionName": "eu-west-1",
                "kmsKeyArn": REPLICA_KEY_ARN,
                "pointInTimeRecovery": True,
                "deletionProtectionEnabled": True,
            }
        ],
    },
    types.TABLE_REPLICA: {
        "globalTableArn": f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders",
        "kmsKeyArn": KEY_ARN,
        "pointInTimeRecovery": True,
        "deletionProtectionEnabled": True,
    },
    types.NATIVE_TABLE: NATIVE_TABLE,
    types.NATIVE_GLOBAL_TABLE: {
        "sseSpecification": {"sseEnabled": True},
        "replicas": [
            {
                "region": "us-east-1",
                "sseSpecification": {"kmsMasterKeyId": KEY_ARN},
                "pointInTimeRecoverySpecification": {"pointInTimeRecoveryEnabled": True},
                "deletionProtectionEnabled": True,
            }
        ],
    },
    types.CLOUD_CONTROL: {
        "typeName": "AWS::DynamoDB::Table",
        "desiredState": json.dumps(CLOUDFORMATION_TABLE),
    },
    types.NATIVE_EXTENSION: {"type": "AWS::DynamoDB::Table", "properties": CLOUDFORMATION_TABLE},
    types.CLOUDFORMATION_STACK: {
        "templateBody": json.dumps(
            template(Orders={"Type": "AWS::DynamoDB::Table", "Properties": CLOUDFORMATION_TABLE})
        )
    },
    types.KEY: {
        "enableKeyRotation": True,
        "deletionWindowInDays": 30,
        "isEnabled": True,
        "policy": KEY_POLICY,
    },
    types.NATIVE_KEY: {"enableKeyRotation": True, "keyPolicy": document(statement())},
    types.REPLICA_KEY: {"primaryKeyArn": REPLICA_KEY_ARN, "policy": KEY_POLICY},
    types.EXTERNAL_KEY: {"policy": KEY_POLICY, "enabled": True},
    types.KEY_POLICY: {"keyId": KEY_ID, "policy": KEY_POLICY},
    types.ALIAS: {"name": "alias/orders", "targetKeyId": KEY_ID},
    types.TABLE_RESOURCE_POLICY: {
        "policy": json.dumps(document(statement(Action="dynamodb:GetItem"))),
    },
    types.IAM_POLICY: {
        "policy": json.dumps(document({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY_ARN})),
    },
    types.IAM_ROLE: {
        "inlinePolicies": [
            {
                "name": "read",
                "policy": json.dumps(document({"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"})),
            }
        ]
    },
}


def baseline(type_: str, name: str = "sample", /, **changes: Any) -> Sample:  # noqa: ANN401  # any JSON
    """A compliant resource with top-level properties changed; None removes one."""
    properties = {**deepcopy(BASELINES[type_]), **changes}
    return Sample(type_, {key: value for key, value in properties.items() if value is not None}, name)
