"""Deployers: what the strict key policy allows them, and that they cannot lock themselves out."""

import json
from dataclasses import replace

import pytest

from local.local_run import LocalRun
from tests.engine.programs import TRUST, Program, outcome, session_variables


def test_a_deployer_can_grant_an_applications_role_decryption_of_this_table_and_nothing_else(
    program: Program, name: str
) -> None:
    program(
        f'table = EncryptedTable("{name}", {{"partition_key": {{"name": "id"}}, "ephemeral": True}})\n'
        'pulumi.export("key", table.key_arn)'
    ).up().checked()
    key = program.stack.outputs()["key"]
    iam, kms = program.run.aws.client("iam"), program.run.aws.client("kms")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    context = {"aws:dynamodb:tableName": name, "aws:dynamodb:subscriberId": program.run.aws.account_id}

    def grant(operations: list[str], constraint: dict[str, str] | None, grantee: str = role) -> str:
        return grant_with(
            {"EncryptionContextSubset": constraint} if constraint else None, operations, grantee
        )

    def grant_with(
        forms: dict[str, dict[str, str]] | None, operations: list[str], grantee: str = role
    ) -> str:
        constraints = {"Constraints": forms} if forms else {}
        return outcome(
            lambda: kms.create_grant(
                KeyId=key, GranteePrincipal=grantee, Operations=operations, **constraints
            )
        )

    assert grant(["Decrypt"], context) == "allowed"
    # Terraform's provider, and so the official one, sends an empty map beside the subset.
    both = {"EncryptionContextEquals": {}, "EncryptionContextSubset": context}
    assert grant_with(both, ["Decrypt"]) == "allowed"
    assert grant_with(dict(reversed(both.items())), ["Decrypt"]) == "allowed"
    assert grant_with({"EncryptionContextEquals": {}}, ["Decrypt"]) != "allowed"
    assert grant(["Decrypt"], None) != "allowed"
    assert grant(["Decrypt"], {**context, "aws:dynamodb:tableName": "other"}) != "allowed"
    assert grant(["Decrypt", "CreateGrant"], context) != "allowed"
    assert grant(["Decrypt"], context, grantee=role.replace(":role/", ":user/")) != "allowed"


@pytest.mark.parametrize("profile", ["strict", "console"])
def test_a_role_is_the_deployer_and_not_its_session(program: Program, name: str, profile: str) -> None:
    iam = program.run.aws.client("iam")
    arn = iam.create_role(RoleName=name, Path="/ci/", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    program(f"""
        table = EncryptedTable("{name}", {{
            "partition_key": {{"name": "id"}}, "ephemeral": True, "key_policy_profile": "{profile}",
        }})
        pulumi.export("access", table.declaration["access"])
    """)
    session = {**program.stack.environment, **session_variables(program.run, f"ci/{name}")}
    stack = replace(program.stack, environment=session)

    stack.up().checked()

    assert stack.outputs()["access"] == [
        {"principal": arn, "role": "keyAdministrator"},
        {"principal": arn, "role": "deployer"},
    ]
    stack.destroy().checked()


@pytest.mark.parametrize(
    "locking",
    [
        '"account_root_statement": False',
        '"key_administrators": ["user/someone-else"], "account_root_statement": False',
        '"key_policy_statements": [{"Effect": "Deny", "Principal": "*", "Action": "kms:Put*"}]',
    ],
    ids=["people alone", "somebody else alone", "a denial for all"],
)
def test_a_policy_that_locks_the_deployer_out_is_refused_before_anything_is_created(
    program: Program, name: str, locking: str
) -> None:
    source = f'EncryptedTable("{name}", {{"partition_key": {{"name": "id"}}, {locking}}})'
    result = program(source).run("up", "--yes")

    assert result.exit_code != 0
    assert "bypassPolicyLockoutSafetyCheck" in result.output
    assert "Traceback" not in result.output
    assert program.stack.export()["deployment"].get("resources", []) == []


def test_a_role_that_the_key_policy_lists_as_deployer_needs_no_iam_permission_for_the_key(
    shared_run: LocalRun, program: Program, name: str
) -> None:
    iam = shared_run.aws.client("iam")
    path = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
    iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=TRUST)
    allowed = {"Effect": "Allow", "Action": ["dynamodb:*", "kms:*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName=name, PolicyName="deploys", PolicyDocument=document)
    source = 'EncryptedTable("{}", {{"partition_key": {{"name": "id"}}, "ephemeral": True, {}}})'
    as_role = replace(
        program.stack, environment={**program.stack.environment, **session_variables(shared_run, name)}
    )

    program(source.format(name, ""))
    refused = as_role.up()
    assert refused.exit_code != 0
    assert "Allow iam:GetRole on it, or name the role under deployers, with its path." in refused.output

    program(source.format(name, f'"deployers": ["role{path}{name}"]'))
    as_role.up().checked()
    as_role.destroy().checked()
