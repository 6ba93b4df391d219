"""Creates states in the format of `pulumi stack export`, and audits them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from encrypted_tables.__main__ import main

KEY_ARN = "arn:aws:kms:us-east-1:111122223333:key/0f4b3a9e-6c1d-4e7a-9b52-8d3c7f10a6e4"
MAIN = "dynamodb-table-customer-managed-key"
DECIDED = "dynamodb-table-key-decided"
SOON = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
LISTED = [("waivers-listed", "orders-prod", True)]
"""The advisory on the stack that lists what waivers hide."""
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:aa:bb"}
SAFE = {"deletionProtectionEnabled": True, "pointInTimeRecovery": {"enabled": True}}
ENCRYPTED = {**SAFE, "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY_ARN}}


def urn(name: str) -> str:
    """The URN of a table of the stack."""
    return f"urn:pulumi:prod::orders::aws:dynamodb/table:Table::{name}"


def state(**tables: dict[str, Any]) -> dict[str, Any]:
    """A state with these tables, in the format of `pulumi stack export`."""
    resources = [
        {
            "urn": urn(name),
            "type": "aws:dynamodb/table:Table",
            "custom": True,
            "id": name,
            "inputs": properties,
            "outputs": properties,
            "protect": True,
        }
        for name, properties in tables.items()
    ]
    provider = {"type": "passphrase", "state": {"salt": "v1:aa:bb"}}
    manifest = {"time": "2026-11-24T00:00:00Z", "magic": "", "version": "v3.259.0"}
    return {
        "version": 3,
        "deployment": {"manifest": manifest, "secrets_providers": provider, "resources": resources},
    }


def written(file: Path, content: object) -> Path:
    """Write the content to the file as JSON, and return the file."""
    file.write_text(json.dumps(content, indent=4))
    return file


def audit(tmp_path: Path, *arguments: object) -> tuple[int, dict[str, Any]]:
    """Run an audit. Return its exit status and its JSON report."""
    report = tmp_path / "report.json"
    status = main(["audit", *map(str, arguments), "--json", str(report)])
    return status, json.loads(report.read_text())


def violations(report: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Policy, resource and status (new or old) of each violation."""
    return [
        (one["policy"], one["urn"].rsplit("::", 1)[-1], one["new"])
        for checked in report["states"]
        for one in checked["violations"]
    ]


def in_backend(directory: Path, project: str, stack: str, **tables: dict[str, Any]) -> Path:
    """The file of a stack with these tables in a directory that is a backend."""
    text = json.dumps(state(**tables)["deployment"])
    deployment = json.loads(text.replace("urn:pulumi:prod::orders::", f"urn:pulumi:{stack}::{project}::"))
    file = directory / ".pulumi" / "stacks" / project / f"{stack}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    (directory / ".pulumi" / "meta.yaml").write_text("version: 1\n")
    name = f"organization/{project}/{stack}"
    return written(file, {"version": 3, "checkpoint": {"stack": name, "latest": deployment}})
