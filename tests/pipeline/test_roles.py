"""A role with read-only access previews the program, and another role deploys it."""

import pytest

from local.local_run import LocalRun
from local.process import Credentials, LocalAws
from tests.documents import Checkout, project_checkout
from tests.engine.programs import TRUST

CONFIG = """config:
  encrypted-tables:tables:
    orders:
      partitionKey: id
      keyUsers: [role/orders-service]
      keyAdministrators: [role/key-administrators]
"""
DEPLOYERS = "      deployers: [user/deployer]\n"
PREVIEW = "encrypted-tables preview --stack qa --out build/preview"
DEPLOY = "encrypted-tables deploy --stack qa --plan build/preview/plan.json --evidence build/evidence"


def user(aws: LocalAws, name: str, policy: str) -> Credentials:
    iam = aws.client("iam")
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"])


@pytest.fixture
def checkout(own_run: LocalRun) -> Checkout:
    """The project with an environment that is not deployed yet."""
    iam = own_run.aws.client("iam")
    for name in ("orders-service", "key-administrators"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    full_access = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    iam.attach_role_policy(RoleName="orders-service", PolicyArn=full_access)
    made = project_checkout(own_run)
    begun = made.shell(
        "git init -q && git add . && git commit -qm first && encrypted-tables environments new qa"
    )
    assert begun.returncode == 0, begun.stdout
    return made


def test_the_deployer_applies_the_plan_of_a_read_only_role(checkout: Checkout) -> None:
    reader = user(checkout.run.aws, "reader", "ReadOnlyAccess")
    deployer = user(checkout.run.aws, "deployer", "AdministratorAccess")
    checkout.write_config("qa", CONFIG + DEPLOYERS)

    previewed = checkout.shell(PREVIEW, reader)
    deployed = checkout.shell(DEPLOY, deployer)
    again = checkout.shell(PREVIEW, reader)

    assert [r.returncode for r in (previewed, deployed, again)] == [0, 0, 0], deployed.stdout
    assert "user/reader" not in previewed.stdout
    assert "No access changes." in again.stdout


def test_without_declared_deployers_a_note_explains_why_the_plan_is_refused(checkout: Checkout) -> None:
    reader = user(checkout.run.aws, "reader", "ReadOnlyAccess")
    deployer = user(checkout.run.aws, "deployer", "AdministratorAccess")
    checkout.write_config("qa", CONFIG)

    previewed = checkout.shell(PREVIEW, reader)
    deployed = checkout.shell(DEPLOY, deployer)

    assert "Pulumi.qa.yaml: orders has no deployers" in previewed.stdout
    assert deployed.returncode != 0
    assert "violates plan" in deployed.stdout
