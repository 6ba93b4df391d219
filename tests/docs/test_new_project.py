"""A project made by `pulumi new` from the template, by the commands of its page and its README."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from local.local_run import ROOT, LocalRun
from local.shell import POLICY_PACK
from tests.docs.git_host import GitHost, git_host
from tests.documents import Checkout, blocks, runnable_blocks
from tests.engine.programs import TRUST

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
    """A reader in a checkout, with the policy pack on, who will create the project next to it."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("template", "components", "__main__.py", "config.py", "first_table.py", "venv"):
        (checkout / name).symlink_to(ROOT / name)
    return Checkout(own_run, checkout, variables=POLICY_PACK)


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
    assert len(files(shop)) < 80
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


@pytest.fixture
def newcomer(shared_run: LocalRun, tmp_path: Path) -> Checkout:
    """A reader without a checkout, in an empty directory."""
    (tmp_path / "empty").mkdir()
    return Checkout(shared_run, tmp_path / "empty")


@pytest.fixture
def host(newcomer: Checkout, tmp_path: Path) -> Iterator[GitHost]:
    """A git host with OWNER/REPOSITORY, a copy of this repository."""
    copy = tmp_path / "copy"
    for name in ("template", "components"):
        ignored = shutil.ignore_patterns("__pycache__", "venv")
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=ignored)
    for name in ("Pulumi.yaml", "__main__.py", "config.py", "first_table.py", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    follow(
        newcomer,
        f"cd {copy}",
        "git init --quiet --initial-branch main",
        "git add .",
        "git commit --quiet --message 'Copy the repository'",
        f"git clone --quiet --bare . {tmp_path}/host/OWNER/REPOSITORY.git",
    )
    with git_host(tmp_path / "host") as running:
        yield running


def test_the_address_of_the_template_brings_a_small_project(newcomer: Checkout, host: GitHost) -> None:
    """The address of its folder on a git host, as a browser shows it, and the shorter one."""
    (printed,) = (block for block in blocks("new-project.md", "sh") if "github.com" in block)
    trust = f"export SSL_CERT_FILE={host.certificate}"
    command = f"{printed.replace('https://github.com', host.url)} --yes --generate-only"
    shorter = command.replace("/tree/main", "").replace("shop", "short")

    follow(newcomer, trust, command, shorter)

    made = [files(newcomer.directory / name) for name in ("shop", "short")]
    assert made[0] == made[1] == files(ROOT / "template")
    assert yaml.safe_load((newcomer.directory / "shop" / "Pulumi.yaml").read_text())["name"] == "shop"


def test_the_address_of_the_repository_brings_all_of_it_and_says_what_to_use(
    newcomer: Checkout, host: GitHost
) -> None:
    """Pulumi takes the first Pulumi.yaml that it finds, which is the one of this program."""
    trust = f"export SSL_CERT_FILE={host.certificate}"

    said = follow(
        newcomer, trust, f"pulumi new {host.url}/OWNER/REPOSITORY --dir all --name all --yes --generate-only"
    )

    assert Path("template", "Pulumi.yaml") in files(newcomer.directory / "all")
    assert "/tree/main/template" in said


def files(directory: Path) -> set[Path]:
    """The files of a project, without those of its environment."""
    found = {file.relative_to(directory) for file in directory.rglob("*") if file.is_file()}
    return {file for file in found if not {"venv", "__pycache__"} & {*file.parts}}


def follow(reader: Checkout, *steps: str) -> str:
    """Run steps in one shell and return their output."""
    done = reader.shell("\n".join(["export PIP_NO_COMPILE=1", *steps]))
    assert done.returncode == 0, done.stdout
    return done.stdout
