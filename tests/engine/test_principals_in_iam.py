"""Missing principals are reported by name and immediately; recreated ones regain their access."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.local_run import LocalRun
from tests.docs.permissions import Identity, documented, sample, without
from tests.engine.programs import TRUST, Program, User, as_credentials, outcome, session_client

SOURCE = """
EncryptedTable("{name}", {{"partition_key": {{"name": "id"}}, "ephemeral": True, "key_users": {users}}})
granted = EncryptedTable("{name}-2", {{"partition_key": {{"name": "id"}}, "ephemeral": True}})
granted.grant_read(aws.iam.Role.get("role", "{name}"))
"""
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"


def make_role(run: LocalRun, name: str, path: str = "/") -> None:
    iam = run.aws.client("iam")
    iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName=name, PolicyArn=FULL_ACCESS)


def delete_role(run: LocalRun, name: str) -> None:
    iam = run.aws.client("iam")
    iam.detach_role_policy(RoleName=name, PolicyArn=FULL_ACCESS)
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def reads(run: LocalRun, role: str, table: str) -> str:
    client = session_client(run, "dynamodb", role)
    return outcome(lambda: client.get_item(TableName=table, Key={"id": {"S": "1"}}))


def test_missing_principals_are_reported_before_anything_is_created(program: Program, name: str) -> None:
    make_role(program.run, name)
    make_role(program.run, f"{name}-in-path", path="/service/")
    User(program.run, f"{name}-user")
    users = [f"role/{name}", f"user/{name}-user", f"user/{name}-left", f"role/{name}-in-path"]

    result = program(SOURCE.format(name=name, users=json.dumps(users))).up()

    assert result.exit_code != 0
    assert f"keyUsers[2]: 'user/{name}-left' does not exist in account 111122223333." in result.output
    path = f"'role/{name}-in-path' has another path in IAM; give 'role/service/{name}-in-path'."
    assert f"keyUsers[3]: {path}" in result.output
    assert "keyUsers[0]" not in result.output
    assert "keyUsers[1]" not in result.output
    assert {r["type"] for r in program.stack.export()["deployment"].get("resources", [])} <= {
        "pulumi:pulumi:Stack",
        "pulumi:providers:aws",
    }


def test_a_preview_warns_about_principals_that_do_not_exist_yet(program: Program, name: str) -> None:
    make_role(program.run, name)

    result = program(SOURCE.format(name=name, users=f'["user/{name}"]')).preview()

    assert result.exit_code == 0
    assert f"the update will be refused. keyUsers[0]: 'user/{name}' does not exist" in result.output


def test_a_recreated_role_has_access_after_the_next_update(program: Program, name: str) -> None:
    run = program.run
    make_role(run, name)
    program(SOURCE.format(name=name, users=f'["role/{name}"]')).up().checked()
    assert (reads(run, name, name), reads(run, name, f"{name}-2")) == ("allowed", "allowed")

    delete_role(run, name)
    make_role(run, name)
    assert reads(run, name, name) == "KMS key access denied error"

    program.stack.up().checked()

    assert (reads(run, name, name), reads(run, name, f"{name}-2")) == ("allowed", "allowed")
    # The role's own policies are there again as well.
    assert program.stack.preview("--refresh", "--expect-no-changes").exit_code == 0


CONSOLE: dict[str, object] = {"key_policy_profile": "console"}
DEPLOYERS: dict[str, object] = {"deployers": ["user/owner"]}
RESTORED = "Unless this update changes the policy, give access back with `pulumi up --refresh`."


def table(name: str, **more: object) -> str:
    """A table whose policies name four roles: its user, its administrator, and two readers."""

    def statement(role: str, action: str) -> dict[str, object]:
        principal = {"AWS": f"arn:aws:iam::111122223333:role/{name}-{role}"}
        return {"Effect": "Allow", "Principal": principal, "Action": action}

    settings = {
        "partition_key": {"name": "id"},
        "ephemeral": True,
        "key_administrators": [f"role/{name}-administrator", "user/owner"],
        "key_users": [f"role/{name}-user"],
        "key_policy_statements": [statement("decrypts", "kms:Decrypt")],
        "resource_policy_statements": [statement("reads", "dynamodb:GetItem")],
        **more,
    }
    return f"EncryptedTable({name!r}, {settings!r})\n"


ROLES = ("administrator", "decrypts", "reads", "user")


def recreate(run: LocalRun, *names: str) -> None:
    for name in names:
        delete_role(run, name)
        make_role(run, name)


def policies(run: LocalRun, name: str) -> str:
    """The key policy and the resource policy of a table."""
    kms, dynamodb = run.aws.client("kms"), run.aws.client("dynamodb")
    found: dict[str, Any] = dynamodb.describe_table(TableName=name)["Table"]
    key = kms.get_key_policy(KeyId=found["SSEDescription"]["KMSMasterKeyArn"])["Policy"]
    return f"{key} {dynamodb.get_resource_policy(ResourceArn=found['TableArn'])['Policy']}"


def named(run: LocalRun, name: str) -> list[str]:
    """The roles that the policies of a table name by ARN."""
    return [role for role in ROLES if f':role/{name}-{role}"' in policies(run, name)]


@pytest.mark.parametrize(
    "more", [CONSOLE, DEPLOYERS, CONSOLE | DEPLOYERS], ids=["console", "deployers", "console, deployers"]
)
def test_a_preview_says_what_gives_recreated_roles_their_access_back(
    program: Program, name: str, more: dict[str, object]
) -> None:
    run, roles = program.run, [f"{name}-{role}" for role in ROLES]
    for role in roles:
        make_role(run, role)
    program(table(name, **more)).up().checked()
    assert "unique id" not in program.stack.preview().output

    recreate(run, *roles)

    assert named(run, name) == []
    preview = program.stack.preview().checked().output
    for policy, these in {"key policy": (0, 1, 3), "resource policy": (2,)}.items():
        warnings = {line.partition("warning: ")[2] for line in preview.splitlines()}
        (warning,) = (one for one in warnings if one.startswith(f"the {policy} of the table {name!r}"))
        arns = ", ".join(f"arn:aws:iam::111122223333:role/{roles[number]}" for number in these)
        assert " in us-east-1 has AROA" in warning
        assert f"the unique id of a deleted user or role, and not {arns}, " in warning
        assert warning.endswith(RESTORED)
    program.stack.up("--refresh").checked()
    assert named(run, name) == [*ROLES]
    assert "unique id" not in program.stack.preview().output


def test_an_update_gives_recreated_roles_their_access_to_the_key_back_in_the_strict_profile(
    program: Program, name: str
) -> None:
    for role in ROLES:
        make_role(program.run, f"{name}-{role}")
    program(table(name)).up().checked()
    recreate(program.run, *(f"{name}-{role}" for role in ROLES))

    preview = program.stack.up().checked().output

    assert named(program.run, name) == ["administrator", "decrypts", "user"]
    assert "key policy of the table" not in preview


def test_a_preview_says_what_gives_a_recreated_role_of_another_account_its_access_back(
    own_run: LocalRun, tmp_path: Path
) -> None:
    theirs = own_run.aws.client("iam", own_run.aws.open_account("444455556666"))
    arn = theirs.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    settings = {"partition_key": {"name": "id"}, "ephemeral": True, "key_users": [arn]}
    stack = Program(own_run, tmp_path / "program", "other")(f"EncryptedTable('orders', {settings!r})")
    stack.up().checked()

    theirs.delete_role(RoleName="reader")
    theirs.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)

    assert f"and not {arn}, which may have been created again. {RESTORED}" in stack.preview().checked().output
    stack.up("--refresh").checked()
    assert "unique id" not in stack.preview().output


def test_a_preview_needs_each_permission_to_name_recreated_roles(program: Program, name: str) -> None:
    run, needed = program.run, documented("Preview with recreated principals")
    for role in ROLES:
        make_role(run, f"{name}-{role}")
    program(table(name, **DEPLOYERS, key_administrators=["user/owner"])).up().checked()
    recreate(run, *(f"{name}-{role}" for role in ROLES))
    previewer = Identity.create(run.aws, f"{name}-previewer", needed)
    stack = as_credentials(program.stack, run, previewer.credentials)

    def warnings() -> int:
        return stack.preview().checked().output.count("the unique id of a deleted user or role")

    complete = warnings()
    assert complete > 0
    for action in sample(needed):
        previewer.may(run.aws, without(needed, action))
        assert (action, warnings() < complete) == (action, True)


def test_a_preview_without_permission_to_look_up_the_role_of_an_application_says_why_it_replaces_its_access(
    program: Program, name: str
) -> None:
    make_role(program.run, name)
    settings = {
        "partition_key": {"name": "id"},
        "ephemeral": True,
        "deployers": ["user/owner"],
        "application_access": {"app": {"role": f"role/{name}", "access": "READ"}},
    }
    program(f"EncryptedTable({name!r}, {settings!r})").up().checked()
    previewer = Identity.create(program.run.aws, f"{name}-previewer", documented("Preview"))
    previewer.may(program.run.aws, without(documented("Preview"), "iam:GetRole"))

    preview = as_credentials(program.stack, program.run, previewer.credentials).preview().checked().output

    assert "applicationAccess.app.role: IAM does not show arn:aws:iam::" in preview
    assert "Allow iam:GetRole on it" in preview
    assert "IAM does not show" not in program.stack.preview("--expect-no-changes").checked().output
