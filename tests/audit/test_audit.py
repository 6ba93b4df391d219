"""The audit command, on exported states, with the real engine and the real pack."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from encrypted_tables.__main__ import main

KEY_ARN = "arn:aws:kms:us-east-1:111122223333:key/0f4b3a9e-6c1d-4e7a-9b52-8d3c7f10a6e4"
MAIN = "dynamodb-table-customer-managed-key"
DECIDED = "dynamodb-table-key-decided"
SOON = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
LISTED = [("waivers-listed", "orders-prod", True)]
"""An advisory that lists what waivers hide; its place is the stack."""
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:aa:bb"}
SAFE = {"deletionProtectionEnabled": True, "pointInTimeRecovery": {"enabled": True}}
ENCRYPTED = {**SAFE, "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY_ARN}}


pytestmark = pytest.mark.usefixtures("engine_on_path")


def urn(name: str) -> str:
    """The URN of a table of the stack."""
    return f"urn:pulumi:prod::orders::aws:dynamodb/table:Table::{name}"


def state(**tables: dict[str, Any]) -> dict[str, Any]:
    """A state with these tables, as `pulumi stack export` writes it."""
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


@pytest.fixture(autouse=True)
def nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting or passphrase of whoever runs the tests."""
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    for name in ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)


def written(file: Path, content: object) -> Path:
    """The file, holding this as JSON."""
    file.write_text(json.dumps(content, indent=4))
    return file


def audit(tmp_path: Path, *arguments: object) -> tuple[int, dict[str, Any]]:
    """The exit status of an audit, and its report as JSON."""
    report = tmp_path / "report.json"
    status = main(["audit", *map(str, arguments), "--json", str(report)])
    return status, json.loads(report.read_text())


def violations(report: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Policy, resource and novelty of each violation."""
    return [
        (one["policy"], one["urn"].rsplit("::", 1)[-1], one["new"])
        for checked in report["states"]
        for one in checked["violations"]
    ]


def test_states_without_violations_end_in_status_0(tmp_path: Path) -> None:
    one, two = (written(tmp_path / f"{name}.json", state(orders=ENCRYPTED)) for name in ("one", "two"))

    status, report = audit(tmp_path, one, two)

    assert (status, violations(report)) == (0, [])
    assert [checked["resources"] for checked in report["states"]] == [1, 1]


def test_new_mandatory_violation_ends_in_status_1(tmp_path: Path) -> None:
    file = written(tmp_path / "prod.json", state(orders=ENCRYPTED, logs=SAFE))

    status, report = audit(tmp_path, file)

    assert (status, violations(report)) == (1, [(MAIN, "logs", True)])
    assert report["states"][0]["violations"][0]["level"] == "mandatory"


def test_advisory_ends_in_status_0(tmp_path: Path) -> None:
    file = written(tmp_path / "prod.json", state(orders={**ENCRYPTED, "deletionProtectionEnabled": False}))

    status, report = audit(tmp_path, file)

    assert (status, violations(report)) == (0, [("dynamodb-table-deletion-protection", "orders", True)])


def test_old_violation_does_not_fail_and_a_new_one_does(tmp_path: Path) -> None:
    file = written(tmp_path / "prod.json", state(logs=SAFE))
    baseline = tmp_path / "baseline.json"

    made = main(["audit", str(file), "--write-baseline", str(baseline)])
    again, old = audit(tmp_path, file, "--baseline", baseline)
    written(file, state(logs=SAFE, more=SAFE))
    later, both = audit(tmp_path, file, "--baseline", baseline)
    written(file, state(logs=ENCRYPTED))
    mended, report = audit(tmp_path, file, "--baseline", baseline)

    assert (made, again, later, mended) == (0, 0, 1, 0)
    assert violations(old) == [(MAIN, "logs", False)]
    assert sorted(violations(both)) == [(MAIN, "logs", False), (MAIN, "more", True)]
    assert report["mended"] == [{"policy": MAIN, "urn": urn("logs"), "violations": 1}]


def test_second_violation_of_a_resource_with_an_old_one_is_new(tmp_path: Path) -> None:
    table = {**ENCRYPTED, "replicas": [{"regionName": "eu-west-1"}]}
    file = written(tmp_path / "prod.json", state(orders=table))
    baseline = tmp_path / "baseline.json"
    main(["audit", str(file), "--write-baseline", str(baseline)])
    written(
        file, state(orders={**table, "replicas": [{"regionName": "eu-west-1"}, {"regionName": "eu-west-3"}]})
    )

    status, report = audit(tmp_path, file, "--baseline", baseline)

    assert status == 1
    assert [new for policy, _, new in violations(report) if policy == MAIN] == [False, True]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"deployment": null}', '{"deployment": {"resources": {}}}', '{"version": 3}'],
)
def test_file_that_is_no_state_is_an_error_never_a_pass(content: str, tmp_path: Path) -> None:
    file, good = tmp_path / "prod.json", written(tmp_path / "good.json", state(orders=ENCRYPTED))
    file.write_text(content)

    status, report = audit(tmp_path, good, file)

    assert status == 2
    assert [bool(checked["error"]) for checked in report["states"]] == [False, True]


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    status, report = audit(tmp_path, tmp_path / "missing.json")

    assert status == 2
    assert "cannot be read" in report["states"][0]["error"]


def test_state_that_the_engine_refuses_is_an_error(tmp_path: Path) -> None:
    refused = state(orders={**SAFE, "serverSideEncryption": SECRET})
    del refused["deployment"]["secrets_providers"]
    file = written(tmp_path / "prod.json", refused)

    status, report = audit(tmp_path, file)

    assert status == 2
    assert "secret" in report["states"][0]["error"]


def test_secret_that_cannot_be_decrypted_is_undecided_and_said_to_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = {**SAFE, "serverSideEncryption": {"enabled": True, "kmsKeyArn": SECRET}}
    file = written(tmp_path / "prod.json", state(orders=table))

    status, report = audit(tmp_path, file)

    assert (status, violations(report)) == (1, [(DECIDED, "orders", True)])
    assert report["states"][0]["hiddenSecrets"] is True
    assert "could not be decrypted" in " ".join(capsys.readouterr().out.split())


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

    assert (waived, violations(report), advised) == (0, LISTED, 0)
    assert report["notes"] == [f"In {MAIN}, nothing needs the waiver of web for urn:pulumi:*::web::*."]


@pytest.mark.parametrize("config", [{MAIN: {"allowedAccounts": ["12"]}}, {MAIN: "mandatry"}])
def test_config_that_does_not_fit_is_an_error(
    config: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "prod.json", state(orders=ENCRYPTED))

    assert main(["audit", str(file), "--config", str(written(tmp_path / "config.json", config))]) == 2
    shown = capsys.readouterr()
    assert MAIN in shown.out + shown.err


@pytest.mark.parametrize(
    "arguments", [["--config", "missing.json"], ["--policy-pack", "missing"], ["--baseline", "missing.json"]]
)
def test_what_is_missing_is_named(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "prod.json", state(orders=ENCRYPTED))

    assert main(["audit", str(file), *arguments]) == 2
    assert arguments[1] in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{", "[]", '{"version": 9, "old": []}', '{"version": 1, "old": [{}]}'])
def test_file_that_is_no_baseline_is_an_error(content: str, tmp_path: Path) -> None:
    file, baseline = written(tmp_path / "prod.json", state(orders=ENCRYPTED)), tmp_path / "baseline.json"
    baseline.write_text(content)

    assert main(["audit", str(file), "--baseline", str(baseline)]) == 2


def test_baseline_is_not_written_when_a_state_could_not_be_checked(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"

    assert main(["audit", str(tmp_path / "missing.json"), "--write-baseline", str(baseline)]) == 2
    assert not baseline.exists()


def test_sarif_points_at_the_line_of_the_resource(tmp_path: Path) -> None:
    file = written(tmp_path / "prod.json", state(orders=ENCRYPTED, logs=SAFE))
    sarif = tmp_path / "audit.sarif"

    main(["audit", str(file), "--sarif", str(sarif)])

    run = json.loads(sarif.read_text())["runs"][0]
    result = run["results"][0]
    line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert urn("logs") in file.read_text().splitlines()[line - 1]
    assert (result["ruleId"], result["level"], result["baselineState"]) == (MAIN, "error", "new")
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [MAIN]
    assert run["invocations"][0] == {
        "executionSuccessful": True, "exitCode": 1, "toolExecutionNotifications": []
    }  # fmt: skip


def test_junit_has_a_suite_for_each_state(tmp_path: Path) -> None:
    bad = written(
        tmp_path / "bad.json", state(logs=SAFE, orders={**ENCRYPTED, "deletionProtectionEnabled": False})
    )
    good = written(tmp_path / "good.json", state(orders=ENCRYPTED))
    junit = tmp_path / "audit.xml"

    main(["audit", str(bad), str(good), str(tmp_path / "missing.json"), "--junit", str(junit)])

    suites = Xml.fromstring(junit.read_text())  # noqa: S314  # written by the audit itself
    counts = [[suite.get(name) for name in ("tests", "failures", "errors", "skipped")] for suite in suites]
    assert counts == [["2", "1", "0", "1"], ["1", "0", "0", "0"], ["1", "0", "1", "0"]]


def test_a_resource_that_a_program_only_reads_is_anothers(tmp_path: Path) -> None:
    content = state(orders=ENCRYPTED)
    shared = {"urn": urn("shared"), "type": "aws:dynamodb/table:Table", "custom": True, "id": "shared"}
    content["deployment"]["resources"].append(
        {**shared, "external": True, "inputs": {}, "outputs": ENCRYPTED}
    )

    status, report = audit(tmp_path, written(tmp_path / "prod.json", content))

    assert (status, violations(report)) == (0, [])


def test_a_baseline_is_refused_for_stacks_of_one_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = (written(tmp_path / f"{name}.json", state(logs=SAFE)) for name in ("one", "two"))

    status = main(["audit", str(one), str(two), "--write-baseline", str(tmp_path / "baseline.json")])

    assert status == 2
    assert "stacks of one name" in capsys.readouterr().err


def test_a_pattern_that_takes_in_resources_and_no_violation_is_told(tmp_path: Path) -> None:
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
        f"In {MAIN}, nothing needs the waiver of orders-team for {one['scope']}." for one in (surplus, of_tag)
    ]


@pytest.mark.parametrize("words", [["audit", "STATE", "--config"], ["policies", "check-config"]])
def test_a_policy_that_does_not_exist_is_an_error_of_the_config(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "prod.json", state(orders=ENCRYPTED))
    config = written(tmp_path / "config.json", {"dynamodb-table-customer-managed-kee": "mandatory"})

    assert main([*(str(file) if word == "STATE" else word for word in words), str(config)]) == 2
    assert "dynamodb-table-customer-managed-kee" in capsys.readouterr().err
