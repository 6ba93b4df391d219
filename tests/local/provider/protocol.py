"""The engine's side of the provider protocol, for a provider in a separate process."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from local.process import LocalAws
from local.provider.values import decode, encode, reveal

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Resource:
    """A resource as the engine records it."""

    urn: str
    id: str
    inputs: dict[str, Any]
    state: dict[str, Any]


class RefusedError(Exception):
    """Check rejected the inputs; `reasons` by property."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__(str(dict(reasons)))
        self.reasons = reasons


class Plugin:
    """A running provider, and the engine's part of the protocol."""

    def __init__(self, process: "subprocess.Popen[str]", port: int, aws: LocalAws | None) -> None:
        self.process = process
        self.port = port
        self.aws = aws
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.stub = provider_pb2_grpc.ResourceProviderStub(self.channel)

    def configure(self, config: Mapping[str, Any] | None = None, *, accept_secrets: bool = True) -> None:
        """Configure the provider; missing values come from its environment."""
        self.stub.Configure(
            provider_pb2.ConfigureRequest(args=encode(config or {}), acceptSecrets=accept_secrets)
        )

    def check_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The provider's config with defaults; raises `RefusedError` when something is wrong with it."""
        urn = "urn:pulumi:dev::test::pulumi:providers:aws::default"
        answer = self.stub.CheckConfig(provider_pb2.CheckRequest(urn=urn, news=encode(config)))
        if answer.failures:
            raise RefusedError({failure.property: failure.reason for failure in answer.failures})
        return decode(answer.inputs)

    def cancel(self) -> None:
        """Cancel, as the engine does on Ctrl-C."""
        self.stub.Cancel(empty_pb2.Empty())

    def urn(self, resource_type: str, name: str) -> str:
        """The URN of a resource inside a component."""
        return f"urn:pulumi:dev::test::acme:index:Component${resource_type}::{name}"

    def check(
        self, resource_type: str, name: str, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The inputs with defaults; raises `RefusedError` when something is wrong with them."""
        answer = self.stub.Check(
            provider_pb2.CheckRequest(
                urn=self.urn(resource_type, name), news=encode(news), olds=encode(olds or {})
            )
        )
        if answer.failures:
            raise RefusedError({failure.property: failure.reason for failure in answer.failures})
        return decode(answer.inputs)

    def preview(self, resource_type: str, news: Mapping[str, Any], name: str = "it") -> dict[str, Any]:
        """The outputs that a create in a preview gives."""
        inputs = self.check(resource_type, name, news)
        return self._create(resource_type, name, inputs, preview=True)[1]

    def create(
        self, resource_type: str, news: Mapping[str, Any], name: str = "it", timeout: float = 0
    ) -> Resource:
        """Check the inputs and create the resource; `timeout` in seconds, the type's default when left
        out.
        """
        inputs = self.check(resource_type, name, news)
        resource_id, state = self._create(resource_type, name, inputs, timeout=timeout)
        return Resource(self.urn(resource_type, name), resource_id, inputs, state)

    def _create(
        self,
        resource_type: str,
        name: str,
        inputs: dict[str, Any],
        *,
        preview: bool = False,
        timeout: float = 0,
    ) -> tuple[str, dict[str, Any]]:
        answer = self.stub.Create(
            provider_pb2.CreateRequest(
                urn=self.urn(resource_type, name), properties=encode(inputs), preview=preview, timeout=timeout
            )
        )
        return answer.id, decode(answer.properties)

    def diff(
        self, resource: Resource, news: Mapping[str, Any], ignored: Sequence[str] = ()
    ) -> provider_pb2.DiffResponse:
        """The changes from new inputs, with the paths of `ignoreChanges`."""
        checked = self.stub.Check(
            provider_pb2.CheckRequest(urn=resource.urn, news=encode(news), olds=encode(resource.inputs))
        )
        assert not checked.failures, checked.failures
        answer: provider_pb2.DiffResponse = self.stub.Diff(
            provider_pb2.DiffRequest(
                urn=resource.urn,
                id=resource.id,
                olds=encode(resource.state),
                old_inputs=encode(resource.inputs),
                news=checked.inputs,
                ignoreChanges=ignored,
            )
        )
        return answer

    def update(self, resource: Resource, news: Mapping[str, Any], timeout: float = 0) -> Resource:
        """Check the inputs, assert that nothing is replaced, and update. Return the current resource."""
        assert list(self.diff(resource, news).replaces) == []
        resource_type, name = resource.urn.split("$")[1].split("::")
        inputs = self.check(resource_type, name, news, resource.inputs)
        answer = self.stub.Update(
            provider_pb2.UpdateRequest(
                urn=resource.urn,
                id=resource.id,
                olds=encode(resource.state),
                old_inputs=encode(resource.inputs),
                news=encode(inputs),
                timeout=timeout,
            )
        )
        return Resource(resource.urn, resource.id, inputs, decode(answer.properties))

    def refresh(self, resource: Resource) -> Resource | None:
        """The current resource in AWS; None if it no longer exists."""
        answer = self.stub.Read(
            provider_pb2.ReadRequest(
                urn=resource.urn,
                id=resource.id,
                properties=encode(resource.state),
                inputs=encode(resource.inputs),
            )
        )
        if not answer.id:
            return None
        return Resource(resource.urn, answer.id, decode(answer.inputs), decode(answer.properties))

    def import_(self, resource_type: str, resource_id: str) -> Resource | None:
        """The resource with this id; None when there is none."""
        return self.refresh(Resource(self.urn(resource_type, "imported"), resource_id, {}, {}))

    def delete(self, resource: Resource, timeout: float = 0) -> None:
        """Delete the resource."""
        self.stub.Delete(
            provider_pb2.DeleteRequest(
                urn=resource.urn,
                id=resource.id,
                properties=encode(resource.state),
                old_inputs=encode(resource.inputs),
                timeout=timeout,
            )
        )

    def invoke(self, token: str, arguments: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The function's results."""
        answer = self.stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=encode(arguments or {})))
        if answer.failures:
            raise RefusedError({failure.property: failure.reason for failure in answer.failures})
        return decode(getattr(answer, "return"))


def init_failure(error: grpc.RpcError) -> provider_pb2.ErrorResourceInitFailed:
    """What the engine records of a partially created resource."""
    metadata = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    failure = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(failure)
    return failure


def message_of(failure: pytest.ExceptionInfo[grpc.RpcError]) -> str:
    """What the engine shows of an error."""
    return str(failure.value.details())


def plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    """The properties with secrets in the clear."""
    return {name: reveal(value) for name, value in decode(struct).items()}


@contextmanager
def plugin_process(
    environment: Mapping[str, str], aws: LocalAws | None = None, engine: str = "127.0.0.1:1"
) -> Iterator[Plugin]:
    """Start the provider with exactly this environment; nothing listens at the engine's address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local.provider", engine],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    plugin = Plugin(process, int(process.stdout.readline()), aws)
    try:
        yield plugin
    finally:
        plugin.channel.close()
        process.terminate()
        process.communicate(timeout=20)
