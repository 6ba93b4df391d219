"""Statements that people add are refused where AWS would refuse them, before anything is made."""

from typing import Any

import pulumi
import pytest

from components.policy_statements import check_key_statement, check_table_statement

ROLE = "arn:aws:iam::111122223333:role/backup"
VALID: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "kms:Decrypt"}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"Sid": "Backup", "Resource": "*"},
        {"Principal": {"AWS": [ROLE, "444455556666"]}},
        {"Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/backup/session"}},
        {"Principal": {"AWS": "arn:aws-cn:iam::111122223333:root"}},
        {"Principal": {"Service": "backup.amazonaws.com"}},
        {"Effect": "Deny", "Principal": "*"},
        {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}},
        {"Effect": "Deny", "Principal": {"AWS": "*"}},
        {"Action": ["kms:Generate*", "KMS:decrypt"]},
        {"Action": "*"},
        {"Condition": {"StringEquals": {"kms:CallerAccount": ["111122223333"]}}},
    ],
)
def test_statements_that_kms_accepts_are_taken_for_this_key(more: dict[str, Any]) -> None:
    assert check_key_statement({**VALID, **more}) == {**VALID, **more, "Resource": "*"}


def test_a_denial_with_not_principal_is_accepted() -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": ROLE}, "NotAction": "kms:DescribeKey"}

    assert check_key_statement(statement) == {**statement, "Resource": "*"}


@pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK gives it no type
def test_outputs_of_other_resources_are_left_for_kms_to_check() -> None:
    role = pulumi.Output.from_input(ROLE)

    for principal in ({"AWS": role}, {"AWS": [role, ROLE]}):
        assert check_key_statement({**VALID, "Principal": principal})["Principal"] is principal


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"Efect": "Allow"}, "unknown element 'Efect'"),
        ({"Effect": "allow"}, "Effect is 'allow'; give 'Allow' or 'Deny'"),
        ({"Effect": ["Allow"]}, "Effect is ['Allow']"),
        (
            {"Resource": "arn:aws:kms:eu-west-1:111122223333:key/1"},
            "is not '*', which means this key in a key policy",
        ),
        ({"NotPrincipal": {"AWS": ROLE}}, "give either Principal or NotPrincipal"),
        ({"NotAction": "kms:Sign"}, "give either Action or NotAction"),
        ({"Principal": "*"}, "it allows everybody"),
        (
            {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "*"}}},
            "it allows everybody",
        ),
        (
            {"Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}},
            "it allows everybody",
        ),
        ({"Principal": {"AWS": ["*"]}}, "it allows everybody"),
        ({"Principal": {"AWS": "arn:aws:iam::*:root"}}, "it allows everybody"),
        (
            {"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::111122223333:role/*"}},
            "which is not the ARN",
        ),
        ({"Principal": ROLE}, "give a map, such as AWS"),
        ({"Principal": {}}, "Principal is {}; give a map"),
        ({"Principal": {"Aws": ROLE}}, "Principal has 'Aws'; use AWS, Service"),
        ({"Principal": {"AWS": []}}, "Principal.AWS is empty"),
        ({"Principal": {"AWS": "backup"}}, "Principal.AWS has 'backup'"),
        ({"Principal": {"AWS": "AIDACKCEVSQ6C2EXAMPLE"}}, "Principal.AWS has 'AIDACKCEVSQ6C2EXAMPLE'"),
        ({"Principal": {"AWS": 111122223333}}, "Principal.AWS has 111122223333"),
        ({"Action": []}, "Action is empty"),
        ({"Action": 5}, "Action has 5, which is not an action of KMS"),
        ({"Action": "Decrypt"}, "Action has 'Decrypt', which is not an action of KMS"),
        ({"Action": ["kms:Decrypt", "s3:GetObject"]}, "Action has 's3:GetObject'"),
        ({"Sid": 1}, "Sid has 1, which is not a text"),
        ({"Condition": "aws:SourceAccount"}, "give a map of operators"),
        ({"Condition": {"StringEquals": {"kms:CallerAccount": {1}}}}, "cannot be written as JSON: set {1}"),
    ],
)
def test_statements_that_kms_rejects_are_refused_with_the_reason(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  # the message is compared below
        check_key_statement({**VALID, **more})

    assert message in str(refused.value)


TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
OF_TABLE: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "dynamodb:GetItem"}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"Action": ["dynamodb:Query", "dynamodb:BatchGet*"], "Resource": [TABLE, f"{TABLE}/index/by-state"]},
        {"Principal": {"Service": "redshift.amazonaws.com"}, "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    ],
)
def test_statements_that_dynamodb_accepts_are_taken_unchanged(more: dict[str, Any]) -> None:
    assert check_table_statement({**OF_TABLE, **more}) == {**OF_TABLE, **more}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"Effect": "allow"}, "Effect is 'allow'; give 'Allow' or 'Deny'"),
        ({"Action": "kms:Decrypt"}, "Action has 'kms:Decrypt', which is not an action of DynamoDB"),
        ({"Resource": "orders"}, "Resource has 'orders', which is not the ARN of the table or of an index"),
        ({"Principal": "*"}, "it allows everybody"),
        ({"Principal": {"AWS": "someone"}}, "Principal.AWS has 'someone'"),
        ({"NotResource": TABLE}, "unknown element 'NotResource'"),
    ],
)
def test_statements_that_dynamodb_rejects_are_refused_with_the_reason(
    more: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  # the message is compared below
        check_table_statement({**OF_TABLE, **more})

    assert message in str(refused.value)
