"""An audit for programs, as JSON."""

import json

from encrypted_tables.audit.findings import Audit


def json_report(audit: Audit) -> str:
    """The whole audit as JSON text."""
    states = [
        {
            "file": str(report.state),
            "resources": len(report.urns),
            "error": report.error or None,
            "hiddenSecrets": report.has_hidden_secrets,
            "violations": [
                {
                    "policy": one.policy,
                    "urn": one.urn,
                    "level": one.level,
                    "severity": one.severity or None,
                    "description": one.description,
                    "message": one.message,
                    "new": one.is_new,
                }
                for one in report.findings
            ],
        }
        for report in audit.reports
    ]
    mended = [
        {"policy": policy, "urn": urn, "violations": n} for (policy, urn), n in sorted(audit.mended.items())
    ]
    return (
        json.dumps(
            {"exitStatus": audit.exit_status, "states": states, "mended": mended, "notes": [*audit.notes]},
            indent=2,
        )
        + "\n"
    )
