"""Checks exported states with the policy pack, by the engine's `policy analyze`."""

import json
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from encrypted_tables.audit.findings import Finding, StateReport
from encrypted_tables.audit.one_pass import OnePass, processes_for, request_of
from encrypted_tables.engine import child
from encrypted_tables.engine.find import Engine
from encrypted_tables.engine.policy_pack import PolicyPack
from encrypted_tables.errors import UserError

SECONDS = 600
HIDDEN_SECRETS = "could not decrypt secrets"
PLACE = re.compile(r"\nURN: \S+(?:, logical id (?P<logical_id>\S+))?$")
"""The last line of a violation's message: what a waiver must name."""
_SMALLEST_STATE = {
    "version": 3,
    "deployment": {
        "manifest": {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""},
        "resources": [{"urn": "urn:pulumi:a::b::pulumi:pulumi:Stack::b-a", "type": "pulumi:pulumi:Stack"}],
    },
}


@dataclass(frozen=True)
class Analysis:
    """The pack, its config, and the engine that runs it."""

    engine: Engine
    pack: Path
    config: Path | None = None

    def reports(
        self, states: Sequence[Path], checked: Callable[[], object] = lambda: None
    ) -> list[StateReport]:
        """The findings in each state, several states in parallel. It calls `checked` after each state.

        The pack reads states by itself, and only those that need it go through the engine.
        """
        if refused := self._refused_config():
            return [StateReport(state, error=refused) for state in states]
        number = processes_for(len(states))
        with (
            OnePass(PolicyPack(self.pack), self.config, number) as one_pass,
            ThreadPoolExecutor(number) as pool,
        ):
            return list(pool.map(lambda state: self._quick_report(state, one_pass, checked), states))

    def _refused_config(self) -> str:
        """Why the engine refuses the config, which it checks by its schema; empty if it does not."""
        if not self.config:
            return ""
        with tempfile.TemporaryDirectory(prefix="audit-") as directory:
            state = Path(directory) / "state.json"
            state.write_text(json.dumps(_SMALLEST_STATE), encoding="utf-8")
            return self.report(state).error

    def _quick_report(self, state: Path, one_pass: OnePass, checked: Callable[[], object]) -> StateReport:
        try:
            content = _content(state)
            request = request_of(content)
            events = one_pass.events(request) if request else None
        except UserError as failure:
            return StateReport(state, error=str(failure))
        finally:
            checked()
        if events is None:
            return self.report(state)
        return _report(state, content["deployment"]["resources"], [_finding(state, one) for one in events])

    def report(self, state: Path) -> StateReport:
        """The engine's findings in one state. A state that cannot be checked is an error, never a pass."""
        try:
            resources = _content(state)["deployment"].get("resources", [])
            if not resources:
                return StateReport(state)  # the engine refuses to analyse an empty state
            done = self._run(state)
            events = list(_events(done.stdout))
        except (UserError, OSError, subprocess.SubprocessError, ValueError) as failure:
            return StateReport(state, error=str(failure))
        findings = [_finding(state, event["policyEvent"]) for event in events if "policyEvent" in event]
        found = _report(state, resources, findings)
        error = _error(done, events, findings)
        return replace(found, error=error, has_hidden_secrets=HIDDEN_SECRETS in done.stderr)

    def _run(self, state: Path) -> subprocess.CompletedProcess[str]:
        config = ["--policy-pack-config", str(self.config.resolve())] if self.config else []
        pack = ["--policy-pack", str(self.pack.resolve()), *config]
        with tempfile.TemporaryDirectory(prefix="audit-") as elsewhere:
            command = [str(self.engine.pulumi), "policy", "analyze", *pack]
            # Copy the state, because the engine would also read a project or pack in its directory.
            return child.run(
                [*command, "--file", str(state.resolve()), "--json"],
                Path(elsewhere),
                self._environment(),
                timeout=SECONDS,
            )

    def _environment(self) -> dict[str, str]:
        """The caller's environment, because the engine may need a passphrase or credentials to decrypt
        secrets.
        """
        return {
            **self.engine.environment(),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }


def _report(state: Path, resources: Sequence[object], findings: Sequence[Finding]) -> StateReport:
    """The report without what is about resources that the program only reads.

    They belong to another stack, and their state has no inputs.
    """
    known = [one for one in resources if isinstance(one, Mapping)]
    read = {str(one.get("urn")) for one in known if one.get("external")}
    own = [finding for finding in findings if finding.urn not in read]
    return StateReport(state, [str(one.get("urn")) for one in known], own)


def _content(state: Path) -> Mapping[str, Any]:
    """The exported state; its resources are a list.

    Raises:
        UserError: the file is not an exported state.
    """
    try:
        content = json.loads(state.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{state} cannot be read: {error}") from error
    deployment = content.get("deployment") if isinstance(content, Mapping) else None
    resources = deployment.get("resources", []) if isinstance(deployment, Mapping) else None
    if not isinstance(resources, list):
        raise UserError(
            f"{state} is not an exported state. "
            f"Create one with `pulumi stack export --file {shlex.quote(state.name)}`."
        )
    return {**content, "deployment": {"resources": resources}}


def _events(output: str) -> Iterator[Mapping[str, Any]]:
    """The engine's events, one per line."""
    for line in output.splitlines():
        if line.strip():
            yield json.loads(line)


def _finding(state: Path, event: Mapping[str, Any]) -> Finding:
    description, _, message = event["message"].strip().partition("\n")
    place = PLACE.search(message)
    return Finding(
        state,
        event.get("resourceUrn", ""),
        event["policyName"],
        event["enforcementLevel"],
        event.get("severity", ""),
        description,
        PLACE.sub("", message).strip() or description,
        place["logical_id"] or "" if place else "",
    )


def _error(
    done: subprocess.CompletedProcess[str], events: Sequence[Mapping[str, Any]], findings: Sequence[Finding]
) -> str:
    """Why there is no result; empty if there is one.

    The engine's exit status is 1 both for a mandatory violation and for a failure. Status 1 is a result only
    together with a summary and a mandatory violation.
    """
    ended = any("summaryEvent" in event for event in events)
    explained = done.returncode == 0 or any(finding.level == "mandatory" for finding in findings)
    if ended and explained:
        return ""
    output = done.stderr.strip() or "nothing"
    return f"The engine returned no result (exit status {done.returncode}). Its output: {output}"
