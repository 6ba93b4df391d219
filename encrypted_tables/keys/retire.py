"""Schedules the deletion of a key that nothing needs, and cancels the deletion of a key that is needed."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from encrypted_tables.errors import UserError
from encrypted_tables.keys.evaluate import Answer, Verdict
from encrypted_tables.keys.report import entry
from encrypted_tables.private_file import write_private
from encrypted_tables.verify.collect.connections import Connections

PENDING = ("PendingDeletion", "PendingReplicaDeletion")


@dataclass(frozen=True)
class Outcome:
    """What was done with a key, and the exit status."""

    words: str
    status: int


def retire(connections: Connections, verdict: Verdict, days: int, record: Path, caller: str) -> Outcome:
    """Schedule the deletion of a key if nothing needs it; cancel the deletion of a key that is needed.

    Args:
        connections: the caller's clients.
        verdict: what needs the key.
        days: the waiting period, 7 to 30.
        record: the record file to write.
        caller: the ARN of the caller, for the record.
    """
    key = verdict.key
    if key.manager != "CUSTOMER":
        raise UserError(f"{key.arn} is an AWS managed key. AWS manages it; it cannot be deleted.")
    if key.state in PENDING:
        if verdict.answer is not Answer.NEEDED:
            return Outcome("Its deletion is already scheduled.", 0 if verdict.answer is Answer.CAN_GO else 2)
        done = cancel(connections, verdict, record, caller)
        return Outcome(f"The key is needed. {done.words}", 1)
    if verdict.answer is Answer.NEEDED:
        return Outcome("Not scheduled for deletion: the key is needed.", 1)
    if verdict.answer is Answer.CANNOT_TELL:
        return Outcome("Not scheduled for deletion: something could not be read.", 2)
    kms = connections.client("kms", key.region)
    _write(record, "about to schedule deletion", verdict, caller, {"pendingWindowInDays": days})
    answer = kms.schedule_key_deletion(KeyId=key.arn, PendingWindowInDays=days)
    date = answer.get("DeletionDate")
    until = f" on {date:%Y-%m-%d}" if date else " when its replica keys are deleted"
    _write(
        record, "deletion scheduled", verdict, caller, {"deletionDate": date.isoformat() if date else None}
    )
    return Outcome(
        f"AWS deletes the key{until}. To keep it: encrypted-tables keys retire {key.arn} --cancel\n"
        f"Record: {record}",
        0,
    )


def cancel(connections: Connections, verdict: Verdict, record: Path, caller: str) -> Outcome:
    """Cancel the deletion of a key, and enable the key again if the record says that it was enabled."""
    key = verdict.key
    if key.state not in PENDING:
        return Outcome(f"Nothing to cancel: the key is {key.state}.", 0)
    was_enabled = _was_enabled(record, key.arn)
    kms = connections.client("kms", key.region)
    kms.cancel_key_deletion(KeyId=key.arn)
    if was_enabled:
        kms.enable_key(KeyId=key.arn)
    _write(record, "deletion cancelled", verdict, caller, {"enabledAgain": was_enabled})
    state = (
        "enabled, as before its deletion was scheduled."
        if was_enabled
        else f"disabled. If nobody disabled it on purpose: aws kms enable-key --key-id {key.key_id}"
        f" --region {key.region}"
    )
    return Outcome(f"Its deletion is cancelled. The key is {state}\nRecord: {record}", 0)


def record_file(directory: Path, key_id: str) -> Path:
    """The path of a key's record file."""
    return directory / f"retirement-of-{key_id}.json"


def _was_enabled(record: Path, key_arn: str) -> bool:
    return any(
        one["key"]["arn"] == key_arn and one["key"]["state"] == "Enabled"
        for one in _entries(record)
        if one["action"] == "deletion scheduled"
    )


def _write(record: Path, action: str, verdict: Verdict, caller: str, more: dict[str, Any]) -> None:
    new = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "action": action,
        "caller": caller,
        **more,
        "key": entry(verdict),
    }
    write_private(record, json.dumps([*_entries(record), new], indent=2) + "\n")


def _entries(record: Path) -> list[dict[str, Any]]:
    """The existing entries of the record.

    Raises:
        UserError: the file is not a record.
    """
    if not record.exists():
        return []
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
        if isinstance(found, list) and all("action" in one and "arn" in one["key"] for one in found):
            return found
    except (ValueError, TypeError, KeyError):
        pass
    raise UserError(
        f"{record} is not a record of `keys retire`. Move it away, or give another with --record."
    )
