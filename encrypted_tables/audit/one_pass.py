"""Checks states without the engine: the policy pack stays loaded, and reads one state after another."""

import json
import os
import queue
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from encrypted_tables.engine.policy_pack import PolicyPack
from encrypted_tables.engine.policy_request import providers_of, registered
from encrypted_tables.engine.preview import Resource
from encrypted_tables.engine.unknown import without_sentinels
from encrypted_tables.errors import UserError

VERSIONS = (3, 4)
"""The forms of an exported state that are read here."""


@dataclass
class OnePass:
    """Some processes of a policy pack; each answers one request at a time.

    Args:
        pack: the policy pack.
        config: its config, or None.
        processes: how many to start.
    """

    pack: PolicyPack
    config: Path | None
    processes: int
    _free: "queue.SimpleQueue[subprocess.Popen[str]]" = field(default_factory=queue.SimpleQueue, init=False)
    _running: ExitStack = field(default_factory=ExitStack, init=False)
    _settings: Mapping[str, Any] = field(default_factory=dict, init=False)

    def __enter__(self) -> Self:
        """Start the processes.

        Raises:
            UserError: the config cannot be read, or the pack is too old.
        """
        if self.config:
            try:
                self._settings = json.loads(self.config.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise UserError(f"{self.config} cannot be read: {error}") from error
        with ExitStack() as started:
            for _ in range(self.processes):
                self._free.put(started.enter_context(self.pack.running("evaluate.py", "-")))
            self._running = started.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        """End the processes."""
        for _ in range(self.processes):
            process = self._free.get()
            if process.stdin:
                process.stdin.close()
        self._running.__exit__(kind, error, where)

    def events(self, resources: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]] | None:
        """What the policies report of a state, in the form of the engine's policy events.

        Returns:
            None if a policy needs the text of a secret, which the engine may be able to decrypt.

        Raises:
            UserError: the pack failed.
        """
        process = self._free.get()
        try:
            answer = self._answer(process, {"resources": resources, "config": self._settings})
        finally:
            self._free.put(process)
        if answer["hidden"]:
            return None
        return [
            {
                "policyName": one["policy"],
                "enforcementLevel": one["level"],
                "severity": one["severity"],
                "resourceUrn": one["urn"] or _stack_urn(resources[0]["urn"]),
                "message": one["message"],
            }
            for one in answer["reported"]
        ]

    def _answer(self, process: subprocess.Popen[str], request: Mapping[str, Any]) -> Mapping[str, Any]:
        assert process.stdin and process.stdout  # noqa: S101, PT018  # they are pipes
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise UserError(f"The policies of {self.pack.directory} could not be run: their process ended.")
        answer: Mapping[str, Any] = json.loads(line)
        return answer


def processes_for(number: int) -> int:
    """How many processes check so many states."""
    return max(1, min(number, os.cpu_count() or 1))


def request_of(content: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """The resources of an exported state, as `evaluate.py` reads them, or None: only the engine can read it.

    As in the engine's `policy analyze`, policies see a resource's inputs, and its outputs in the stack.
    """
    if content.get("version") not in VERSIONS:
        return None
    listed = content["deployment"]["resources"]
    kept = [one for one in listed if not (isinstance(one, Mapping) and one.get("delete"))]
    if not all(_is_whole(one) for one in kept) or len({one["urn"] for one in kept}) < len(kept):
        return None
    resources = [_resource(one) for one in kept]
    providers = providers_of(resources)
    return [registered(one, providers.get(one.provider)) for one in resources]


def _is_whole(resource: object) -> bool:
    if not isinstance(resource, Mapping):
        return False
    urn, type_ = resource.get("urn"), resource.get("type")
    values = [resource.get(name) or {} for name in ("inputs", "outputs", "propertyDependencies")]
    is_named = isinstance(urn, str) and urn.count("::") > 2 and isinstance(type_, str)
    return is_named and all(isinstance(value, Mapping) for value in values)


def _resource(stated: Mapping[str, Any]) -> Resource:
    return Resource(
        stated["urn"],
        stated["type"],
        "",
        without_sentinels(stated.get("inputs") or {}),
        without_sentinels(stated.get("outputs") or {}),
        stated.get("propertyDependencies") or {},
        is_protected=stated.get("protect", False),
        provider=str(stated.get("provider", "")).rpartition("::")[0],
    )


def _stack_urn(urn: str) -> str:
    """The URN of the stack that has a resource: the place of violations of the stack."""
    scheme, project, *_ = urn.split("::")
    return f"{scheme}::{project}::pulumi:pulumi:Stack::{project}-{scheme.rpartition(':')[2]}"
