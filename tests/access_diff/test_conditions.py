"""Known conditions limit the answer; all others are part of it."""

import pytest

from tests.access_diff.samples import ACCOUNT, ANN, MANAGE, allow, changes, deny, key, key_arn, table

TABLE = "table orders (us-east-1)"


def through_dynamodb(table_name: str, region: str = "us-east-1") -> dict[str, object]:
    """The condition of the `strict` profile."""
    return {
        "StringEquals": {
            "kms:ViaService": f"dynamodb.{region}.amazonaws.com",
            "kms:CallerAccount": ACCOUNT,
            "kms:EncryptionContext:aws:dynamodb:subscriberId": ACCOUNT,
            "kms:EncryptionContext:aws:dynamodb:tableName": table_name,
        }
    }


def test_a_key_user_of_one_table_gains_only_that_table_and_no_direct_use() -> None:
    tables = [table("orders"), table("invoices")]
    before = [key(MANAGE), *tables]
    after = [key(MANAGE, allow("kms:Decrypt", ANN, Condition=through_dynamodb("orders"))), *tables]

    assert changes(before, after) == [f"{ANN} gains read and write: {TABLE}"]


def test_a_condition_for_another_region_gives_no_access() -> None:
    before = [key(MANAGE), table()]
    after = [
        key(MANAGE, allow("kms:Decrypt", ANN, Condition=through_dynamodb("orders", "eu-west-1"))),
        table(),
    ]

    assert changes(before, after) == []


def test_removing_the_conditions_is_a_gain_of_direct_use() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN, Condition=through_dynamodb("orders"))), table()]
    after = [key(MANAGE, allow("kms:Decrypt", ANN)), table()]

    assert changes(before, after) == [
        f"{ANN} gains direct use of the key (decryption outside DynamoDB): key key of orders (us-east-1)"
    ]


@pytest.mark.parametrize(
    ("condition", "limit"),
    [
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "aws:SourceIp IpAddress 10.0.0.0/8"),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3"}}, "aws:PrincipalOrgID StringEquals o-a1b2c3"),
        ({"StringEquals": {"aws:PrincipalArn": "${aws:x}"}}, "aws:PrincipalArn StringEquals ${aws:x}"),
        (
            {"DateGreaterThan": {"aws:CurrentTime": "2030-01-01"}},
            "aws:CurrentTime DateGreaterThan 2030-01-01",
        ),
        ({"NoSuchOperator": {"kms:ViaService": "x"}}, "kms:ViaService NoSuchOperator x"),
        ({"Bool": {"aws:MultiFactorAuthPresent": True}}, "aws:MultiFactorAuthPresent Bool true"),
    ],
    ids=["network", "organisation", "variable", "time", "unknown operator", "boolean"],
)
def test_a_condition_that_a_preview_cannot_check_is_part_of_the_gain(
    condition: dict[str, object], limit: str
) -> None:
    before = [key(MANAGE), table()]
    after = [key(MANAGE, allow("kms:Decrypt", ANN, Condition=condition)), table()]

    assert changes(before, after)[0] == f"{ANN} gains read and write, where {limit}: {TABLE}"


ORDERS = through_dynamodb("orders")
UNTIL = {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}


def test_access_with_an_end_date_is_a_gain_until_that_date() -> None:
    before = [key(MANAGE), table()]
    after = [
        key(MANAGE, allow("kms:Decrypt", ANN, Condition={**through_dynamodb("orders"), **UNTIL})),
        table(),
    ]

    assert changes(before, after) == [f"{ANN} gains read and write, until 2030-01-01T00:00:00Z: {TABLE}"]


def test_access_that_gets_an_end_date_is_lost_except_until_that_date() -> None:
    before = [key(MANAGE, allow("kms:Decrypt", ANN, Condition=through_dynamodb("orders"))), table()]
    after = [
        key(MANAGE, allow("kms:Decrypt", ANN, Condition={**through_dynamodb("orders"), **UNTIL})),
        table(),
    ]

    assert changes(before, after) == [
        f"{ANN} loses read and write, except until 2030-01-01T00:00:00Z: {TABLE}"
    ]


def test_a_permission_set_is_shown_as_a_permission_set() -> None:
    path = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com"
    role = f"AWSReservedSSO_Reader_{'?' * 16}"
    condition = {"ArnLike": {"aws:PrincipalArn": [f"{path}/*/{role}", f"{path}/{role}"]}}
    before = [key(MANAGE), table("orders")]
    after = [
        key(MANAGE, allow("kms:Decrypt", "*", Condition={**through_dynamodb("orders"), **condition})),
        table("orders"),
    ]

    assert changes(before, after) == [f"permission set Reader gains read and write: {TABLE}"]


def test_a_denial_that_depends_on_the_request_is_shown_as_an_exception() -> None:
    elsewhere = {"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b"}}
    before = [key(MANAGE, allow("kms:Decrypt", ANN)), table()]
    after = [key(MANAGE, allow("kms:Decrypt", ANN), deny("kms:Decrypt", "*", Condition=elsewhere)), table()]

    assert changes(before, after)[0] == (
        f"{ANN} loses read and write, except where not (aws:SourceVpce StringNotEquals vpce-1a2b): {TABLE}"
    )


def test_a_changed_condition_is_a_change() -> None:
    def inside(network: str) -> dict[str, object]:
        return {"IpAddress": {"aws:SourceIp": network}}

    before = [key(MANAGE, allow("kms:Decrypt", ANN, Condition=inside("10.0.0.0/8"))), table()]
    after = [key(MANAGE, allow("kms:Decrypt", ANN, Condition=inside("0.0.0.0/0"))), table()]

    assert changes(before, after)[0] == (
        f"{ANN} has read and write where aws:SourceIp IpAddress 0.0.0.0/0 "
        f"(before: where aws:SourceIp IpAddress 10.0.0.0/8): {TABLE}"
    )


def test_a_denial_of_all_but_listed_principals_does_not_affect_the_list() -> None:
    others = {"ArnNotEquals": {"aws:PrincipalArn": [ANN]}}
    users = allow("kms:Decrypt", ANN, f"arn:aws:iam::{ACCOUNT}:role/app")
    before = [key(MANAGE, users), table()]
    after = [key(MANAGE, users, deny("kms:Decrypt", "*", Condition=others)), table()]

    assert [line.split(":", 6)[5].split(" ")[0] for line in changes(before, after)] == ["role/app"] * 2


@pytest.mark.parametrize(
    ("condition", "gains"),
    [
        ({"StringLike": {"kms:ViaService": "dynamodb.*.amazonaws.com"}}, True),
        ({"StringEquals": {"kms:ViaService": ["s3.us-east-1.amazonaws.com"]}}, False),
        ({"StringNotEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}, True),
        ({"StringEqualsIfExists": {"kms:EncryptionContext:aws:dynamodb:tableName": "orders"}}, True),
        ({"Null": {"kms:EncryptionContext:aws:dynamodb:tableName": "true"}}, False),
        ({"Null": {"kms:ViaService": "false"}}, True),
        ({"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["aws:dynamodb:tableName"]}}, False),
        ({"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": ["aws:dynamodb:tableName"]}}, True),
        ({"StringEquals": {"KMS:callerACCOUNT": ACCOUNT}}, True),
        ({"StringEquals": {"kms:CallerAccount": "999999999999"}}, False),
    ],
)
def test_the_condition_keys_of_an_item_call_are_known(condition: dict[str, object], gains: bool) -> None:
    before = [key(MANAGE), table()]
    after = [key(MANAGE, allow("kms:Decrypt", ANN, Condition=condition)), table()]

    assert (f"{ANN} gains read and write: {TABLE}" in changes(before, after)) is gains


def test_a_statement_for_another_resource_gives_no_access_to_the_key() -> None:
    statement = {**allow("kms:Decrypt", ANN), "Resource": key_arn("0987dcba-09fe-87dc-65ba-ab0987654321")}

    assert changes([key(MANAGE), table()], [key(MANAGE, statement), table()]) == []
