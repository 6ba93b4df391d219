"""Missing principals are reported by name and immediately; recreated ones regain their access."""

import json

from local.local_run import LocalRun
from tests.engine.programs import TRUST, Program, User, outcome, session_client

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
