"""Configs of the pack in an audit: levels, waivers and mistakes."""

import json
from pathlib import Path

import pytest

from encrypted_tables.__main__ import main
from tests.audit.states import (
    ENCRYPTED,
    LISTED,
    MAIN,
    SAFE,
    SOON,
    audit,
    state,
    urn,
    violations,
    written,
)

pytestmark = pytest.mark.usefixtures("engine_on_path")


def test_config_changes_levels_and_waives(tmp_path: Path) -> None:
    file = written(tmp_path / "prod.json", state(logs=SAFE))
    unused = {"owner": "web", "reason": "x", "scope": "urn:pulumi:*::web::*", "expires": "2999-01-01"}
    used = {"owner": "logs", "reason": "public data", "scope": urn("logs"), "expires": "2999-01-01"}
    waiving = written(
        tmp_path / "waiving.json", {MAIN: {"longestWaiverDays": 1000000, "waivers": [used, unused]}}
    )
    advisory = written(tmp_path / "advisory.json", {MAIN: "advisory"})

    waived, report = audit(tmp_path, file, "--config", waiving)
    advised, _ = audit(tmp_path, file, "--config", advisory)

    _, incomplete = audit(tmp_path, file, tmp_path / "missing.json", "--config", waiving)

    assert (waived, violations(report), advised) == (0, LISTED, 0)
    assert incomplete["notes"] == []
    (hidden,) = report["states"][0]["waived"]
    assert (hidden["policy"], hidden["urn"], hidden["status"]) == (MAIN, urn("logs"), "waived")
    assert hidden["waiver"] == {**used, "logicalIds": []}
    assert report["notes"] == [f"In {MAIN}, the waiver of web for urn:pulumi:*::web::* is unused."]


@pytest.mark.parametrize("config", [{MAIN: {"allowedAccounts": ["12"]}}, {MAIN: "mandatry"}])
def test_config_that_does_not_fit_is_an_error(
    config: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "prod.json", state(orders=ENCRYPTED))

    assert main(["audit", str(file), "--config", str(written(tmp_path / "config.json", config))]) == 2
    shown = capsys.readouterr()
    assert MAIN in shown.out + shown.err


TEMPLATE = {
    "name": "queue",
    "templateBody": json.dumps(
        {"Resources": {name: {"Type": "AWS::DynamoDB::Table"} for name in ("Catalogue", "Orders")}}
    ),
}


def test_a_waiver_of_a_template_hides_only_the_logical_ids_that_it_names(tmp_path: Path) -> None:
    place = "urn:pulumi:prod::orders::aws:cloudformation/stack:Stack::queue"
    content = state()
    content["deployment"]["resources"].append(
        {
            "urn": place,
            "type": "aws:cloudformation/stack:Stack",
            "custom": True,
            "id": "queue",
            "inputs": TEMPLATE,
            "outputs": TEMPLATE,
        }
    )
    waiver = {"owner": "web", "reason": "x", "scope": place, "expires": SOON, "logicalIds": ["Catalogue"]}
    config = written(tmp_path / "config.json", {MAIN: {"enforcementLevel": "mandatory", "waivers": [waiver]}})

    status, report = audit(tmp_path, written(tmp_path / "prod.json", content), "--config", config)

    checked = report["states"][0]
    of_key = [one["logicalId"] for one in checked["violations"] if one["policy"] == MAIN]
    assert (status, of_key) == (1, ["Orders"])
    assert [(one["policy"], one["logicalId"]) for one in checked["waived"]] == [(MAIN, "Catalogue")]


def test_an_expired_waiver_hides_nothing_and_the_audit_says_so(tmp_path: Path) -> None:
    waiver = {"owner": "web", "reason": "x", "scope": urn("logs"), "expires": "2026-01-01"}
    config = written(tmp_path / "config.json", {MAIN: {"enforcementLevel": "mandatory", "waivers": [waiver]}})

    status, report = audit(tmp_path, written(tmp_path / "prod.json", state(logs=SAFE)), "--config", config)

    (violation,) = (one for one in report["states"][0]["violations"] if one["policy"] == MAIN)
    assert (status, report["states"][0]["waived"]) == (1, [])
    assert "expired after 2026-01-01." in violation["message"]


def test_a_waiver_that_matches_resources_but_no_violation_is_reported_as_unused(tmp_path: Path) -> None:
    def waiver(scope: str) -> dict[str, str]:
        return {"owner": "orders-team", "reason": "old", "scope": scope, "expires": SOON}

    needed, surplus, of_tag = (waiver(f"urn:pulumi:*::{end}") for end in ("logs", "orders", "gone"))
    override = {
        "stackTags": {"tier": "test"},
        "settings": {"waivers": [of_tag]},
    }
    settings = {
        "enforcementLevel": "mandatory",
        "waivers": [needed, surplus],
        "overrides": [override],
    }
    config = written(tmp_path / "config.json", {MAIN: settings})
    file = written(tmp_path / "prod.json", state(orders=ENCRYPTED, logs=SAFE))

    status, report = audit(tmp_path, file, "--config", config)

    assert (status, violations(report)) == (0, LISTED)
    assert report["notes"] == [
        f"In {MAIN}, the waiver of orders-team for {one['scope']} is unused." for one in (surplus, of_tag)
    ]


@pytest.mark.parametrize("words", [["audit", "STATE", "--config"], ["policies", "check-config"]])
def test_a_policy_that_does_not_exist_is_an_error_of_the_config(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "prod.json", state(orders=ENCRYPTED))
    config = written(tmp_path / "config.json", {"dynamodb-table-customer-managed-kee": "mandatory"})

    assert main([*(str(file) if word == "STATE" else word for word in words), str(config)]) == 2
    assert "dynamodb-table-customer-managed-kee" in capsys.readouterr().err
