"""Service and resource control policies of an organization whose member is the account of the local AWS."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.organization import ControlPolicies, read_control_policies
from local.process import LocalAws, running
from tests.local.emulator.resources import (
    ACCOUNT,
    OTHER_ACCOUNT,
    User,
    error_of,
    make_key,
    make_table,
    make_user,
    name,
    statement,
)

MANAGEMENT = "999988887777"
KEY = {"id": {"S": "1"}}


@pytest.fixture
def aws() -> Iterator[LocalAws]:
    with running() as started:
        yield started


@pytest.fixture
def organizations(aws: LocalAws) -> Any:  # noqa: ANN401  # boto3 makes the client's class at run time
    """The Organizations API as the management account, with both accounts as members."""
    management = aws.client("organizations", aws.open_account(MANAGEMENT))
    management.create_organization(FeatureSet="ALL")
    for account, root in ((ACCOUNT, aws.root), (OTHER_ACCOUNT, aws.open_account(OTHER_ACCOUNT))):
        invited = management.invite_account_to_organization(Target={"Type": "ACCOUNT", "Id": account})
        aws.client("organizations", root).accept_handshake(HandshakeId=invited["Handshake"]["Id"])
    root_id = management.list_roots()["Roots"][0]["Id"]
    management.enable_policy_type(RootId=root_id, PolicyType="RESOURCE_CONTROL_POLICY")
    return management


def attach(organizations: Any, target: str, kind: str, effect: str, action: str, **more: object) -> str:  # noqa: ANN401
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": effect, "Action": action, "Resource": "*", **more}],
    }
    made = organizations.create_policy(
        Name=name("policy"), Description="", Type=kind, Content=json.dumps(document)
    )
    policy_id = str(made["Policy"]["PolicySummary"]["Id"])
    organizations.attach_policy(PolicyId=policy_id, TargetId=target)
    return policy_id


def reader(aws: LocalAws) -> tuple[User, str]:
    """A user who can read a table that a customer managed key encrypts."""
    user = make_user(aws)
    key = make_key(aws, statement(user.arn, action="kms:Decrypt"))
    return user, make_table(aws, key)


def read(aws: LocalAws, user: User, table: str) -> Any:  # noqa: ANN401  # as above
    return aws.client("dynamodb", user.credentials).get_item(TableName=table, Key=KEY)


def denial(aws: LocalAws, user: User, table: str) -> str:
    return error_of(lambda: read(aws, user, table)).message


def test_members_have_full_access_until_a_policy_limits_them(aws: LocalAws, organizations: Any) -> None:  # noqa: ANN401
    user, table = reader(aws)

    assert read(aws, user, table)["Item"] == KEY
    attach(organizations, ACCOUNT, "SERVICE_CONTROL_POLICY", "Deny", "dynamodb:GetItem")
    assert "explicit deny" in denial(aws, user, table)


def test_a_policy_of_the_root_denies_the_use_of_the_key(aws: LocalAws, organizations: Any) -> None:  # noqa: ANN401
    user, table = reader(aws)
    root = organizations.list_roots()["Roots"][0]["Id"]

    attach(organizations, root, "SERVICE_CONTROL_POLICY", "Deny", "kms:Decrypt")

    assert "kms:Decrypt" in denial(aws, user, table)
    assert "with an explicit deny in a service control policy" in denial(aws, user, table)


def test_a_policy_at_every_level_must_allow(aws: LocalAws, organizations: Any) -> None:  # noqa: ANN401
    user, table = reader(aws)

    attach(organizations, ACCOUNT, "SERVICE_CONTROL_POLICY", "Allow", "dynamodb:*")
    organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=ACCOUNT)

    assert "because no service control policy allows the kms:Decrypt action" in denial(aws, user, table)


def test_a_policy_of_an_organizational_unit_limits_its_accounts(aws: LocalAws, organizations: Any) -> None:  # noqa: ANN401
    user, table = reader(aws)
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="data")["OrganizationalUnit"]["Id"]
    attach(organizations, unit, "SERVICE_CONTROL_POLICY", "Deny", "kms:*")

    assert read(aws, user, table)["Item"] == KEY
    organizations.move_account(AccountId=ACCOUNT, SourceParentId=root, DestinationParentId=unit)
    assert "service control policy" in denial(aws, user, table)


def test_a_root_user_is_limited_and_the_management_account_is_not(aws: LocalAws, organizations: Any) -> None:  # noqa: ANN401
    root = organizations.list_roots()["Roots"][0]["Id"]
    attach(organizations, root, "SERVICE_CONTROL_POLICY", "Deny", "kms:CreateKey")

    refused = error_of(aws.client("kms", aws.root).create_key)

    assert refused.message.endswith("with an explicit deny in a service control policy")
    assert aws.client("kms", aws.open_account(MANAGEMENT)).create_key()["KeyMetadata"]["KeyId"]


def test_a_resource_control_policy_limits_access_to_the_resources_of_its_account(
    aws: LocalAws,
    organizations: Any,  # noqa: ANN401
) -> None:
    user, table = reader(aws)
    outside = {"StringNotEquals": {"aws:PrincipalArn": user.arn}}
    attach(organizations, OTHER_ACCOUNT, "RESOURCE_CONTROL_POLICY", "Deny", "kms:*", Principal="*")
    attach(
        organizations, ACCOUNT, "RESOURCE_CONTROL_POLICY", "Deny", "kms:*", Principal="*", Condition=outside
    )
    another = make_user(aws)
    key = aws.client("dynamodb").describe_table(TableName=table)["Table"]["SSEDescription"]["KMSMasterKeyArn"]

    assert read(aws, user, table)["Item"] == KEY
    refused = error_of(aws.client("kms", another.credentials).describe_key, KeyId=key)
    assert refused.message.endswith("with an explicit deny in a resource control policy")


def test_conditions_can_check_the_organization(aws: LocalAws, organizations: Any) -> None:  # noqa: ANN401
    user = make_user(aws, "arn:aws:iam::aws:policy/IAMUserChangePassword")
    organization = organizations.describe_organization()["Organization"]["Id"]
    key = make_key(aws)
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "kms:DescribeKey",
                "Resource": "*",
                "Condition": {
                    "StringEquals": {"aws:PrincipalOrgID": organization, "aws:ResourceOrgID": organization},
                    "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{organization}/r-*/"},
                },
            }
        ],
    }
    aws.client("iam").put_user_policy(
        UserName=user.name, PolicyName="own", PolicyDocument=json.dumps(document)
    )

    assert aws.client("kms", user.credentials).describe_key(KeyId=key)["KeyMetadata"]["Arn"] == key


def test_an_account_can_be_in_one_organization_only(aws: LocalAws, organizations: Any) -> None:  # noqa: ANN401
    target = {"Type": "ACCOUNT", "Id": ACCOUNT}

    assert (
        error_of(organizations.invite_account_to_organization, Target=target).code
        == "DuplicateHandshakeException"
    )
    nobody = error_of(aws.client("organizations").accept_handshake, HandshakeId="h-0123456789")
    assert nobody.code == "HandshakeNotFoundException"


def test_an_account_without_an_organization_gets_an_error_that_says_so(aws: LocalAws) -> None:
    assert (
        error_of(aws.client("organizations").describe_organization).code
        == "AWSOrganizationsNotInUseException"
    )


def test_a_member_reads_policies_where_that_is_delegated(aws: LocalAws, organizations: Any) -> None:  # noqa: ANN401
    member = aws.client("organizations")
    delegation = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": "organizations:List*",
                "Resource": "*",
            }
        ],
    }

    def parent() -> str:
        return str(member.list_parents(ChildId=ACCOUNT)["Parents"][0]["Type"])

    assert member.describe_organization()["Organization"]["MasterAccountId"] == MANAGEMENT
    assert error_of(parent).code == "AccessDeniedException"
    organizations.put_resource_policy(Content=json.dumps(delegation))
    assert parent() == "ROOT"
    assert error_of(member.describe_policy, PolicyId="p-FullAWSAccess").code == "AccessDeniedException"


def test_the_tools_read_the_control_policies_of_each_level(
    aws: LocalAws,
    organizations: Any,  # noqa: ANN401  # as above
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everything = {
        "Effect": "Allow",
        "Principal": {"AWS": ACCOUNT},
        "Action": "organizations:*",
        "Resource": "*",
    }
    delegation = {"Version": "2012-10-17", "Statement": [everything]}
    organizations.put_resource_policy(Content=json.dumps(delegation))
    attach(organizations, ACCOUNT, "SERVICE_CONTROL_POLICY", "Deny", "kms:Decrypt")
    for variable, value in aws.environment().items():
        monkeypatch.setenv(variable, value)

    found = read_control_policies(Connections(boto3.Session(), "us-east-1"), ACCOUNT)

    assert isinstance(found, ControlPolicies)
    assert [len(level) for level in found.of_principals] == [1, 2]
    assert [len(level) for level in found.of_resources] == [1, 1]


def test_the_simulator_applies_service_control_policies(aws: LocalAws, organizations: Any) -> None:  # noqa: ANN401
    user = make_user(aws)

    def simulated() -> tuple[str, bool]:
        (result,) = aws.client("iam").simulate_principal_policy(
            PolicySourceArn=user.arn, ActionNames=["dynamodb:GetItem"]
        )["EvaluationResults"]
        return result["EvalDecision"], result["OrganizationsDecisionDetail"]["AllowedByOrganizations"]

    assert simulated() == ("allowed", True)
    attach(organizations, ACCOUNT, "SERVICE_CONTROL_POLICY", "Deny", "dynamodb:*")
    assert simulated() == ("explicitDeny", False)
