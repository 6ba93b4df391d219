"""Audit reports as SARIF 2.1.0, for code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and the subset that GitHub reads:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-support-for-code-scanning
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from encrypted_tables.audit.catalogue import Catalogue, Policy
from encrypted_tables.audit.findings import Audit, Finding, StateReport

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"mandatory": "error", "advisory": "warning"}
# GitHub: critical above 9.0, high from 7.0, medium from 4.0, low above 0.
SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
SOURCE_ROOT = "%SRCROOT%"
"""GitHub's name for the directory of the checkout, which is the working directory of the audit."""


def sarif_report(audit: Audit) -> str:
    """The whole audit as SARIF text.

    A waived violation is a suppressed result. A state that could not be checked is an error notification.
    """
    indexes = {policy.name: index for index, policy in enumerate(audit.catalogue.policies)}
    run = {
        "tool": {"driver": _driver(audit.catalogue)},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not audit.errors,
                "exitCode": audit.exit_status,
                "toolExecutionNotifications": [
                    {
                        "level": "error",
                        "message": {"text": report.error},
                        "locations": [{"physicalLocation": {"artifactLocation": _artifact(report.state)}}],
                    }
                    for report in audit.errors
                ],
            }
        ],
        "results": list(_results(audit, indexes)),
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _driver(catalogue: Catalogue) -> Mapping[str, Any]:
    return {
        "name": catalogue.name,
        "version": catalogue.version,
        "semanticVersion": catalogue.version,
        "rules": [_rule(policy, catalogue.version) for policy in catalogue.policies],
    }


def _rule(policy: Policy, version: str) -> Mapping[str, Any]:
    return {
        "id": policy.name,
        "name": policy.name.replace("-", " ").title().replace(" ", ""),
        "shortDescription": {"text": policy.description},
        "fullDescription": {"text": policy.description},
        "help": {
            "text": policy.remediation,
            "markdown": f"{policy.remediation} [Read on]({policy.url}).",
        },
        "helpUri": policy.url,
        "defaultConfiguration": {"level": LEVELS.get(policy.level, "note")},
        "properties": {
            "version": version,
            "severity": policy.severity,
            "security-severity": SCORES.get(policy.severity, "0.0"),
            "precision": "very-high",
            "tags": [
                "security",
                *(f"{one.title} {control}" for one in policy.frameworks for control in one.controls),
            ],
        },
    }


def _results(audit: Audit, indexes: Mapping[str, int]) -> Iterator[Mapping[str, Any]]:
    for report in audit.reports:
        findings = [*report.findings, *report.waived]
        lines = _lines(report, findings)
        earlier: Counter[str] = Counter()
        for one in findings:
            place = " ".join(filter(None, (one.policy, one.urn, one.logical_id)))
            earlier[place] += 1
            yield _result(one, indexes.get(one.policy), lines.get(one.urn), (place, earlier[place]))


def _result(one: Finding, index: int | None, line: int | None, nth: tuple[str, int]) -> Mapping[str, Any]:
    place, number = nth
    names = [{"fullyQualifiedName": one.urn, "kind": "resource"}] if one.urn else []
    result = {
        "ruleId": one.policy,
        **({"ruleIndex": index} if index is not None else {}),
        "level": LEVELS.get(one.level, "note"),
        "message": {"text": one.message},
        "baselineState": "new" if one.is_new else "unchanged",
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(one.state),
                    "region": {"startLine": line or 1},
                },
                **({"logicalLocations": names} if names else {}),
            }
        ],
        "partialFingerprints": {
            "policyAndUrn/v1": f"{place} {number}",
            # The only fingerprint that GitHub compares. Violations at the same place are numbered.
            "primaryLocationLineHash": f"{hashlib.sha256(place.encode()).hexdigest()[:16]}:{number}",
        },
        "properties": {"severity": one.severity, "enforcementLevel": one.level},
    }
    if waiver := one.waiver:
        why = f"{waiver.reason} (waiver of {waiver.owner} for {waiver.scope} until {waiver.expires})"
        suppression = {"kind": "external", "status": "accepted", "justification": why}
        return {**result, "suppressions": [suppression]}
    # An empty list means "not suppressed"; a report must not mix results with and without the property.
    return {**result, "suppressions": []}


def _artifact(state: Path) -> Mapping[str, str]:
    """The state's path relative to the working directory, or an absolute URI if it is outside."""
    absolute = state.absolute()
    if absolute.is_relative_to(Path.cwd()):
        return {"uri": quote(absolute.relative_to(Path.cwd()).as_posix()), "uriBaseId": SOURCE_ROOT}
    return {"uri": absolute.as_uri()}


def _lines(report: StateReport, findings: list[Finding]) -> dict[str, int]:
    """The line in the state file of each resource with a violation."""
    wanted = {json.dumps(one.urn): one.urn for one in findings}
    found: dict[str, int] = {}
    text = report.state.read_text(encoding="utf-8") if wanted else ""
    for number, line in enumerate(text.splitlines(), start=1):
        key, _, value = line.strip().rstrip(",").partition(": ")
        if key == '"urn"' and value in wanted:
            found.setdefault(wanted[value], number)
    return found
