"""Audit reports as JSON, for programs."""

import json
from collections.abc import Mapping
from typing import Any

from encrypted_tables.audit.findings import Audit, Finding, StateReport, Waiver


def json_report(audit: Audit) -> str:
    """The whole audit as JSON text."""
    fixed = [
        {"policy": policy, "urn": urn, "violations": n} for (policy, urn), n in sorted(audit.fixed.items())
    ]
    content = {
        "exitStatus": audit.exit_status,
        "policyPack": {"name": audit.catalogue.name, "version": audit.catalogue.version},
        "states": [_state(report, audit) for report in audit.reports],
        "fixed": fixed,
        "notes": [*audit.notes],
    }
    return json.dumps(content, indent=2) + "\n"


def _state(report: StateReport, audit: Audit) -> Mapping[str, Any]:
    return {
        "file": str(report.state),
        "resources": len(report.urns),
        "error": report.error or None,
        "hiddenSecrets": report.has_hidden_secrets,
        "violations": [_violation(one, audit) for one in report.findings],
        "waived": [_violation(one, audit) for one in report.waived],
    }


def _violation(one: Finding, audit: Audit) -> Mapping[str, Any]:
    policy = audit.policy_of(one)
    return {
        "policy": one.policy,
        "urn": one.urn,
        "logicalId": one.logical_id or None,
        "level": one.level,
        "severity": one.severity or None,
        "status": one.status,
        "new": one.is_new,
        "description": one.description,
        "message": one.message,
        "remediation": policy.remediation or None,
        "url": policy.url or None,
        "frameworks": [framework.model_dump(mode="json") for framework in policy.frameworks],
        "waiver": _waiver(one.waiver) if one.waiver else None,
    }


def _waiver(waiver: Waiver) -> Mapping[str, Any]:
    return {
        "owner": waiver.owner,
        "reason": waiver.reason,
        "scope": waiver.scope,
        "logicalIds": [*waiver.logical_ids],
        "expires": waiver.expires,
    }
