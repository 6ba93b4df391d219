"""Cloud Control API reads the policies of keys and tables with the permissions of its caller."""

import json
from typing import Any

import pytest

from local.process import LocalAws
from tests.docs.permissions import actions, documented
from tests.local.emulator.resources import (
    User,
    arn_of,
    error_of,
    make_key,
    make_table,
    make_user,
    remove_user,
    statement,
)

ACTIONS = actions(documented("Preview with recreated principals"))
KINDS = {"kms": "AWS::KMS::Key", "dynamodb": "AWS::DynamoDB::Table"}


def properties(aws: LocalAws, kind: str, name: str, user: User | None = None) -> dict[str, Any]:
    client = aws.client("cloudcontrol", user.credentials if user else None)
    answer = client.get_resource(TypeName=kind, Identifier=name)
    found: dict[str, Any] = json.loads(answer["ResourceDescription"]["Properties"])
    return found


def test_it_shows_the_policy_of_a_key(aws: LocalAws) -> None:
    key = make_key(aws)

    shown = properties(aws, "AWS::KMS::Key", key.rpartition("/")[2])["KeyPolicy"]

    assert shown == json.loads(aws.client("kms").get_key_policy(KeyId=key)["Policy"])


def test_it_shows_a_deleted_principal_in_the_policy_of_a_table_by_its_id(aws: LocalAws) -> None:
    table, someone = make_table(aws), make_user(aws)
    identifier = aws.client("iam").get_user(UserName=someone.name)["User"]["UserId"]
    allowed = {**statement(someone.arn, action="dynamodb:GetItem"), "Resource": arn_of(table)}
    text = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    aws.client("dynamodb").put_resource_policy(ResourceArn=arn_of(table), Policy=text)
    before = properties(aws, "AWS::DynamoDB::Table", table)["ResourcePolicy"]["PolicyDocument"]
    assert before == json.loads(text)

    remove_user(aws, someone)

    after = properties(aws, "AWS::DynamoDB::Table", table)["ResourcePolicy"]["PolicyDocument"]
    assert after == json.loads(text.replace(someone.arn, identifier))
    assert "ResourcePolicy" not in properties(aws, "AWS::DynamoDB::Table", make_table(aws))


@pytest.mark.parametrize("service", KINDS)
def test_it_needs_permission_for_itself_and_for_what_it_reads(aws: LocalAws, service: str) -> None:
    kind = KINDS[service]
    name = make_key(aws).rpartition("/")[2] if service == "kms" else make_table(aws)
    someone = make_user(aws, "arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    needed = [action for action in ACTIONS if action.startswith(("cloudformation:", f"{service}:"))]

    def allow(some: list[str]) -> None:
        one = {"Effect": "Allow", "Action": some, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [one]})
        aws.client("iam").put_user_policy(UserName=someone.name, PolicyName="reads", PolicyDocument=document)

    allow(needed)
    assert properties(aws, kind, name, someone)
    for action in needed:
        allow([other for other in needed if other != action])
        client = aws.client("cloudcontrol", someone.credentials)
        error = error_of(client.get_resource, TypeName=kind, Identifier=name)
        assert (error.code, action in error.message) == ("AccessDeniedException", True)


def test_it_refuses_what_it_does_not_know(aws: LocalAws) -> None:
    client = aws.client("cloudcontrol")

    missing = error_of(client.get_resource, TypeName="AWS::DynamoDB::Table", Identifier="missing")
    bucket = error_of(client.get_resource, TypeName="AWS::S3::Bucket", Identifier="bucket")
    listed = error_of(client.list_resources, TypeName="AWS::KMS::Key")

    assert missing.code == "ResourceNotFoundException"
    assert "does not read AWS::S3::Bucket" in bucket.message
    assert "does not know ListResources" in listed.message
