"""The reports of an audit have severity, remediation, frameworks and waiver in each format."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from jsonschema import Draft7Validator
from rich.console import Console

from encrypted_tables.audit.catalogue import Catalogue, catalogue_of
from encrypted_tables.audit.findings import Audit, Finding, StateReport, Waiver
from encrypted_tables.audit.report.json import json_report
from encrypted_tables.audit.report.junit import junit_report
from encrypted_tables.audit.report.sarif import sarif_report
from encrypted_tables.audit.report.text import print_audit
from encrypted_tables.engine.policy_pack import PolicyPack
from policies import RULES
from policies.frameworks import CONTROLS
from tests.audit.sarif_rules import LOG

PACK = Path(__file__).resolve().parents[2] / "policy-pack"
MAIN = "dynamodb-table-customer-managed-key"
TABLE = "urn:pulumi:prod::orders::aws:dynamodb/table:Table::logs"
TEMPLATE = "urn:pulumi:prod::orders::aws:cloudformation/stack:Stack::queue"
WAIVER = Waiver(MAIN, "orders-team", "public data", TEMPLATE, "2027-03-31", ("Catalogue",))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The catalogue of the pack."""
    return catalogue_of(PolicyPack(PACK))


@pytest.fixture
def audit(catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Audit:
    """An audit with a violation of each kind, and a state that could not be checked."""
    monkeypatch.chdir(tmp_path)
    state = Path("states") / "prod 1.json"
    state.parent.mkdir()
    state.write_text(json.dumps({"resources": [{"urn": TABLE}, {"urn": TEMPLATE}]}, indent=4))
    main = Finding(state, TABLE, MAIN, "mandatory", "high", "Tables have keys.", "The table has no key.")
    old = Finding(
        state,
        TABLE,
        "dynamodb-table-deletion-protection",
        "advisory",
        "medium",
        "D.",
        "Not set.",
        is_new=False,
    )
    waived = Finding(
        state, TEMPLATE, MAIN, "mandatory", "high", "Tables have keys.", "No key.", "Catalogue", waiver=WAIVER
    )
    reports = [
        StateReport(state, [TABLE, TEMPLATE], [main, main, old], [waived]),
        StateReport(Path("missing.json"), error="missing.json cannot be read"),
    ]
    return Audit(reports, {}, catalogue)


def sarif(audit: Audit) -> dict[str, Any]:
    """The only run of the SARIF report."""
    run: dict[str, Any] = json.loads(sarif_report(audit))["runs"][0]
    return run


def violations(audit: Audit) -> Iterator[dict[str, Any]]:
    """All violations of the JSON report, the waived ones last."""
    content = json.loads(json_report(audit))
    for kind in ("violations", "waived"):
        for state in content["states"]:
            yield from state[kind]


def test_catalogue_has_the_metadata_that_the_policies_state(catalogue: Catalogue) -> None:
    assert [(one.name, one.severity, one.remediation, one.url) for one in catalogue.policies] == [
        (rule.name, rule.severity.value, rule.remediation, rule.url) for rule in RULES
    ]
    assert {one.name: [list(f.controls) for f in one.frameworks] for one in catalogue.policies} == {
        rule.name: [list(controls) for controls in CONTROLS[rule.name].values()] for rule in RULES
    }


def test_sarif_follows_the_public_schema(audit: Audit) -> None:
    faults = [error.message for error in Draft7Validator(LOG).iter_errors(json.loads(sarif_report(audit)))]

    assert faults == []


def test_sarif_describes_every_policy_with_its_severity_and_help(audit: Audit) -> None:
    driver = sarif(audit)["tool"]["driver"]

    assert driver["version"] == driver["semanticVersion"] == "1.0.0"
    assert [rule["id"] for rule in driver["rules"]] == [rule.name for rule in RULES]
    for rule, stated in zip(driver["rules"], RULES, strict=True):
        assert (rule["helpUri"], rule["help"]["text"]) == (stated.url, stated.remediation)
        assert rule["properties"]["version"] == "1.0.0"
        assert "security" in rule["properties"]["tags"]


@pytest.mark.parametrize(
    ("severity", "above", "below"),
    [("critical", 9.0, 10.1), ("high", 6.9, 9.0), ("medium", 3.9, 7.0), ("low", 0.0, 4.0)],
)
def test_security_severity_is_in_the_range_that_github_shows_as_that_severity(
    severity: str, above: float, below: float, audit: Audit
) -> None:
    rules = [one["properties"] for one in sarif(audit)["tool"]["driver"]["rules"]]
    scores = {float(one["security-severity"]) for one in rules if one["severity"] == severity}

    assert scores
    assert all(above < score < below for score in scores)


def test_sarif_results_refer_to_their_rule(audit: Audit) -> None:
    run = sarif(audit)

    assert all(
        run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        for result in run["results"]
    )


def test_sarif_paths_are_relative_to_the_working_directory(audit: Audit) -> None:
    run = sarif(audit)
    places = [one["locations"][0]["physicalLocation"]["artifactLocation"] for one in run["results"]]
    notified = run["invocations"][0]["toolExecutionNotifications"][0]["locations"][0]["physicalLocation"]

    assert places == [{"uri": "states/prod%201.json", "uriBaseId": "%SRCROOT%"}] * 4
    assert notified["artifactLocation"] == {"uri": "missing.json", "uriBaseId": "%SRCROOT%"}


def test_sarif_fingerprints_differ_and_do_not_depend_on_wording_or_lines(audit: Audit) -> None:
    prints = [one["partialFingerprints"]["primaryLocationLineHash"] for one in sarif(audit)["results"]]
    state = audit.reports[0].state
    state.write_text("\n\n\n" + state.read_text())

    again = [one["partialFingerprints"]["primaryLocationLineHash"] for one in sarif(audit)["results"]]

    assert len(set(prints)) == 4
    assert prints == again


def test_sarif_suppresses_what_a_waiver_hides_and_nothing_else(audit: Audit) -> None:
    suppressions = [one["suppressions"] for one in sarif(audit)["results"]]

    assert suppressions[:3] == [[], [], []]
    assert suppressions[3] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": f"public data (waiver of orders-team for {TEMPLATE} until 2027-03-31)",
        }
    ]


def test_json_has_severity_remediation_frameworks_and_waiver(audit: Audit) -> None:
    new, _, old, waived = violations(audit)

    assert [one["status"] for one in (new, old, waived)] == ["new", "old", "waived"]
    assert (new["severity"], new["url"].partition("/")[0], new["waiver"]) == ("high", "https:", None)
    assert "KMS key" in new["remediation"]
    assert {"title": "PCI DSS", "edition": "4.0.1"}.items() <= new["frameworks"][1].items()
    assert (waived["urn"], waived["logicalId"]) == (TEMPLATE, "Catalogue")
    assert waived["waiver"] == {
        "owner": "orders-team",
        "reason": "public data",
        "scope": TEMPLATE,
        "logicalIds": ["Catalogue"],
        "expires": "2027-03-31",
    }
    assert json.loads(json_report(audit))["policyPack"] == {
        "name": "encrypted-tables-policies",
        "version": "1.0.0",
    }


def test_junit_has_severity_remediation_frameworks_and_waiver(audit: Audit) -> None:
    suites = Xml.fromstring(junit_report(audit))  # noqa: S314  # written by the audit itself
    cases = suites.findall("testsuite/testcase")
    properties = [{p.get("name"): p.get("value") for p in case.iter("property")} for case in cases]

    assert [suites[0].get(name) for name in ("tests", "failures", "errors", "skipped")] == [
        "4",
        "2",
        "0",
        "2",
    ]
    assert (properties[0]["severity"], properties[0]["level"]) == ("high", "mandatory")
    assert "KMS key" in str(properties[0]["remediation"])
    assert "framework" in properties[0]
    assert "waiver.owner" not in properties[0]
    assert (properties[3]["waiver.owner"], properties[3]["waiver.expires"]) == ("orders-team", "2027-03-31")
    skipped = cases[3].find("skipped")
    assert skipped is not None
    assert "waived until 2027-03-31 by orders-team (public data)" in str(skipped.get("message"))


def test_terminal_shows_severity_waivers_and_urns_that_can_be_copied(audit: Audit) -> None:
    output = io.StringIO()

    print_audit(audit, Console(file=output, width=40))

    lines = output.getvalue().splitlines()
    assert f"mandatory, high: {MAIN}" in lines
    assert "advisory, medium: dynamodb-table-deletion-protection (old)" in lines
    assert f"  {TABLE}" in lines
    assert f"waived, high: {MAIN}" in lines
    assert f"  {TEMPLATE}, logical id Catalogue" in lines
    assert "  until 2027-03-31 by orders-team: public data" in lines
    assert lines[-1] == (
        "1 of 2 states checked, 2 resources: 2 new mandatory violations, 0 new advisories, "
        "1 old ones, 1 waived."
    )
