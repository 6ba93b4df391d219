"""Reports on keys: a table for people, JSON for programs."""

import json
from collections.abc import Iterable
from typing import Any

from rich.console import Console

from encrypted_tables.keys.evaluate import Verdict
from encrypted_tables.keys.facts import KeyFacts, LastUse
from encrypted_tables.verify.collect.observe import Unknown

SCHEMA_VERSION = "1.0"


def render_json(verdicts: Iterable[Verdict]) -> str:
    """One JSON object."""
    content = {"schema_version": SCHEMA_VERSION, "keys": [entry(one) for one in verdicts]}
    return json.dumps(content, indent=2) + "\n"


def entry(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON values."""
    key = verdict.key
    use = key.last_use if isinstance(key.last_use, LastUse) else None
    return {
        "arn": key.arn,
        "aliases": [] if isinstance(key.aliases, Unknown) else list(key.aliases),
        "state": key.state,
        "deletionDate": key.deletion_date.isoformat() if key.deletion_date else None,
        "answer": verdict.answer.value,
        "neededBy": [{"kind": need.kind, "what": need.what} for need in verdict.needs],
        "couldNotRead": list(verdict.unknown),
        "lastUse": {"operation": use.operation, "time": use.time.isoformat()} if use else None,
    }


def print_verdicts(verdicts: Iterable[Verdict], console: Console) -> None:
    """Each key with its answer, what needs it, and what could not be read."""
    for verdict in verdicts:
        lines = [
            f"{_name(verdict.key)}: {verdict.answer.value}",
            f"  {verdict.key.arn}",
            f"  {_state(verdict.key)}; {_use(verdict.key)}",
            *(f"  needed by {need.what}" for need in verdict.needs),
            *(f"  could not read {reason}" for reason in verdict.unknown),
        ]
        console.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)


def _name(key: KeyFacts) -> str:
    aliases = () if isinstance(key.aliases, Unknown) else key.aliases
    return ", ".join(aliases) or key.key_id


def _state(key: KeyFacts) -> str:
    return f"{key.state}, deleted on {key.deletion_date:%Y-%m-%d}" if key.deletion_date else key.state


def _use(key: KeyFacts) -> str:
    if isinstance(key.last_use, Unknown):
        return "last use unknown"
    if key.last_use:
        return f"last used on {key.last_use.time:%Y-%m-%d} ({key.last_use.operation})"
    return f"not used since {key.tracked_since:%Y-%m-%d}" if key.tracked_since else "never used"
