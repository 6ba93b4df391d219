"""With a state directory, a run continues where the previous one ended, however it ended."""

import json
import os
import signal
from pathlib import Path

import pytest

from local.process import Credentials, LocalAwsError, running, start
from tests.local.emulator.resources import (
    ITEM,
    KEY_DENIED,
    ROOT,
    encrypted_with,
    error_of,
    make_key,
    make_table,
    make_user,
    other_client,
    remove_user,
    sse_of,
    statement,
)


def test_after_kill_9_every_answered_call_is_kept(tmp_path: Path) -> None:
    first = start(state_dir=tmp_path)
    reader = make_user(first)
    key = make_key(first, statement(reader.arn, action="kms:Decrypt"))
    table = make_table(first, key)
    ciphertext = first.client("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    os.kill(first.pid, signal.SIGKILL)
    first.stop()

    with running(state_dir=tmp_path) as second:
        assert second.endpoint_url == first.endpoint_url
        assert second.owner == first.owner
        dynamodb = second.client("dynamodb", reader.credentials)
        assert dynamodb.get_item(TableName=table, Key=ITEM)["Item"] == ITEM
        assert (sse_of(second, table) or {})["KMSMasterKeyArn"] == key
        assert second.client("kms").decrypt(CiphertextBlob=ciphertext)["Plaintext"] == b"x"
        assert len(second.client("kms").list_grants(KeyId=key)["Grants"]) == 1


def test_principals_of_a_policy_survive(tmp_path: Path) -> None:
    first = start(state_dir=tmp_path)
    reader = make_user(first)
    key = make_key(first, statement(reader.arn, action="kms:Decrypt"))
    table = make_table(first, key)
    remove_user(first, reader)
    os.kill(first.pid, signal.SIGKILL)
    first.stop()

    with running(state_dir=tmp_path) as second:
        heir = make_user(second, user=reader.name)
        error = error_of(second.client("dynamodb", heir.credentials).get_item, TableName=table, Key=ITEM)
        assert error.message.startswith(KEY_DENIED)


def test_the_budget_of_key_changes_survives(tmp_path: Path) -> None:
    with running(state_dir=tmp_path) as first:
        keys = [make_key(first) for _ in range(6)]
        table = make_table(first, keys[0])
        for key in keys[1:5]:
            first.client("dynamodb").update_table(TableName=table, SSESpecification=encrypted_with(key))

    with running(state_dir=tmp_path) as second:
        error = error_of(
            second.client("dynamodb").update_table,
            TableName=table,
            SSESpecification=encrypted_with(keys[5]),
        )
        assert error.code == "LimitExceededException"


def test_a_damaged_state_is_refused_with_advice(tmp_path: Path) -> None:
    start(state_dir=tmp_path).stop()
    (tmp_path / "state.json").write_text("{", encoding="utf-8")

    with pytest.raises(LocalAwsError, match=r"state.json is damaged .*: remove its directory to start empty"):
        start(state_dir=tmp_path)


def test_a_damaged_run_file_is_refused_with_advice(tmp_path: Path) -> None:
    start(state_dir=tmp_path).stop()
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")

    with pytest.raises(LocalAwsError, match=r"run.json cannot be read .*: remove the directory"):
        start(state_dir=tmp_path)


def test_a_state_that_cannot_be_saved_fails_the_call(tmp_path: Path) -> None:
    with running(state_dir=tmp_path) as aws:
        (tmp_path / "state.new").mkdir()

        error = error_of(aws.client("kms").create_key)

        assert (error.status, "cannot save its state" in error.message) == (500, True)


def test_a_session_of_a_role_survives(tmp_path: Path) -> None:
    first = start(state_dir=tmp_path)
    trust = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = first.client("iam").create_role(RoleName="reader", AssumeRolePolicyDocument=document)["Role"]
    session = first.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="reading")
    os.kill(first.pid, signal.SIGKILL)
    first.stop()

    with running(state_dir=tmp_path) as second:
        key = session["Credentials"]
        key_pair = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
        sts = other_client(second, "sts", key_pair, token=key["SessionToken"])
        assert sts.get_caller_identity()["Arn"] == session["AssumedRoleUser"]["Arn"]
