"""An audit for code scanning, as SARIF 2.1.0.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from encrypted_tables.audit.findings import Audit, Finding, StateReport

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"mandatory": "error", "advisory": "warning"}


def sarif_report(audit: Audit) -> str:
    """The whole audit as SARIF text; a state that could not be checked is a failed notification."""
    rules = {one.policy: one.description for one in audit.findings}
    run = {
        "tool": {
            "driver": {
                "name": "dynamodb-encryption",
                "rules": [
                    {"id": policy, "shortDescription": {"text": description}}
                    for policy, description in sorted(rules.items())
                ],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not audit.errors,
                "exitCode": audit.exit_status,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": report.error}} for report in audit.errors
                ],
            }
        ],
        "results": [
            _result(one, lines)
            for report in audit.reports
            for lines in [_lines(report)]
            for one in report.findings
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(one: Finding, lines: Mapping[str, int]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(one.state.as_posix())}}
    if one.urn in lines:
        physical["region"] = {"startLine": lines[one.urn]}
    return {
        "ruleId": one.policy,
        "level": LEVELS.get(one.level, "note"),
        "message": {"text": one.message},
        "baselineState": "new" if one.is_new else "unchanged",
        "locations": [
            {
                "physicalLocation": physical,
                "logicalLocations": [{"fullyQualifiedName": one.urn, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"policyAndUrn/v1": f"{one.policy} {one.urn}"},
    }


def _lines(report: StateReport) -> dict[str, int]:
    """The line of the state on which each resource with a finding is declared."""
    wanted = {json.dumps(one.urn): one.urn for one in report.findings}
    found: dict[str, int] = {}
    for number, line in enumerate(
        report.state.read_text(encoding="utf-8").splitlines() if wanted else (), start=1
    ):
        key, _, value = line.strip().rstrip(",").partition(": ")
        if key == '"urn"' and value in wanted:
            found.setdefault(wanted[value], number)
    return found
