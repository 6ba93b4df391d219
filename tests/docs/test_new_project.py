"""A project made by `pulumi new` from the template, by the commands of its page and its README."""

import json
from pathlib import Path

import pytest
import yaml

from local.local_run import ROOT, LocalRun
from tests.documents import Checkout, runnable_blocks

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
ITEMS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan"],
            "Resource": "arn:aws:dynamodb:*:*:table/orders",
        },
    }
)


@pytest.fixture
def reader(own_run: LocalRun, tmp_path: Path) -> Checkout:
    """A reader in a checkout, who will create the project next to it."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("template", "components", "__main__.py", "config.py", "first_table.py", "venv"):
        (checkout / name).symlink_to(ROOT / name)
    return Checkout(own_run, checkout)


def test_a_project_of_another_name_is_deployed_verified_changed_and_destroyed(
    reader: Checkout, tmp_path: Path
) -> None:
    """The project installs its dependencies into its own environment."""
    aws = reader.run.aws
    dynamodb = aws.client("dynamodb", region="eu-west-1")
    iam = aws.client("iam")
    iam.create_role(RoleName="orders-service", AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName="orders-service", PolicyName="items", PolicyDocument=ITEMS)
    (make,) = runnable_blocks("new-project.md")

    assert "as declared" in follow(reader, make)
    shop = tmp_path / "shop"
    made = [file.relative_to(shop).parts for file in shop.rglob("*") if file.is_file()]
    assert len([parts for parts in made if not {"venv", "__pycache__"} & {*parts}]) < 60
    assert yaml.safe_load((shop / "Pulumi.yaml").read_text())["name"] == "shop"
    assert yaml.safe_load((shop / "Pulumi.dev.yaml").read_text())["config"] == {
        "aws:region": "eu-west-1",
        "shop:firstTable": "orders",
    }
    key = dynamodb.describe_table(TableName="orders")["Table"]["SSEDescription"]["KMSMasterKeyArn"]

    reader.directory = shop
    deploy, key_user, table, verify, take_down = runnable_blocks("../template/README.md")
    assert "5 unchanged" in follow(reader, deploy)
    follow(reader, key_user, table, verify)
    policy = aws.client("kms", region="eu-west-1").get_key_policy(KeyId=key)["Policy"]
    assert "role/orders-service" in policy
    assert dynamodb.list_tables()["TableNames"] == ["customers", "orders"]
    assert "orders" in follow(reader, "pulumi preview --stack staging")

    follow(reader, take_down)
    assert dynamodb.list_tables()["TableNames"] == []


def follow(reader: Checkout, *steps: str) -> str:
    """Run steps in one shell and return their output."""
    done = reader.shell("\n".join(["export PIP_NO_COMPILE=1", *steps]))
    assert done.returncode == 0, done.stdout
    return done.stdout
