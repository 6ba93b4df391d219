"""IAM types against the local AWS; their secrets are marked as secrets."""

import json
from collections.abc import Callable

import grpc
import pytest
from botocore.exceptions import ClientError

from local.process import Credentials, LocalAws
from local.provider.iam.access_key import ses_smtp_password
from local.provider.values import Secret, reveal
from tests.local.provider.protocol import Plugin, Resource, message_of, plugin_process

USER = "aws:iam/user:User"
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
ACCESS_KEY = "aws:iam/accessKey:AccessKey"
LOGIN_PROFILE = "aws:iam/userLoginProfile:UserLoginProfile"
USER_ATTACHMENT = "aws:iam/userPolicyAttachment:UserPolicyAttachment"
ROLE_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
ACCOUNT = "111122223333"

Unique = Callable[[str], str]


def document(action: str, **more: object) -> str:
    """A policy document with one statement."""
    statement = {"Effect": "Allow", "Action": action, **(more or {"Resource": "*"})}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


TRUST = document("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})


@pytest.fixture
def user(plugin: Plugin, unique: Unique) -> Resource:
    return plugin.create(USER, {"name": unique("reader")})


def test_a_user_is_created_changed_read_and_imported(plugin: Plugin, aws: LocalAws, unique: Unique) -> None:
    name = unique("anna")
    made = plugin.create(USER, {"name": name, "path": "/people/", "tags": {"a": "1"}})
    assert made.state["arn"] == f"arn:aws:iam::{ACCOUNT}:user/people/{name}"
    assert plugin.refresh(made) == made

    changed = plugin.update(made, {"name": name, "path": "/people/", "tags": {"b": ""}})
    found = aws.client("iam").get_user(UserName=name)["User"]
    assert (found["Arn"], found["Tags"]) == (changed.state["arn"], [{"Key": "b", "Value": ""}])
    imported = plugin.import_(USER, name)
    assert imported
    assert list(plugin.diff(imported, changed.inputs).diffs) == []
    plugin.delete(changed)
    assert plugin.refresh(changed) is None


def test_a_user_with_keys_or_policies_is_deleted_only_with_force_destroy(
    plugin: Plugin, aws: LocalAws, unique: Unique
) -> None:
    made = plugin.create(USER, {"name": unique("busy")})
    iam = aws.client("iam")
    iam.create_access_key(UserName=made.id)
    iam.attach_user_policy(UserName=made.id, PolicyArn=FULL_ACCESS)
    iam.put_user_policy(UserName=made.id, PolicyName="own", PolicyDocument=document("dynamodb:*"))
    iam.create_login_profile(UserName=made.id, Password="Correct-Horse-42")

    group = iam.create_group(GroupName=unique("readers"))["Group"]["GroupName"]
    iam.add_user_to_group(GroupName=group, UserName=made.id)

    with pytest.raises(grpc.RpcError) as failure:
        plugin.delete(made)
    assert "DeleteConflict" in message_of(failure)

    plugin.delete(plugin.update(made, {"name": made.id, "forceDestroy": True}))
    assert plugin.refresh(made) is None


def test_an_access_key_works_and_its_secrets_are_secret(
    plugin: Plugin, aws: LocalAws, user: Resource
) -> None:
    made = plugin.create(ACCESS_KEY, {"user": user.id})

    assert isinstance(made.state["secret"], Secret)
    assert isinstance(made.state["sesSmtpPasswordV4"], Secret)
    credentials = Credentials(made.id, reveal(made.state["secret"]))
    assert aws.client("sts", credentials).get_caller_identity()["Arn"] == user.state["arn"]
    refreshed = plugin.refresh(made)
    assert refreshed == made  # AWS returns the secret only once: the provider keeps it

    inactive = plugin.update(made, {"user": user.id, "status": "Inactive"})
    assert (inactive.state["status"], inactive.state["secret"]) == ("Inactive", made.state["secret"])
    with pytest.raises(ClientError):
        aws.client("sts", credentials).get_caller_identity()
    plugin.delete(inactive)
    assert plugin.refresh(inactive) is None


def test_the_smtp_password_follows_the_documented_algorithm() -> None:
    """A fixed point: the algorithm of the SES documentation for one key and Region."""
    password = ses_smtp_password("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
    assert len(password) == 44
    assert password != ses_smtp_password("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "eu-west-1")


def test_an_engine_that_does_not_accept_secrets_gets_plain_values(aws: LocalAws, user: Resource) -> None:
    """As the protocol requires: such an engine would take the mark for the value."""
    with plugin_process(aws.environment(), aws) as old:
        old.configure(accept_secrets=False)
        made = old.create(ACCESS_KEY, {"user": user.id})
    assert isinstance(made.state["secret"], str)


def test_a_login_profile_has_a_secret_password_of_the_requested_length(
    plugin: Plugin, user: Resource
) -> None:
    made = plugin.create(LOGIN_PROFILE, {"user": user.id, "passwordLength": 24})

    assert isinstance(made.state["password"], Secret)
    assert len(reveal(made.state["password"])) == 24
    assert plugin.refresh(made) == made
    difference = plugin.diff(made, {"user": user.id, "passwordLength": 30})
    assert (list(difference.replaces), difference.deleteBeforeReplace) == (["passwordLength"], True)
    plugin.delete(made)
    assert plugin.refresh(made) is None


def test_no_secret_is_in_the_message_of_an_error(plugin: Plugin, user: Resource) -> None:
    made = plugin.create(LOGIN_PROFILE, {"user": user.id})
    with pytest.raises(grpc.RpcError) as failure:
        plugin.create(LOGIN_PROFILE, {"user": user.id})
    assert message_of(failure).startswith(
        "creating IAM User Login Profile: operation error CreateLoginProfile"
    )
    assert reveal(made.state["password"]) not in message_of(failure)


def test_a_role_is_created_changed_read_and_imported(plugin: Plugin, aws: LocalAws, unique: Unique) -> None:
    name = unique("deployer")
    declared = {
        "name": name,
        "assumeRolePolicy": TRUST,
        "description": "deploys",
        "maxSessionDuration": 7200,
        "managedPolicyArns": [FULL_ACCESS],
        "tags": {"a": "1"},
    }
    made = plugin.create(ROLE, declared)
    assert plugin.refresh(made) == made

    other = document("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/owner"})
    changed = plugin.update(
        made,
        {**declared, "assumeRolePolicy": other, "description": "", "managedPolicyArns": [], "tags": {}},
    )
    iam = aws.client("iam")
    found = iam.get_role(RoleName=name)["Role"]
    assert found["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"].endswith(":user/owner")
    assert found.get("Description", "") == ""
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    assert changed.state["arn"] == made.state["arn"]
    imported = plugin.import_(ROLE, name)
    assert imported
    assert list(plugin.diff(imported, imported.inputs).diffs) == []
    plugin.delete(changed)
    assert plugin.refresh(changed) is None


def test_inline_policies_are_created_changed_and_deleted(
    plugin: Plugin, aws: LocalAws, user: Resource, unique: Unique
) -> None:
    role = plugin.create(ROLE, {"name": unique("role"), "assumeRolePolicy": TRUST})
    iam = aws.client("iam")
    for type_name, holder, name in (
        ("aws:iam/userPolicy:UserPolicy", "user", user.id),
        ("aws:iam/rolePolicy:RolePolicy", "role", role.id),
    ):
        declared = {holder: name, "name": "own", "policy": document("dynamodb:GetItem")}
        made = plugin.create(type_name, declared)
        assert made.id == f"{name}:own"
        changed = plugin.update(made, {**declared, "policy": document("dynamodb:Query")})
        get = getattr(iam, f"get_{holder}_policy")
        answer = get(PolicyName="own", **{f"{holder.title()}Name": name})
        assert answer["PolicyDocument"]["Statement"][0]["Action"] == "dynamodb:Query"
        assert plugin.refresh(changed) == changed
        plugin.delete(changed)
        assert plugin.refresh(changed) is None


def test_a_managed_policy_is_attached_to_users_and_roles(
    plugin: Plugin, user: Resource, unique: Unique
) -> None:
    policy = plugin.create(POLICY, {"name": unique("own"), "policy": document("dynamodb:GetItem")})
    role = plugin.create(ROLE, {"name": unique("role"), "assumeRolePolicy": TRUST})
    for type_name, holder, name in ((USER_ATTACHMENT, "user", user.id), (ROLE_ATTACHMENT, "role", role.id)):
        made = plugin.create(type_name, {holder: name, "policyArn": policy.id})
        imported = plugin.import_(type_name, f"{name}/{policy.id}")
        assert imported
        assert imported.state[holder] == name
        assert list(plugin.diff(made, {holder: name, "policyArn": FULL_ACCESS}).replaces) == ["policyArn"]
        plugin.delete(made)
        assert plugin.refresh(made) is None


def test_a_policy_can_change_more_often_than_iam_keeps_versions(plugin: Plugin, unique: Unique) -> None:
    declared = {"name": unique("versions"), "policy": document("dynamodb:GetItem")}
    made = plugin.create(POLICY, declared)
    for number in range(7):
        made = plugin.update(made, {**declared, "policy": document(f"dynamodb:Get{number}*")})
    assert "dynamodb:Get6*" in made.state["policy"]
    plugin.delete(made)
    assert plugin.refresh(made) is None


def test_an_equivalent_policy_is_no_change(plugin: Plugin, unique: Unique) -> None:
    declared = {"name": unique("same"), "policy": document("dynamodb:GetItem")}
    made = plugin.create(POLICY, declared)
    listed = json.loads(declared["policy"])
    listed["Statement"][0]["Action"] = ["dynamodb:GetItem"]
    listed["Statement"][0]["Resource"] = ["*"]
    assert list(plugin.diff(made, {**declared, "policy": json.dumps(listed, indent=2)}).diffs) == []


def test_default_names_begin_with_the_name_of_the_resource(plugin: Plugin) -> None:
    made = plugin.create(USER, {}, name="anna")
    again = plugin.check(USER, "anna", {}, made.inputs)
    assert made.id.startswith("anna-")
    assert again["name"] == made.id  # an update keeps the name
