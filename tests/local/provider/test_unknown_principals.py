"""A policy names a user or role that does not exist: messages during the wait and at its end."""

import json
from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from local.process import LocalAws
from tests.local.engine.processes import wait_until
from tests.local.provider.protocol import Plugin, message_of, plugin_process

NOBODY = "arn:aws:iam::111122223333:role/nobody"
OWNER = "arn:aws:iam::111122223333:user/owner"
ROOT = "arn:aws:iam::111122223333:root"


class Engine(engine_pb2_grpc.EngineServicer):
    """Records log messages."""

    def __init__(self) -> None:
        self.log: list[engine_pb2.LogRequest] = []

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: ARG002, N802  # the protocol names it
        self.log.append(request)
        return empty_pb2.Empty()


@pytest.fixture
def engine() -> Iterator[tuple[Engine, str]]:
    """An engine's log and its address."""
    server, engine = grpc.server(futures.ThreadPoolExecutor(1)), Engine()
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield engine, f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture
def watched(aws: LocalAws, engine: tuple[Engine, str]) -> Iterator[Plugin]:
    """A provider that can reach the engine's log."""
    with plugin_process(aws.environment(), aws, engine[1]) as plugin:
        plugin.configure()
        yield plugin


def policy_for(*principals: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": [*principals]}, "Action": "kms:*", "Resource": "*"}
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}


@pytest.mark.parametrize("type_name", ["aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy"])
def test_a_message_shows_the_wait_and_the_error_names_missing_principals(
    type_name: str, watched: Plugin, engine: tuple[Engine, str]
) -> None:
    inputs = policy_for(ROOT, OWNER, NOBODY)
    if type_name.endswith(":KeyPolicy"):
        inputs["keyId"] = watched.create("aws:kms/key:Key", {}, name="other").id

    with pytest.raises(grpc.RpcError) as failure:
        watched.create(type_name, inputs, timeout=5)

    wait_until(lambda: engine[0].log != [])
    shown = engine[0].log[0]
    assert (shown.urn, shown.ephemeral) == (watched.urn(type_name, "it"), True)
    assert shown.message == f"waiting up to 5 s for IAM; these principals must exist: {NOBODY}, {OWNER}"
    message = message_of(failure)
    assert message.startswith("creating KMS Key")
    assert "MalformedPolicyDocumentException: Policy contains a statement with one or more invalid" in message
    assert message.endswith(f"The policy names {NOBODY}, {OWNER}, which must exist in IAM (waited 5 s)")


def test_no_message_is_shown_when_all_principals_exist(watched: Plugin, engine: tuple[Engine, str]) -> None:
    watched.create("aws:kms/key:Key", policy_for(ROOT, OWNER))

    assert engine[0].log == []
