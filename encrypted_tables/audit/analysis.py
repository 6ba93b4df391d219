"""One exported state, put before the policy pack by the engine's `policy analyze`."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from encrypted_tables.audit.findings import Finding, StateReport
from encrypted_tables.engine import child
from encrypted_tables.engine.find import Engine
from encrypted_tables.errors import UserError

SECONDS = 600
HIDDEN_SECRETS = "could not decrypt secrets"


@dataclass(frozen=True)
class Analysis:
    """The pack, its config, and the engine that runs it."""

    engine: Engine
    pack: Path
    config: Path | None = None

    def reports(self, states: Sequence[Path]) -> list[StateReport]:
        """What the pack finds in each state, several states at a time."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(self.report, states))

    def report(self, state: Path) -> StateReport:
        """What the pack finds in one state; a state that cannot be checked has an error, never a pass."""
        try:
            resources = _resources(state)
            done = self._run(state)
            events = list(_events(done.stdout))
        except (UserError, OSError, subprocess.SubprocessError, ValueError) as failure:
            return StateReport(state, error=str(failure))
        findings = [_finding(state, event["policyEvent"]) for event in events if "policyEvent" in event]
        error = _error(done, events, findings)
        # What a program only reads is another stack's: its state holds no inputs to be judged.
        read = {str(one.get("urn")) for one in resources if one.get("external")}
        own = [finding for finding in findings if finding.urn not in read]
        urns = [str(one.get("urn")) for one in resources]
        return StateReport(state, urns, own, error, HIDDEN_SECRETS in done.stderr)

    def _run(self, state: Path) -> subprocess.CompletedProcess[str]:
        config = ["--policy-pack-config", str(self.config.resolve())] if self.config else []
        pack = ["--policy-pack", str(self.pack.resolve()), *config]
        with tempfile.TemporaryDirectory(prefix="audit-") as elsewhere:
            command = [str(self.engine.pulumi), "policy", "analyze", *pack]
            # A project or pack beside the state would be read as well.
            return child.run(
                [*command, "--file", str(state.resolve()), "--json"],
                Path(elsewhere),
                self._environment(),
                timeout=SECONDS,
            )

    def _environment(self) -> dict[str, str]:
        """The caller's environment: decrypting secrets may take a passphrase or credentials of its."""
        return {
            **self.engine.environment(),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }


def _resources(state: Path) -> list[Mapping[str, Any]]:
    """The state's resources.

    Raises:
        UserError: the file is no exported state.
    """
    try:
        content = json.loads(state.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{state} cannot be read: {error}") from error
    deployment = content.get("deployment") if isinstance(content, Mapping) else None
    resources = deployment.get("resources", []) if isinstance(deployment, Mapping) else None
    if not isinstance(resources, list):
        raise UserError(
            f"{state} is no exported state. Make one with `pulumi stack export --file {state.name}`."
        )
    return [one for one in resources if isinstance(one, Mapping)]


def _events(output: str) -> Iterator[Mapping[str, Any]]:
    """The engine's events, one on each line."""
    for line in output.splitlines():
        if line.strip():
            yield json.loads(line)


def _finding(state: Path, event: Mapping[str, Any]) -> Finding:
    description, _, message = event["message"].strip().partition("\n")
    return Finding(
        state,
        event.get("resourceUrn", ""),
        event["policyName"],
        event["enforcementLevel"],
        event.get("severity", ""),
        description,
        message.strip() or description,
    )


def _error(
    done: subprocess.CompletedProcess[str], events: Sequence[Mapping[str, Any]], findings: Sequence[Finding]
) -> str:
    """Why the engine did not come to a result; empty where it did.

    The engine ends with status 1 for a mandatory violation and for failures alike: only a summary
    with violations to show for it is a result.
    """
    ended = any("summaryEvent" in event for event in events)
    explained = done.returncode == 0 or any(finding.level == "mandatory" for finding in findings)
    if ended and explained:
        return ""
    said = done.stderr.strip() or "nothing"
    return f"The engine did not come to a result (exit status {done.returncode}); it said: {said}"
