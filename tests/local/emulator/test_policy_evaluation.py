"""How policies decide on the local AWS: variables, sessions, boundaries and DynamoDB's condition keys."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.process import LocalAws
from tests.local.emulator.resources import (
    ACCOUNT,
    FULL_ACCESS,
    ITEM,
    ROOT,
    User,
    allow,
    arn_of,
    make_key,
    make_role,
    make_table,
    make_user,
    session_client,
    statement,
)

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
OWNER = f"arn:aws:iam::{ACCOUNT}:user/owner"
EVERYBODY = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt", "Resource": "*"}


def reads(client: Any, table: str, **more: object) -> bool:  # noqa: ANN401  # a client, made at run time
    try:
        client.get_item(TableName=table, **{"Key": ITEM, **more})
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return False
    return True


def readable_table(aws: LocalAws, user: User) -> str:
    return make_table(aws, make_key(aws, statement(user.arn, action="kms:Decrypt")))


def deny(aws: LocalAws, user: User, action: str, **more: object) -> None:
    allow(aws, user, action, **{"Effect": "Deny", **more})


def test_a_boundary_does_not_limit_what_a_key_policy_gives_to_everybody(aws: LocalAws) -> None:
    someone = make_user(aws)
    table = make_table(
        aws, make_key(aws, {**EVERYBODY, "Condition": {"StringEquals": {"kms:CallerAccount": ACCOUNT}}})
    )
    iam = aws.client("iam")
    iam.put_user_permissions_boundary(UserName=someone.name, PermissionsBoundary=FULL_ACCESS)

    assert reads(aws.client("dynamodb", someone.credentials), table)


def test_a_deny_with_notprincipal_applies_to_everyone_with_a_boundary(aws: LocalAws) -> None:
    someone = make_user(aws)
    spared = {"Effect": "Deny", "NotPrincipal": {"AWS": [ROOT, someone.arn, OWNER]}, "Action": "kms:Decrypt"}
    key = make_key(aws, statement(someone.arn, action="kms:Decrypt"), {**spared, "Resource": "*"})
    table = make_table(aws, key)
    dynamodb = aws.client("dynamodb", someone.credentials)

    assert reads(dynamodb, table)
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    aws.client("iam").put_user_permissions_boundary(UserName=someone.name, PermissionsBoundary=administrator)
    assert not reads(dynamodb, table)


@pytest.mark.parametrize(("operator", "allowed"), [("ArnEquals", True), ("ArnNotEquals", False)])
def test_the_principal_arn_of_a_session_is_its_roles(aws: LocalAws, operator: str, allowed: bool) -> None:
    role = make_role(aws, FULL_ACCESS)
    key = make_key(
        aws,
        statement(OWNER, action="kms:Decrypt"),
        {**EVERYBODY, "Condition": {operator: {"aws:PrincipalArn": role}}},
    )
    table = make_table(aws, key)

    assert reads(session_client(aws, "dynamodb", role), table) is allowed


# Condition -> whether a read by a user is within it.
GLOBAL_KEYS = [
    ({"Bool": {"aws:SecureTransport": "true"}}, True),
    ({"Bool": {"aws:SecureTransport": "false"}}, False),
    ({"Bool": {"aws:PrincipalIsAWSService": False}}, True),
    ({"Bool": {"aws:ViaAWSService": "false"}}, True),
    ({"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}, True),
    ({"StringEquals": {"aws:username": "${aws:PrincipalTag/missing}"}}, False),
    ({"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalTag/missing, '" + ACCOUNT + "'}"}}, True),
    ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/*"}}, True),
    ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam:*:user/*"}}, False),
    ({"StringLike": {"aws:UserAgent": "*"}}, False),
    ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, True),
    ({"DateGreaterThan": {"aws:CurrentTime": "tomorrow"}}, False),
    ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, True),
    ({"IpAddress": {"aws:SourceIp": "here"}}, False),
    ({"NotIpAddress": {"aws:SourceIp": "here"}}, False),
]


@pytest.mark.parametrize(("condition", "allowed"), GLOBAL_KEYS, ids=str)
def test_an_allow_applies_only_where_its_condition_surely_holds(
    aws: LocalAws, condition: dict[str, Any], allowed: bool
) -> None:
    someone = make_user(aws, READ_ONLY)
    table = readable_table(aws, someone)
    allow(aws, someone, "dynamodb:GetItem", Condition=condition)

    assert reads(aws.client("dynamodb", someone.credentials), table) is allowed


@pytest.mark.parametrize(
    ("operator", "value", "denied"),
    [
        ("StringEquals", "${aws:username}", True),
        ("StringEquals", "${aws:PrincipalTag/missing}", False),
        ("StringNotEquals", "${aws:PrincipalTag/missing}", True),
    ],
)
def test_a_deny_applies_when_its_variable_has_no_value_unless_nothing_can_match(
    aws: LocalAws, operator: str, value: str, denied: bool
) -> None:
    """AWS may ignore a statement whose variable has no value; else the variable matches nothing."""
    someone = make_user(aws)
    table = readable_table(aws, someone)
    deny(aws, someone, "dynamodb:*", Condition={operator: {"aws:username": value}})

    assert reads(aws.client("dynamodb", someone.credentials), table) is not denied


def test_a_resource_may_contain_a_variable(aws: LocalAws) -> None:
    someone = make_user(aws)
    table = readable_table(aws, someone)
    dynamodb = aws.client("dynamodb", someone.credentials)
    deny(aws, someone, "dynamodb:*", Resource="arn:aws:dynamodb:*:*:table/${aws:username}-*")

    assert reads(dynamodb, table)
    deny(aws, someone, "dynamodb:*", Resource=arn_of(table) + "${*}")
    assert reads(dynamodb, table)
    deny(aws, someone, "dynamodb:*", Resource="arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/no, 'table'}-*")
    assert not reads(dynamodb, table)


ITEM_CONDITIONS = [
    ({"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["1"]}}, {}, True),
    ({"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}}, {}, False),
    ({"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["mine"]}}, {}, False),
    ({"StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}}, {}, False),
    ({"StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}}, {"ProjectionExpression": "id"}, True),
    (
        {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "name"]}},
        {"ProjectionExpression": "id, #n", "ExpressionAttributeNames": {"#n": "secret"}},
        False,
    ),
    (
        {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "name"]}},
        {"ProjectionExpression": "id, #n", "ExpressionAttributeNames": {"#n": "name"}},
        True,
    ),
]


@pytest.mark.parametrize(("condition", "request_", "allowed"), ITEM_CONDITIONS, ids=str)
def test_a_read_is_limited_to_items_and_attributes(
    aws: LocalAws, condition: dict[str, Any], request_: dict[str, Any], allowed: bool
) -> None:
    someone = make_user(aws, READ_ONLY)
    table = readable_table(aws, someone)
    allow(aws, someone, "dynamodb:GetItem", Condition=condition)

    assert reads(aws.client("dynamodb", someone.credentials), table, **request_) is allowed


@pytest.mark.parametrize("others", [False, True])
def test_leading_keys_limit_every_kind_of_call(aws: LocalAws, others: bool) -> None:
    someone = make_user(aws, READ_ONLY)
    table = readable_table(aws, someone)
    allow(
        aws,
        someone,
        "dynamodb:*",
        Condition={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["1"]}},
    )
    dynamodb = aws.client("dynamodb", someone.credentials)
    key = {"id": {"S": "2" if others else "1"}}
    calls: list[Callable[[], object]] = [
        lambda: dynamodb.put_item(TableName=table, Item=key),
        lambda: dynamodb.update_item(TableName=table, Key=key),
        lambda: dynamodb.batch_get_item(RequestItems={table: {"Keys": [key]}}),
        lambda: dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": key}}]}),
        lambda: dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": table, "Key": key}}]),
        lambda: dynamodb.query(
            TableName=table,
            KeyConditionExpression="#k = :v",
            ExpressionAttributeNames={"#k": "id"},
            ExpressionAttributeValues={":v": key["id"]},
        ),
    ]
    for call in calls:
        if others:
            with pytest.raises(ClientError, match="AccessDenied"):
                call()
        else:
            call()
