"""Key policies read as AWS evaluates them; what depends on something unknown is never a yes or a no."""

from typing import Any

import pytest

from encrypted_tables.verify.predict.key_policy import item_request, key_request
from encrypted_tables.verify.predict.policy import Decision, evaluate
from encrypted_tables.verify.predict.policy_principals import (
    allowed_principals,
    has_open_allow,
    named_principals,
)

ACCOUNT = "111122223333"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0d1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b"
READER = f"arn:aws:iam::{ACCOUNT}:role/reader"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/corporate"
REQUEST = item_request(READER, KEY, "orders", ACCOUNT, "eu-west-1")


def statement(**changes: object) -> dict[str, Any]:
    """A statement that lets the reader decrypt, with changes; None takes an element out."""
    base = {"Effect": "Allow", "Principal": {"AWS": READER}, "Action": "kms:Decrypt", "Resource": "*"}
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def decision(*statements: dict[str, Any]) -> Decision:
    return evaluate({"Version": "2012-10-17", "Statement": list(statements)}, REQUEST)


def strict(**changes: object) -> dict[str, Any]:
    equals = {
        "kms:ViaService": "dynamodb.eu-west-1.amazonaws.com",
        "kms:CallerAccount": ACCOUNT,
        "kms:EncryptionContext:aws:dynamodb:subscriberId": ACCOUNT,
        "kms:EncryptionContext:aws:dynamodb:tableName": "orders",
    }
    return statement(Condition={"StringEquals": {**equals, **changes}})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Decision.ALLOWED),
        ({"Principal": {"AWS": [READER, ROOT]}}, Decision.ALLOWED),
        ({"Principal": {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/session"}}, Decision.ALLOWED),
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/a/path/reader"}}, Decision.ALLOWED),
        ({"Principal": "*"}, Decision.ALLOWED),
        ({"Principal": {"AWS": ROOT}}, Decision.DELEGATED),
        ({"Principal": {"AWS": ACCOUNT}}, Decision.DELEGATED),
        ({"Principal": {"AWS": "arn:aws:iam::444455556666:root"}}, Decision.NOT_ALLOWED),
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/reader"}}, Decision.NOT_ALLOWED),
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/reader2"}}, Decision.NOT_ALLOWED),
        ({"Principal": {"Service": "dynamodb.amazonaws.com"}}, Decision.NOT_ALLOWED),
        ({"Action": ["kms:Encrypt", "KMS:decrypt"]}, Decision.ALLOWED),
        ({"Action": "kms:*"}, Decision.ALLOWED),
        ({"Action": "kms:De?rypt"}, Decision.ALLOWED),
        ({"Action": "kms:DescribeKey"}, Decision.NOT_ALLOWED),
        ({"Action": None, "NotAction": "kms:Encrypt"}, Decision.ALLOWED),
        ({"Action": None, "NotAction": "kms:D*"}, Decision.NOT_ALLOWED),
        ({"Resource": KEY}, Decision.ALLOWED),
        ({"Resource": KEY.replace("0d1f", "ffff")}, Decision.NOT_ALLOWED),
        ({"Principal": None, "NotPrincipal": {"AWS": ROOT}}, Decision.ALLOWED),
        ({"Principal": None, "NotPrincipal": {"AWS": [ROOT, READER]}}, Decision.UNKNOWN),
    ],
)
def test_a_statement_reaches_whom_and_what_it_names(changes: dict[str, Any], expected: Decision) -> None:
    assert expected is decision(statement(**changes))


def test_an_explicit_deny_wins() -> None:
    assert Decision.DENIED is decision(statement(), statement(Effect="Deny", Principal="*"))


def test_a_deny_by_not_principal_spares_a_user_only_together_with_its_account() -> None:
    user = f"arn:aws:iam::{ACCOUNT}:user/reader"
    request = item_request(user, KEY, "orders", ACCOUNT, "eu-west-1")

    def said(*spared: str) -> Decision:
        deny = statement(Effect="Deny", Principal=None, NotPrincipal={"AWS": list(spared)})
        return evaluate({"Statement": [statement(Principal={"AWS": user}), deny]}, request)

    assert said(ROOT, user) is Decision.ALLOWED
    assert said(user) is Decision.UNKNOWN
    assert said(ROOT) is Decision.DENIED


def test_a_deny_that_hangs_on_something_unknown_makes_an_allow_unknown() -> None:
    deny = statement(Effect="Deny", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    assert Decision.UNKNOWN is decision(statement(), deny)
    assert Decision.NOT_ALLOWED is decision(deny)


def test_the_strict_statement_lets_the_reader_in_for_its_table_only() -> None:
    assert Decision.ALLOWED is decision(strict())
    other = {"kms:EncryptionContext:aws:dynamodb:tableName": "invoices"}
    assert Decision.NOT_ALLOWED is decision(strict(**other))
    assert Decision.NOT_ALLOWED is decision(strict(**{"kms:ViaService": "s3.eu-west-1.amazonaws.com"}))


def test_a_direct_call_has_no_via_service_nor_encryption_context() -> None:
    direct = key_request("kms:Decrypt", READER, KEY)
    assert Decision.NOT_ALLOWED is evaluate({"Statement": [strict()]}, direct)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringLike": {"kms:ViaService": "dynamodb.*.amazonaws.com"}}, Decision.ALLOWED),
        ({"StringNotEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, Decision.ALLOWED),
        ({"StringNotLike": {"kms:ViaService": "dynamodb.*"}}, Decision.NOT_ALLOWED),
        ({"StringEquals": {"KMS:calleraccount": [ACCOUNT, "444455556666"]}}, Decision.ALLOWED),
        ({"StringEqualsIgnoreCase": {"kms:CallerAccount": ACCOUNT}}, Decision.ALLOWED),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}}, Decision.ALLOWED),
        ({"ArnNotEquals": {"aws:PrincipalArn": READER}}, Decision.NOT_ALLOWED),
        ({"Bool": {"kms:GrantIsForAWSResource": "true"}}, Decision.NOT_ALLOWED),
        ({"Bool": {"aws:SecureTransport": False}}, Decision.NOT_ALLOWED),
        ({"Bool": {"aws:SecureTransport": True}}, Decision.ALLOWED),
        ({"BoolIfExists": {"kms:GrantIsForAWSResource": "true"}}, Decision.ALLOWED),
        ({"Null": {"kms:ViaService": "false"}}, Decision.ALLOWED),
        ({"Null": {"kms:ViaService": "true"}}, Decision.NOT_ALLOWED),
        ({"Null": {"kms:GrantOperations": True}}, Decision.ALLOWED),
        (
            {"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "aws:dynamodb:tableName"}},
            Decision.ALLOWED,
        ),
        (
            {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["aws:dynamodb:tableName"]}},
            Decision.NOT_ALLOWED,
        ),
        ({"ForAllValues:StringEquals": {"kms:GrantOperations": "Decrypt"}}, Decision.ALLOWED),
        ({"ForAnyValue:StringEquals": {"kms:GrantOperations": "Decrypt"}}, Decision.NOT_ALLOWED),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}, Decision.UNKNOWN),
        ({"StringEquals": {"aws:PrincipalTag/team": "orders"}}, Decision.UNKNOWN),
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, Decision.UNKNOWN),
        ({"StringEquals": {"aws:PrincipalArn": "${aws:userid}"}}, Decision.UNKNOWN),
        (
            {
                "StringEquals": {"aws:PrincipalOrgID": "o-1234567890", "kms:CallerAccount": "444455556666"},
            },
            Decision.NOT_ALLOWED,
        ),
    ],
)
def test_a_condition_holds_fails_or_is_not_known(condition: dict[str, Any], expected: Decision) -> None:
    assert expected is decision(statement(Condition=condition))


def test_every_kind_of_principal_that_a_policy_allows_or_names_is_listed_once() -> None:
    document = {
        "Statement": [
            statement(Principal={"AWS": [ROOT, "AIDACKCEVSQ6C2EXAMPLE"]}),
            statement(Principal={"AWS": ROOT}),
            statement(Effect="Deny", Principal={"AWS": READER}),
            statement(Principal={"Service": ["dynamodb.amazonaws.com"], "Federated": SAML}),
            statement(Principal=None, NotPrincipal={"AWS": "AROACKCEVSQ6C2EXAMPLE"}, Effect="Deny"),
            statement(Principal="*"),
        ]
    }
    allowed = ("*", "AIDACKCEVSQ6C2EXAMPLE", ROOT, SAML, "dynamodb.amazonaws.com")
    assert allowed_principals(document) == allowed
    assert set(named_principals(document)) == {*allowed, READER, "AROACKCEVSQ6C2EXAMPLE"}


def test_one_statement_need_not_be_in_a_list() -> None:
    assert Decision.ALLOWED is evaluate({"Statement": statement()}, REQUEST)


def test_an_allow_by_not_principal_is_open() -> None:
    assert has_open_allow({"Statement": [statement(Principal=None, NotPrincipal={"AWS": READER})]})
    assert not has_open_allow({"Statement": [statement()]})
