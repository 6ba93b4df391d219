"""The permissions of `verify` and `who-can` that docs/permissions.md lists are enough, and each is needed."""

import json
import os
import subprocess
from collections.abc import Iterator

import pytest

from encrypted_tables.who_can.row import Verdict
from local.local_run import ROOT
from local.process import LocalAws, running
from tests.docs.permissions import Identity, Policy, actions, documented, without
from tests.verify.world import ACCOUNT, REGION, World
from tests.warm_starts.cli import encrypted_tables


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def outputs(aws: LocalAws) -> str:
    """The stack outputs of a table with a reader, a policy and backups."""
    world = World(aws)
    reader = world.user("reader")
    key = world.key(reader.arn)
    table = world.table(key)
    world.table_policy(
        table, {"Effect": "Allow", "Principal": {"AWS": reader.arn}, "Action": "dynamodb:GetItem"}
    )
    world.client("dynamodb").create_backup(TableName=table, BackupName="weekly")
    owner = f"arn:aws:iam::{ACCOUNT}:user/owner"
    access = [
        {"principal": reader.arn, "role": "keyUser"},
        {"principal": owner, "role": "deployer"},
        {"principal": owner, "role": "keyAdministrator"},
        {"principal": reader.arn, "role": "statementPrincipal"},
    ]
    world.client("kms").create_alias(AliasName="alias/orders", TargetKeyId=key)
    declared = {
        "tableName": table,
        "region": REGION,
        "keyArn": key,
        "keyAlias": "alias/orders",
        "access": access,
    }
    return json.dumps({"tables": {"orders": declared}})


def status(aws: LocalAws, identity: Identity, *words: str, given: str = "") -> tuple[int, str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        **aws.environment(identity.credentials),
    }
    done = subprocess.run(
        encrypted_tables(*words),
        env=environment, input=given, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


UNKNOWN = f",{Verdict.CANNOT_TELL.value},"
VERIFY, WHO_CAN = documented("verify"), documented("who-can")


@pytest.fixture(scope="module")
def identity(aws: LocalAws) -> Identity:
    return Identity.create(aws, "looks", VERIFY)


def with_policy(aws: LocalAws, identity: Identity, policy: Policy) -> Identity:
    identity.may(aws, policy)
    return identity


def test_the_permissions_are_enough_for_verify(aws: LocalAws, identity: Identity, outputs: str) -> None:
    looks = with_policy(aws, identity, VERIFY)

    found, output = status(aws, looks, "verify", "--outputs", "-", "--read-only", given=outputs)

    assert found in (0, 1), output


@pytest.mark.parametrize("action", actions(VERIFY))
def test_verify_cannot_tell_without_one_of_the_permissions(
    aws: LocalAws, identity: Identity, outputs: str, action: str
) -> None:
    looks = with_policy(aws, identity, without(VERIFY, action))

    found, output = status(aws, looks, "verify", "--outputs", "-", "--read-only", given=outputs)

    assert (found, action in output.replace("\n", "")) == (2, True), output


def test_the_permissions_are_enough_for_who_can(aws: LocalAws, identity: Identity, outputs: str) -> None:
    table = json.loads(outputs)["tables"]["orders"]["tableName"]

    found, output = status(aws, with_policy(aws, identity, WHO_CAN), "who-can", table, "--format", "csv")

    assert (found, "reader" in output) == (0, True), output


@pytest.mark.parametrize("action", actions(WHO_CAN))
def test_who_can_cannot_tell_without_one_of_the_permissions(
    aws: LocalAws, identity: Identity, outputs: str, action: str
) -> None:
    table = json.loads(outputs)["tables"]["orders"]["tableName"]

    found, output = status(
        aws, with_policy(aws, identity, without(WHO_CAN, action)), "who-can", table, "--format", "csv"
    )

    assert found == 2 or UNKNOWN in output, output
