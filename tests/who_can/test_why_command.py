"""`who-can --why` on the command line."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.local_run import ROOT
from local.process import LocalAws, running
from tests.verify.world import ACCOUNT, REGION, User, World
from tests.warm_starts.cli import encrypted_tables

Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with running() as aws:
        yield World(aws)


@pytest.fixture(scope="module")
def user(world: World) -> User:
    """Full access to DynamoDB, and no key."""
    return world.user()


@pytest.fixture(scope="module")
def table(world: World) -> str:
    return world.table(world.key())


def ask(aws: LocalAws, directory: Path, *words: str) -> Done:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **aws.environment()}
    return subprocess.run(
        encrypted_tables("who-can", *words, "--region", REGION),
        cwd=directory, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def answer(done: Done) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)["why"]
    return dict(found)


def test_the_json_has_each_policy_check_and_the_change(
    world: World, user: User, table: str, tmp_path: Path
) -> None:
    found = answer(ask(world.aws, tmp_path, table, "--why", user.arn, "--format", "json"))

    assert (found["principal"], found["answer"]) == (user.arn, "no")
    assert [gate["gate"] for gate in found["gates"]] == ["IAM identity policy", "key policy"]
    (step,) = found["cure"]["steps"]
    assert found["cure"]["complete"]
    assert step["statements"][0]["Action"] == "kms:Decrypt"


def test_a_table_of_the_local_config_gets_a_line_to_add_to_it(
    world: World, user: User, table: str, tmp_path: Path
) -> None:
    settings = {"tableName": table, "partitionKey": "id", "keyUsers": ["role/a"]}
    config = yaml.safe_dump({"config": {"shop:tables": {"orders": settings}}})
    (tmp_path / "Pulumi.yaml").write_text("name: shop\n")
    (tmp_path / "Pulumi.prod.yaml").write_text(config)

    found = answer(ask(world.aws, tmp_path, table, "--why", f"user/{user.name}", "--format", "json"))

    (step,) = found["cure"]["steps"]
    assert step["config"].splitlines()[-1].strip() == f"- user/{user.name}"
    assert step["commands"] == [
        f"pulumi config set --stack prod --path 'shop:tables.orders.keyUsers[1]' user/{user.name}"
    ]


def test_a_principal_with_access_is_explained_by_its_statements(
    world: World, table: str, tmp_path: Path
) -> None:
    reader = world.user(policy=None)
    world.user_policy(
        reader,
        {"Sid": "All", "Effect": "Allow", "Action": ["dynamodb:Scan", "kms:Decrypt"], "Resource": "*"},
    )

    done = ask(world.aws, tmp_path, table, "--why", reader.name)

    assert done.returncode == 0, done.stderr
    assert f"user/{reader.name} can read {table} ({REGION}): dynamodb:Scan is allowed" in done.stdout
    assert "statement 1 (All) of policy extra allows kms:Decrypt." in done.stdout


def test_an_answer_that_depends_on_an_unknown_value_is_cannot_tell(
    world: World, table: str, tmp_path: Path
) -> None:
    reader = world.user()
    office = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    world.user_policy(
        reader,
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"},
        {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*", "Condition": office},
    )

    done = ask(world.aws, tmp_path, table, "--why", reader.arn)

    assert done.returncode == 2
    assert done.stdout.startswith(f"Cannot tell whether user/{reader.name} can read {table}")
    assert "aws:SourceIp IpAddress 10.0.0.0/8" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--why", "nobody"], "nobody: no such user or role in account 111122223333."),
        (["--why", f"arn:aws:iam::{ACCOUNT}:role/gone"], "no such user or role"),
        (["--why", "user/ownr"], "Did you mean user/owner?"),
        (
            ["--why", "owner", "--format", "csv"],
            "--why does not support --format csv. Give --format table or json.",
        ),
        (
            ["--why", "owner", "--action", "s3:GetObject"],
            "not an action on items. Give one of dynamodb:GetItem",
        ),
        (["--action", "dynamodb:Query"], "--action needs --why PRINCIPAL."),
        (["--why", "owner", "--session-policy", "none.json"], "none.json cannot be read"),
    ],
)
def test_bad_input_is_one_message(
    world: World, table: str, tmp_path: Path, words: list[str], message: str
) -> None:
    done = ask(world.aws, tmp_path, table, *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_stack_whose_config_lacks_the_table_is_one_message(
    world: World, user: User, table: str, tmp_path: Path
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")

    done = ask(world.aws, tmp_path, table, "--why", user.arn, "--stack", "dev")

    assert (done.returncode, done.stdout) == (2, "")
    assert f"Pulumi.dev.yaml: no table {table}." in done.stderr
