"""Staging and production as configured: strict, protected, and without policy violations."""

from dataclasses import replace

import pytest

from local.local_run import ROOT, LocalRun
from tests.engine.programs import TRUST, session_variables

MANDATORY = ROOT / "policy-pack" / "config" / "mandatory.json"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
PACK = ("--policy-pack", str(ROOT / "policy-pack"), "--policy-pack-config", str(MANDATORY))


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_no_policy_reports_a_violation(shared_run: LocalRun, name: str) -> None:
    stack = shared_run.stack(name)

    result = stack.preview(*PACK)

    assert result.exit_code == 0, result.output
    assert result.violations == []


def test_the_deployer_of_staging_can_deploy_it(own_run: LocalRun) -> None:
    iam = own_run.aws.client("iam")
    for role in ("orders-service-staging", "developers", "key-administrators", "deploy-staging"):
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="deploy-staging", PolicyArn=ADMINISTRATOR)
    stack = own_run.stack("staging")
    session = session_variables(own_run, "deploy-staging")

    by_deployer = replace(stack, environment={**stack.environment, **session})
    by_deployer.up(*PACK).checked()

    access = {(a["principal"], a["role"]) for a in stack.outputs()["tables"]["orders"]["access"]}
    assert access == {
        (f"arn:aws:iam::111122223333:role/{name}", role)
        for name, role in {
            "orders-service-staging": "keyUser",
            "developers": "keyUser",
            "key-administrators": "keyAdministrator",
            "deploy-staging": "deployer",
        }.items()
    }
    assert by_deployer.destroy().exit_code != 0
