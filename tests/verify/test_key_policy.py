"""Key policies read as AWS evaluates them; what depends on something unknown is never a yes or a no."""

from typing import Any

import pytest

from verify.key_policy import (
    KeyDecision,
    allowed_principals,
    evaluate,
    has_open_allow,
    item_request,
    key_request,
)

ACCOUNT = "111122223333"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0d1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b"
READER = f"arn:aws:iam::{ACCOUNT}:role/reader"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
REQUEST = item_request(READER, KEY, "orders", ACCOUNT, "eu-west-1")


def statement(**changes: object) -> dict[str, Any]:
    """A statement that lets the reader decrypt, with changes; None takes an element out."""
    base = {"Effect": "Allow", "Principal": {"AWS": READER}, "Action": "kms:Decrypt", "Resource": "*"}
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def decision(*statements: dict[str, Any]) -> KeyDecision:
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
        ({}, KeyDecision.ALLOWED),
        ({"Principal": {"AWS": [READER, ROOT]}}, KeyDecision.ALLOWED),
        ({"Principal": {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/session"}}, KeyDecision.ALLOWED),
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/a/path/reader"}}, KeyDecision.ALLOWED),
        ({"Principal": "*"}, KeyDecision.ALLOWED),
        ({"Principal": {"AWS": ROOT}}, KeyDecision.DELEGATED),
        ({"Principal": {"AWS": ACCOUNT}}, KeyDecision.DELEGATED),
        ({"Principal": {"AWS": "arn:aws:iam::444455556666:root"}}, KeyDecision.NOT_ALLOWED),
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/reader"}}, KeyDecision.NOT_ALLOWED),
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/reader2"}}, KeyDecision.NOT_ALLOWED),
        ({"Principal": {"Service": "dynamodb.amazonaws.com"}}, KeyDecision.NOT_ALLOWED),
        ({"Action": ["kms:Encrypt", "KMS:decrypt"]}, KeyDecision.ALLOWED),
        ({"Action": "kms:*"}, KeyDecision.ALLOWED),
        ({"Action": "kms:De?rypt"}, KeyDecision.ALLOWED),
        ({"Action": "kms:DescribeKey"}, KeyDecision.NOT_ALLOWED),
        ({"Action": None, "NotAction": "kms:Encrypt"}, KeyDecision.ALLOWED),
        ({"Action": None, "NotAction": "kms:D*"}, KeyDecision.NOT_ALLOWED),
        ({"Resource": KEY}, KeyDecision.ALLOWED),
        ({"Resource": KEY.replace("0d1f", "ffff")}, KeyDecision.NOT_ALLOWED),
        ({"Principal": None, "NotPrincipal": {"AWS": ROOT}}, KeyDecision.ALLOWED),
        ({"Principal": None, "NotPrincipal": {"AWS": [ROOT, READER]}}, KeyDecision.UNKNOWN),
    ],
)
def test_a_statement_reaches_whom_and_what_it_names(changes: dict[str, Any], expected: KeyDecision) -> None:
    assert expected is decision(statement(**changes))


def test_an_explicit_deny_wins() -> None:
    assert KeyDecision.DENIED is decision(statement(), statement(Effect="Deny", Principal="*"))


def test_a_deny_by_not_principal_spares_a_user_only_together_with_its_account() -> None:
    user = f"arn:aws:iam::{ACCOUNT}:user/reader"
    request = item_request(user, KEY, "orders", ACCOUNT, "eu-west-1")

    def said(*spared: str) -> KeyDecision:
        deny = statement(Effect="Deny", Principal=None, NotPrincipal={"AWS": list(spared)})
        return evaluate({"Statement": [statement(Principal={"AWS": user}), deny]}, request)

    assert said(ROOT, user) is KeyDecision.ALLOWED
    assert said(user) is KeyDecision.UNKNOWN
    assert said(ROOT) is KeyDecision.DENIED


def test_a_deny_that_hangs_on_something_unknown_makes_an_allow_unknown() -> None:
    deny = statement(Effect="Deny", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    assert KeyDecision.UNKNOWN is decision(statement(), deny)
    assert KeyDecision.NOT_ALLOWED is decision(deny)


def test_the_strict_statement_lets_the_reader_in_for_its_table_only() -> None:
    assert KeyDecision.ALLOWED is decision(strict())
    other = {"kms:EncryptionContext:aws:dynamodb:tableName": "invoices"}
    assert KeyDecision.NOT_ALLOWED is decision(strict(**other))
    assert KeyDecision.NOT_ALLOWED is decision(strict(**{"kms:ViaService": "s3.eu-west-1.amazonaws.com"}))


def test_a_direct_call_has_no_via_service_nor_encryption_context() -> None:
    direct = key_request("kms:Decrypt", READER, KEY)
    assert KeyDecision.NOT_ALLOWED is evaluate({"Statement": [strict()]}, direct)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringLike": {"kms:ViaService": "dynamodb.*.amazonaws.com"}}, KeyDecision.ALLOWED),
        ({"StringNotEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, KeyDecision.ALLOWED),
        ({"StringNotLike": {"kms:ViaService": "dynamodb.*"}}, KeyDecision.NOT_ALLOWED),
        ({"StringEquals": {"KMS:calleraccount": [ACCOUNT, "444455556666"]}}, KeyDecision.ALLOWED),
        ({"StringEqualsIgnoreCase": {"kms:CallerAccount": ACCOUNT}}, KeyDecision.ALLOWED),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}}, KeyDecision.ALLOWED),
        ({"ArnNotEquals": {"aws:PrincipalArn": READER}}, KeyDecision.NOT_ALLOWED),
        ({"Bool": {"kms:GrantIsForAWSResource": "true"}}, KeyDecision.NOT_ALLOWED),
        ({"Bool": {"aws:SecureTransport": False}}, KeyDecision.NOT_ALLOWED),
        ({"Bool": {"aws:SecureTransport": True}}, KeyDecision.ALLOWED),
        ({"BoolIfExists": {"kms:GrantIsForAWSResource": "true"}}, KeyDecision.ALLOWED),
        ({"Null": {"kms:ViaService": "false"}}, KeyDecision.ALLOWED),
        ({"Null": {"kms:ViaService": "true"}}, KeyDecision.NOT_ALLOWED),
        ({"Null": {"kms:GrantOperations": True}}, KeyDecision.ALLOWED),
        (
            {"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "aws:dynamodb:tableName"}},
            KeyDecision.ALLOWED,
        ),
        (
            {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["aws:dynamodb:tableName"]}},
            KeyDecision.NOT_ALLOWED,
        ),
        ({"ForAllValues:StringEquals": {"kms:GrantOperations": "Decrypt"}}, KeyDecision.ALLOWED),
        ({"ForAnyValue:StringEquals": {"kms:GrantOperations": "Decrypt"}}, KeyDecision.NOT_ALLOWED),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}, KeyDecision.UNKNOWN),
        ({"StringEquals": {"aws:PrincipalTag/team": "orders"}}, KeyDecision.UNKNOWN),
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, KeyDecision.UNKNOWN),
        ({"StringEquals": {"aws:PrincipalArn": "${aws:userid}"}}, KeyDecision.UNKNOWN),
        (
            {
                "StringEquals": {"aws:PrincipalOrgID": "o-1234567890", "kms:CallerAccount": "444455556666"},
            },
            KeyDecision.NOT_ALLOWED,
        ),
    ],
)
def test_a_condition_holds_fails_or_is_not_known(condition: dict[str, Any], expected: KeyDecision) -> None:
    assert expected is decision(statement(Condition=condition))


def test_the_principals_of_allow_statements_are_listed_once() -> None:
    document = {
        "Statement": [
            statement(Principal={"AWS": [ROOT, "AIDACKCEVSQ6C2EXAMPLE"]}),
            statement(Principal={"AWS": ROOT}),
            statement(Effect="Deny", Principal={"AWS": READER}),
            statement(Principal={"Service": "dynamodb.amazonaws.com"}),
            statement(Principal="*"),
        ]
    }
    assert allowed_principals(document) == ("*", "AIDACKCEVSQ6C2EXAMPLE", ROOT)


def test_one_statement_need_not_be_in_a_list() -> None:
    assert KeyDecision.ALLOWED is evaluate({"Statement": statement()}, REQUEST)


def test_an_allow_by_not_principal_is_open() -> None:
    assert has_open_allow({"Statement": [statement(Principal=None, NotPrincipal={"AWS": READER})]})
    assert not has_open_allow({"Statement": [statement()]})
