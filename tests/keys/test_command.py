"""`encrypted-tables keys` and `keys retire` on the local AWS."""

import json
import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.local_run import ROOT
from local.process import Credentials, LocalAws, running
from tests.verify.world import World
from tests.warm_starts.cli import encrypted_tables

Done = subprocess.CompletedProcess[str]
Keys = Callable[..., Done]


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with running() as started:
        yield started


@pytest.fixture
def world(aws: LocalAws) -> World:
    return World(aws)


@pytest.fixture
def keys(aws: LocalAws, tmp_path: Path) -> Keys:
    def run(*words: str, credentials: Credentials | None = None) -> Done:
        return subprocess.run(
            encrypted_tables("keys", *words),
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **aws.environment(credentials)},
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def entry(done: Done) -> dict[str, Any]:
    (found,) = json.loads(done.stdout)["keys"]
    return dict(found)


def state(world: World, key: str) -> str:
    return str(world.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"])


def test_a_key_is_needed_by_its_table(world: World, keys: Keys) -> None:
    key = world.key()
    table = world.table(key)

    done = keys(key, "--format", "json")

    assert done.returncode == 0, done.stderr
    shown = entry(done)
    assert (shown["answer"], shown["state"]) == ("needed", "Enabled")
    assert shown["neededBy"] == [{"kind": "table", "what": f"table {table}"}]
    assert f"needed by table {table}" in keys(key).stdout


def test_a_key_can_be_given_by_alias_and_region(world: World, keys: Keys) -> None:
    key = world.key(region="eu-west-1")
    world.client("kms", "eu-west-1").create_alias(AliasName="alias/abroad", TargetKeyId=key)

    done = keys("alias/abroad", "--region", "eu-west-1", "--format", "json")

    assert (entry(done)["arn"], entry(done)["answer"]) == (key, "can go")


def test_all_shows_every_customer_managed_key(world: World, keys: Keys) -> None:
    key = world.key(region="eu-central-1")
    world.client("dynamodb", "eu-central-1").create_table(
        TableName="managed",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
    )

    assert entry(keys("--all", "--region", "eu-central-1", "--format", "json"))["arn"] == key


def test_a_needed_key_that_waits_for_its_deletion_is_status_1(world: World, keys: Keys) -> None:
    key = world.key()
    world.table(key)
    world.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)

    assert keys(key).returncode == 1


@pytest.mark.parametrize(
    "action",
    [
        "backup:ListBackupVaults",
        "backup:ListRecoveryPointsByBackupVault",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:DescribeTable",
        "dynamodb:ListBackups",
        "dynamodb:ListExports",
        "dynamodb:ListTables",
        "kms:GetKeyLastUsage",
        "kms:ListGrants",
    ],
)
def test_a_denied_call_is_reported_and_no_key_is_retired(world: World, keys: Keys, action: str) -> None:
    user = world.user(policy=None)
    world.user_policy(
        user,
        {"Effect": "Allow", "Action": ["kms:*", "dynamodb:*", "backup:*"], "Resource": "*"},
        {"Effect": "Deny", "Action": action, "Resource": "*"},
    )
    key = world.key()
    world.table(world.key())
    vault = world.name("vault")
    world.client("backup").create_backup_vault(BackupVaultName=vault, EncryptionKeyArn=world.key())

    done = keys("retire", key, credentials=user.credentials)

    assert (done.returncode, state(world, key)) == (2, "Enabled")
    assert action in done.stdout


def test_an_unneeded_key_is_retired_with_a_private_record(world: World, keys: Keys, tmp_path: Path) -> None:
    key = world.key()

    done = keys("retire", key, "--days", "7")

    assert (done.returncode, state(world, key)) == (0, "PendingDeletion"), done.stderr
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first, second = json.loads(file.read_text())
    assert [first["action"], second["action"]] == ["about to schedule deletion", "deletion scheduled"]
    assert (second["key"]["arn"], second["key"]["answer"]) == (key, "can go")
    assert second["caller"].endswith(":user/owner")


def test_a_needed_key_is_not_retired(world: World, keys: Keys, tmp_path: Path) -> None:
    key = world.key()
    world.table(key)

    done = keys("retire", key)

    assert (done.returncode, state(world, key)) == (1, "Enabled")
    assert [*tmp_path.iterdir()] == []


def test_cancelling_enables_a_key_that_was_enabled(world: World, keys: Keys) -> None:
    key = world.key()
    keys("retire", key)

    done = keys("retire", key, "--cancel")

    assert (done.returncode, state(world, key)) == (0, "Enabled"), done.stderr


def test_cancelling_leaves_a_key_disabled_that_was_disabled(world: World, keys: Keys) -> None:
    key = world.key()
    world.client("kms").disable_key(KeyId=key)
    keys("retire", key)

    done = keys("retire", key, "--cancel")

    assert (done.returncode, state(world, key)) == (0, "Disabled")
    assert f"aws kms enable-key --key-id {key.rpartition('/')[2]} --region us-east-1" in done.stdout


def test_the_deletion_of_a_needed_key_is_cancelled(world: World, keys: Keys) -> None:
    key = world.key()
    table = world.table(key)
    world.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)

    done = keys("retire", key)

    assert (done.returncode, state(world, key)) == (1, "Disabled")
    assert f"needed by table {table}" in done.stdout


@pytest.mark.parametrize("words", [(), ("retire",), ("--days",), ("retire", "KEY", "--days", "3")])
def test_an_invalid_key_argument_is_one_message(keys: Keys, words: tuple[str, ...]) -> None:
    done = keys(*words)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_an_aws_managed_key_is_refused(world: World, keys: Keys) -> None:
    world.client("dynamodb").create_table(
        TableName=world.name("managed"),
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
    )

    done = keys("retire", "alias/aws/dynamodb")

    assert done.returncode == 2
    assert "is an AWS managed key" in done.stderr


def test_a_file_that_is_not_a_record_is_not_overwritten(world: World, keys: Keys, tmp_path: Path) -> None:
    key = world.key()
    (tmp_path / "notes.json").write_text("{}")

    done = keys("retire", key, "--record", "notes.json")

    assert (done.returncode, state(world, key)) == (2, "Enabled")
    assert "is not a record" in done.stderr
    assert (tmp_path / "notes.json").read_text() == "{}"


def test_recovery_needs_the_key_that_a_table_with_replicas_had(world: World, keys: Keys) -> None:
    old, new = world.key(), world.key()
    there, there_new = (world.key(region="eu-west-1") for _ in range(2))
    table, dynamodb = world.table(old), world.client("dynamodb")
    recovery = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=recovery)
    create = {"Create": {"RegionName": "eu-west-1", "KMSMasterKeyId": there}}
    dynamodb.update_table(TableName=table, ReplicaUpdates=[create])
    updates = [
        {"Update": {"RegionName": region, "KMSMasterKeyId": key}}
        for region, key in (("us-east-1", new), ("eu-west-1", there_new))
    ]
    dynamodb.update_table(TableName=table, ReplicaUpdates=updates)

    found = entry(keys(old, "--format", "json"))

    assert found["answer"] == "needed"
    assert [need["kind"] for need in found["neededBy"]] == ["point-in-time recovery"]
