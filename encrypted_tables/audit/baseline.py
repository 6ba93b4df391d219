"""The baseline: existing violations, which do not fail an audit."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from encrypted_tables.audit.catalogue import Catalogue
from encrypted_tables.audit.findings import Audit, Finding, Identity, StateReport, counted
from encrypted_tables.errors import UserError

VERSION = 1


def read_baseline(file: Path) -> Counter[Identity]:
    """The number of old violations by policy and resource.

    Raises:
        UserError: the file cannot be read, or is not a baseline.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["version"] != VERSION:
            raise UserError(
                f"{file} is a baseline of version {content['version']}; version {VERSION} is needed."
            )
        return Counter({(one["policy"], one["urn"]): int(one["violations"]) for one in content["old"]})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{file} is not a baseline ({type(error).__name__}: {error}). Create one with --write-baseline."
        ) from error


def refuse_stacks_of_one_name(reports: Sequence[StateReport]) -> None:
    """Reject states with the same URNs: a URN does not contain the organisation.

    Raises:
        UserError: two states have a resource with the same URN.
    """
    holders: dict[str, StateReport] = {}
    for report in reports:
        for urn in report.urns:
            if (other := holders.setdefault(urn, report)) is not report:
                raise UserError(
                    f"{other.state} and {report.state} both have {urn}: they are stacks with the same name, "
                    "which a baseline cannot distinguish. Audit each organisation separately, with its own "
                    "baseline."
                )


def write_baseline(file: Path, findings: Sequence[Finding]) -> None:
    """Write these violations as the baseline."""
    old = [
        {"policy": policy, "urn": urn, "violations": number}
        for (policy, urn), number in sorted(counted(findings).items())
    ]
    file.write_text(json.dumps({"version": VERSION, "old": old}, indent=2) + "\n", encoding="utf-8")


def audited(
    reports: Sequence[StateReport],
    baseline: Mapping[Identity, int],
    catalogue: Catalogue,
    notes: Sequence[str] = (),
) -> Audit:
    """The audit with each finding marked as old or new.

    If a resource violates one policy several times, as many as the baseline has are old.
    """
    left = Counter(baseline)
    marked = [replace(report, findings=[_marked(one, left) for one in report.findings]) for report in reports]
    return Audit(marked, +left, catalogue, notes)


def _marked(finding: Finding, left: Counter[Identity]) -> Finding:
    is_old = left[finding.identity] > 0
    left[finding.identity] -= is_old
    return replace(finding, is_new=not is_old)
