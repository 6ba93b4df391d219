"""The page of the first deployment, followed from its first command to its last."""

from pathlib import Path

import pytest

from local.local_run import LocalRun
from local.shell import POLICY_PACK
from tests.docs.aws_cli import install_aws_cli
from tests.documents import Checkout, project_checkout, runnable_blocks


@pytest.fixture
def reader(own_run: LocalRun, tmp_path: Path) -> Checkout:
    """A reader with a checkout, the AWS CLI, the policy pack on, and an account without tables and roles."""
    install_aws_cli(tmp_path / "aws-cli")
    checkout = project_checkout(own_run)
    (checkout.directory / "Pulumi.dev.yaml").unlink()
    checkout.path = (tmp_path / "aws-cli",)
    checkout.variables = POLICY_PACK
    return checkout


def test_a_reader_deploys_reads_verifies_adds_a_key_user_and_destroys_the_stack(reader: Checkout) -> None:
    setup, create, deploy, item, verify, key_user, take_down = runnable_blocks("first-deployment.md")
    dynamodb = reader.run.aws.client("dynamodb", region="eu-west-1")

    shown = follow(reader, setup, create, deploy, item, verify)
    assert '"id": {' in shown
    assert "as declared" in shown
    key = dynamodb.describe_table(TableName="orders")["Table"]["SSEDescription"]["KMSMasterKeyArn"]
    kms = reader.run.aws.client("kms", region="eu-west-1")

    follow(reader, setup, key_user)
    assert "role/orders-service" in kms.get_key_policy(KeyId=key)["Policy"]

    follow(reader, setup, take_down)
    assert dynamodb.list_tables()["TableNames"] == []
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert not (reader.directory / "Pulumi.first.yaml").exists()


def follow(reader: Checkout, *steps: str) -> str:
    """Run steps in one shell and return their output."""
    done = reader.shell("\n".join(steps))
    assert done.returncode == 0, done.stdout
    return done.stdout
