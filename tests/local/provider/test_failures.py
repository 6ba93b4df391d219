"""Failures between the provider and AWS are reported once and clearly, and created resources are not lost."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from local.process import LocalAws, running
from tests.local.provider.protocol import Plugin, Resource, init_failure, message_of, plain, plugin_process

KEY = "aws:kms/key:Key"
TABLE = "aws:dynamodb/table:Table"

Unique = Callable[[str], str]


def table(name: str, **more: object) -> dict[str, Any]:
    return {
        "name": name,
        "hashKey": "id",
        "attributes": [{"name": "id", "type": "S"}],
        "billingMode": "PAY_PER_REQUEST",
        **more,
    }


@pytest.fixture
def faulty(aws: LocalAws) -> Iterator[LocalAws]:
    """The shared local AWS, without faults before and after."""
    aws.clear_faults()
    yield aws
    aws.clear_faults()


@pytest.mark.parametrize("effect", ["throttle", "error", "close"])
@pytest.mark.parametrize(
    "action", ["kms:CreateKey", "kms:GetKeyPolicy", "kms:EnableKeyRotation", "kms:ListResourceTags"]
)
def test_a_temporary_fault_is_retried(plugin: Plugin, faulty: LocalAws, action: str, effect: str) -> None:
    faulty.inject_fault(action, effect, calls=2)
    made = plugin.create(KEY, {"enableKeyRotation": True})
    assert faulty.client("kms").get_key_rotation_status(KeyId=made.id)["KeyRotationEnabled"] is True


def test_a_denial_is_reported_once_with_the_operation_and_the_resource(plugin: Plugin, aws: LocalAws) -> None:
    made = plugin.create(KEY, {})
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:user/owner"},
        "Action": ["kms:PutKeyPolicy", "kms:DescribeKey", "kms:Get*", "kms:List*"],
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    closed = plugin.update(made, {"policy": policy})

    with pytest.raises(grpc.RpcError) as failure:
        plugin.update(closed, {"policy": policy, "description": "new"})

    message = message_of(failure)
    assert message.startswith(f"updating KMS Key ({made.id}): operation error UpdateKeyDescription, ")
    assert "AccessDeniedException" in message
    assert message.count("AccessDenied") == 1
    assert "Traceback" not in message
    assert aws.client("kms").get_key_policy(KeyId=made.id)["PolicyName"] == "default"


def test_a_table_whose_replica_fails_is_recorded_and_the_next_update_completes_it(
    plugin: Plugin, unique: Unique
) -> None:
    name, primary = unique("half-made"), plugin.create(KEY, {"multiRegion": True})
    local = plugin.create(
        "aws:kms/replicaKey:ReplicaKey", {"primaryKeyArn": primary.state["arn"], "region": "eu-west-1"}
    )
    encryption = {"enabled": True, "kmsKeyArn": primary.state["arn"]}

    def declared(replica_key: str) -> dict[str, Any]:
        return table(
            name,
            serverSideEncryption=encryption,
            streamEnabled=True,
            streamViewType="NEW_AND_OLD_IMAGES",
            replicas=[{"regionName": "eu-west-1", "kmsKeyArn": replica_key}],
            tags={"a": "1"},
        )

    wrong = declared(local.state["arn"].replace(local.id, "mrk-" + "0" * 32))
    with pytest.raises(grpc.RpcError) as failure:
        plugin.create(TABLE, wrong)
    recorded = init_failure(failure.value)
    state = plain(recorded.properties)

    assert (recorded.id, state["name"], state["tags"]) == (name, name, {"a": "1"})
    assert state["serverSideEncryption"] == encryption
    assert "replicas" not in state
    assert list(recorded.reasons) == [message_of(failure)]
    assert message_of(failure).startswith(f"creating DynamoDB Table ({name}): operation error UpdateTable")
    half = Resource(plugin.urn(TABLE, "it"), name, plugin.check(TABLE, "it", wrong), state)
    whole = plugin.update(half, declared(local.state["arn"]))
    assert whole.state["replicas"][0]["kmsKeyArn"] == local.state["arn"]
    plugin.delete(whole)


def test_a_table_that_takes_too_long_is_recorded(unique: Unique) -> None:
    """The program's custom timeout counts, and the message names what was waited for."""
    with running(encryption_change_seconds=30) as slow, plugin_process(slow.environment(), slow) as plugin:
        plugin.configure()
        first, second = plugin.create(KEY, {}), plugin.create(KEY, {})
        name = unique("slow")
        encryption = {"enabled": True, "kmsKeyArn": first.state["arn"]}
        made = plugin.create(TABLE, table(name, serverSideEncryption=encryption))
        started = time.monotonic()
        news = table(name, serverSideEncryption={**encryption, "kmsKeyArn": second.state["arn"]})
        with pytest.raises(grpc.RpcError) as failure:
            plugin.update(made, news, timeout=1)

    assert time.monotonic() - started < 10
    assert f"timeout while waiting for the table {name} to be encrypted with" in message_of(failure)
    recorded = init_failure(failure.value)
    assert recorded.id == name
    assert plain(recorded.properties)["serverSideEncryption"]["kmsKeyArn"] == first.state["arn"]


def test_a_cancelled_wait_ends_immediately_and_records_the_table(unique: Unique) -> None:
    with running(encryption_change_seconds=60) as slow, plugin_process(slow.environment(), slow) as plugin:
        plugin.configure()
        first, second = plugin.create(KEY, {}), plugin.create(KEY, {})
        name = unique("cancelled")
        encryption = {"enabled": True, "kmsKeyArn": first.state["arn"]}
        made = plugin.create(TABLE, table(name, serverSideEncryption=encryption))
        timer = threading.Timer(0.5, plugin.cancel)
        timer.start()
        started = time.monotonic()
        news = table(name, serverSideEncryption={**encryption, "kmsKeyArn": second.state["arn"]})
        with pytest.raises(grpc.RpcError) as failure:
            plugin.update(made, news)
        timer.join()

    assert time.monotonic() - started < 10
    assert "cancelled while waiting for" in message_of(failure)
    assert init_failure(failure.value).id == name


def test_a_local_aws_that_has_ended_is_one_message_with_its_address(unique: Unique) -> None:
    with running() as own, plugin_process(own.environment(), own) as plugin:
        plugin.configure()
        made = plugin.create(KEY, {})
        own.stop()
        started = time.monotonic()
        calls: tuple[Callable[[], object], ...] = (
            lambda: plugin.create(TABLE, table(unique("late"))),
            lambda: plugin.update(made, {"description": "new"}),
            lambda: plugin.refresh(made),
            lambda: plugin.delete(made),
            lambda: plugin.invoke("aws:index/getCallerIdentity:getCallerIdentity"),
        )
        messages = []
        for call in calls:
            with pytest.raises(grpc.RpcError) as failure:
                call()
            messages.append(message_of(failure))
        seconds = time.monotonic() - started

    for message in messages:
        assert "the local AWS does not answer; start it again, then repeat the command" in message
        assert "(in `make shell`: `exit`, then `make shell`)" in message
        assert message.count(own.endpoint_url) == 1
        assert "Traceback" not in message
    assert seconds / len(messages) < 10  # a second or two each


@pytest.mark.parametrize("effect", ["kill", "kill-after"])
def test_a_local_aws_that_dies_while_a_key_is_set_up_is_reported_and_the_key_recorded(
    effect: str,
) -> None:
    with running() as own, plugin_process(own.environment(), own) as plugin:
        plugin.configure()
        own.inject_fault("kms:EnableKeyRotation", effect)
        with pytest.raises(grpc.RpcError) as failure:
            plugin.create(KEY, {"enableKeyRotation": True, "description": "kept"})

    recorded = init_failure(failure.value)
    state = plain(recorded.properties)
    assert recorded.id == state["keyId"]
    assert state["arn"].endswith(f":key/{recorded.id}")
    assert state["description"] == "kept"


@pytest.mark.parametrize(
    ("type_name", "inputs"),
    [
        (TABLE, table("taken-table")),
        ("aws:kms/alias:Alias", {"name": "alias/taken"}),
        ("aws:iam/user:User", {"name": "taken-user"}),
    ],
)
def test_the_error_for_an_existing_resource_has_the_import_command(
    plugin: Plugin, type_name: str, inputs: dict[str, Any]
) -> None:
    if type_name.endswith(":Alias"):
        inputs = {**inputs, "targetKeyId": plugin.create(KEY, {}).id}
    plugin.create(type_name, inputs)
    with pytest.raises(grpc.RpcError) as failure:
        plugin.create(type_name, inputs, name="mine")
    assert message_of(failure).endswith(
        "If an interrupted update created it, import it into the state: "
        f"`pulumi import {type_name} mine <id> --generate-code=false "
        "--parent parent=<URN of its acme:index:Component>`"
    )


def test_an_update_of_a_deleted_resource_says_so(plugin: Plugin, aws: LocalAws, unique: Unique) -> None:
    made = plugin.create(TABLE, table(unique("vanished")))
    aws.client("dynamodb").delete_table(TableName=made.id)
    with pytest.raises(grpc.RpcError) as failure:
        plugin.update(made, table(made.id, tags={"a": "1"}))
    assert made.id in message_of(failure)


def test_the_provider_writes_nothing_but_its_port(aws: LocalAws) -> None:
    """The engine would show the user everything that it writes to standard error."""
    with plugin_process(aws.environment(), aws) as plugin:
        plugin.configure()
        plugin.create(KEY, {})
        plugin.process.terminate()
        out, err = plugin.process.communicate(timeout=20)
    assert (out, err, plugin.process.returncode) == ("", "", 0)
