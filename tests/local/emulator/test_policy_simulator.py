"""The policy simulator: identity policies, boundary, resource policy, context entries."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.process import LocalAws
from tests.local.emulator.resources import ACCOUNT, OTHER_ACCOUNT, allow, make_user, name

TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
NOTHING = "arn:aws:iam::aws:policy/IAMUserChangePassword"


def document(effect: str, action: str, resource: str = "*", **more: object) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def simulate(aws: LocalAws, arn: str, action: str, resource: str = TABLE, **more: object) -> dict[str, Any]:
    (result,) = aws.client("iam").simulate_principal_policy(
        PolicySourceArn=arn, ActionNames=[action], ResourceArns=[resource], **more
    )["EvaluationResults"]
    assert (result["EvalActionName"], result["EvalResourceName"]) == (action, resource)
    found: dict[str, Any] = result
    return found


def decision(aws: LocalAws, arn: str, action: str, resource: str = TABLE, **more: object) -> str:
    return str(simulate(aws, arn, action, resource, **more)["EvalDecision"])


def test_there_is_a_result_for_each_action_on_each_resource(aws: LocalAws) -> None:
    user = make_user(aws, NOTHING)
    allow(aws, user, "dynamodb:GetItem", Resource=TABLE)

    results = aws.client("iam").simulate_principal_policy(
        PolicySourceArn=user.arn,
        ActionNames=["dynamodb:GetItem", "dynamodb:Query"],
        ResourceArns=[TABLE, f"{TABLE}-2"],
    )["EvaluationResults"]

    allowed = [
        (one["EvalActionName"], one["EvalResourceName"])
        for one in results
        if one["EvalDecision"] == "allowed"
    ]
    assert len(results) == 4
    assert allowed == [("dynamodb:GetItem", TABLE)]


def test_a_resource_policy_allows_and_denies(aws: LocalAws) -> None:
    user = make_user(aws, NOTHING)
    allowing = document("Allow", "dynamodb:GetItem", Principal={"AWS": user.arn})
    denying = document("Deny", "dynamodb:*", Principal="*")

    assert decision(aws, user.arn, "dynamodb:GetItem") == "implicitDeny"
    assert decision(aws, user.arn, "dynamodb:GetItem", ResourcePolicy=allowing) == "allowed"
    allow(aws, user, "dynamodb:GetItem")
    assert decision(aws, user.arn, "dynamodb:GetItem", ResourcePolicy=denying) == "explicitDeny"


def test_a_key_policy_must_allow_too(aws: LocalAws) -> None:
    user = make_user(aws, NOTHING)
    allow(aws, user, "kms:Decrypt")
    other = document("Allow", "kms:Decrypt", Principal={"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"})
    own = document("Allow", "kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})

    assert decision(aws, user.arn, "kms:Decrypt", KEY, ResourcePolicy=other) == "implicitDeny"
    assert decision(aws, user.arn, "kms:Decrypt", KEY, ResourcePolicy=own) == "allowed"


def test_a_resource_of_another_account_needs_both_policies(aws: LocalAws) -> None:
    user = make_user(aws, NOTHING)
    theirs = TABLE.replace(ACCOUNT, OTHER_ACCOUNT)
    policy = document("Allow", "dynamodb:GetItem", Principal={"AWS": user.arn})

    assert decision(aws, user.arn, "dynamodb:GetItem", theirs, ResourcePolicy=policy) == "implicitDeny"
    allow(aws, user, "dynamodb:GetItem")
    assert decision(aws, user.arn, "dynamodb:GetItem", theirs, ResourcePolicy=policy) == "allowed"


def test_the_callers_boundary_applies_unless_another_one_is_given(aws: LocalAws) -> None:
    user, iam = make_user(aws), aws.client("iam")
    boundary = iam.create_policy(PolicyName=name("boundary"), PolicyDocument=document("Allow", "s3:*"))
    iam.put_user_permissions_boundary(UserName=user.name, PermissionsBoundary=boundary["Policy"]["Arn"])
    wide = [document("Allow", "*")]

    own = simulate(aws, user.arn, "dynamodb:GetItem")
    given = simulate(aws, user.arn, "dynamodb:GetItem", PermissionsBoundaryPolicyInputList=wide)

    assert own["EvalDecision"] == "implicitDeny"
    assert own["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    assert given["EvalDecision"] == "allowed"
    assert given["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": True}


def test_conditions_read_the_context_entries_and_missing_keys_are_listed(aws: LocalAws) -> None:
    user = make_user(aws, NOTHING)
    condition = {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["1"]},
        "StringEquals": {"aws:username": user.name, "aws:RequestedRegion": "us-east-1"},
    }
    allow(aws, user, "dynamodb:GetItem", Condition=condition)
    keys = {"ContextKeyName": "dynamodb:LeadingKeys", "ContextKeyType": "stringList"}
    region = {"ContextKeyName": "aws:requestedregion", "ContextKeyType": "string"}

    def asked(leading_key: str) -> dict[str, Any]:
        entries = [{**keys, "ContextKeyValues": [leading_key]}, {**region, "ContextKeyValues": ["us-east-1"]}]
        return simulate(aws, user.arn, "dynamodb:GetItem", ContextEntries=entries)

    without = simulate(aws, user.arn, "dynamodb:GetItem")

    assert (without["EvalDecision"], without["MissingContextValues"]) == (
        "implicitDeny",
        ["aws:RequestedRegion", "dynamodb:LeadingKeys"],
    )
    assert (asked("1")["EvalDecision"], asked("1")["MissingContextValues"]) == ("allowed", [])
    assert asked("2")["EvalDecision"] == "implicitDeny"


def test_a_role_with_a_path_and_a_group_can_be_the_source(aws: LocalAws) -> None:
    iam, role, group = aws.client("iam"), name("role"), name("group")
    trust = document("Allow", "sts:AssumeRole", Principal={"AWS": ACCOUNT})
    arn = iam.create_role(RoleName=role, Path="/service/", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=document("Allow", "dynamodb:Query"))
    of_group = iam.create_group(GroupName=group)["Group"]["Arn"]
    iam.put_group_policy(GroupName=group, PolicyName="own", PolicyDocument=document("Allow", "dynamodb:Scan"))

    assert (decision(aws, arn, "dynamodb:Query"), decision(aws, arn, "dynamodb:Scan")) == (
        "allowed",
        "implicitDeny",
    )
    assert decision(aws, of_group, "dynamodb:Scan") == "allowed"


def test_policies_can_be_simulated_without_a_principal(aws: LocalAws) -> None:
    (result,) = aws.client("iam").simulate_custom_policy(
        PolicyInputList=[document("Allow", "dynamodb:*"), document("Deny", "dynamodb:Scan")],
        ActionNames=["dynamodb:Scan"],
    )["EvaluationResults"]

    assert result["EvalDecision"] == "explicitDeny"


@pytest.mark.parametrize(
    ("arn", "more", "code"),
    [
        (f"arn:aws:iam::{ACCOUNT}:user/never-made", {}, "NoSuchEntity"),
        (f"arn:aws:iam::{ACCOUNT}:user/owner", {"PolicyInputList": ["{}"]}, "MalformedPolicyDocument"),
    ],
)
def test_wrong_input_is_refused(aws: LocalAws, arn: str, more: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        decision(aws, arn, "dynamodb:GetItem", **more)

    assert refused.value.response["Error"]["Code"] == code
