"""The diff as JSON, for programs."""

import json
from typing import Any

from encrypted_tables.access_diff.collect.access_model import TableId
from encrypted_tables.access_diff.evaluate.change import Change, Diff
from encrypted_tables.access_diff.report.sentences import lines
from encrypted_tables.iam.answer import Answer
from encrypted_tables.iam.principals import who

VERSION = "1.1"


def render_json(diff: Diff) -> str:
    """The diff as JSON text. The major number of `version` grows with each incompatible change."""
    return json.dumps(as_json(diff), indent=2) + "\n"


def as_json(diff: Diff) -> dict[str, Any]:
    """The diff as JSON values."""
    return {
        "version": VERSION,
        "verdict": diff.verdict.value,
        "hasGains": diff.has_gains,
        "changes": [_change(change) for change in diff.changes],
        "sentences": [f"{line.who} {line.what}: {line.of}" for line in lines(diff)],
        "cannotTell": list(diff.cannot_tell),
        "notes": list(diff.notes),
    }


def _change(change: Change) -> dict[str, Any]:
    principal = change.principal
    return {
        "principal": {
            "kind": principal.kind.value,
            "arn": principal.arn or None,
            "account": principal.account or None,
            "shown": who(principal),
        },
        "verb": change.verb.value,
        "access": change.access.value,
        "table": _table(change.table) if change.table else None,
        "key": change.key,
        "tables": [_table(table) for table in change.tables],
        "actions": list(change.actions),
        "before": _answer(change.before),
        "after": _answer(change.after),
        "reason": change.reason or None,
    }


def _table(table: TableId) -> dict[str, Any]:
    name, region = table
    return {"name": name, "region": region or None}


def _answer(answer: Answer) -> dict[str, Any]:
    return {"grade": answer.grade.name.lower(), "details": list(answer.details)}
