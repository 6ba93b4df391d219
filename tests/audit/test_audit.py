"""The audit command, on exported states, with the real engine and the real pack."""

import json
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from encrypted_tables.__main__ import main
from tests.audit.states import (
    DECIDED,
    ENCRYPTED,
    MAIN,
    SAFE,
    SECRET,
    audit,
    state,
    urn,
    violations,
    written,
)

pytestmark = pytest.mark.usefixtures("engine_on_path")


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


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"deployment": null}', '{"deployment": {"resources": {}}}', '{"version": 3}'],
)
def test_file_that_is_not_a_state_is_an_error_never_a_pass(content: str, tmp_path: Path) -> None:
    file, good = tmp_path / "prod.json", written(tmp_path / "good.json", state(orders=ENCRYPTED))
    file.write_text(content)

    status, report = audit(tmp_path, good, file)

    assert status == 2
    assert [bool(checked["error"]) for checked in report["states"]] == [False, True]


def test_state_of_a_stack_without_resources_has_no_violation(tmp_path: Path) -> None:
    file = written(tmp_path / "new.json", {"version": 3, "deployment": {"manifest": {}, "metadata": {}}})

    status, report = audit(tmp_path, file)

    assert (status, report["states"][0]["error"]) == (0, None)


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


def test_secret_that_cannot_be_decrypted_is_reported_as_undecided(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = {**SAFE, "serverSideEncryption": {"enabled": True, "kmsKeyArn": SECRET}}
    file = written(tmp_path / "prod.json", state(orders=table))

    status, report = audit(tmp_path, file)

    assert (status, violations(report)) == (1, [(DECIDED, "orders", True)])
    assert report["states"][0]["hiddenSecrets"] is True
    assert "could not be decrypted" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "arguments", [["--config", "missing.json"], ["--policy-pack", "missing"], ["--baseline", "missing.json"]]
)
def test_the_error_names_the_missing_file(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "prod.json", state(orders=ENCRYPTED))

    assert main(["audit", str(file), *arguments]) == 2
    assert arguments[1] in capsys.readouterr().err


def test_sarif_points_at_the_line_of_the_resource(tmp_path: Path) -> None:
    file = written(tmp_path / "prod.json", state(orders=ENCRYPTED, logs=SAFE))
    sarif = tmp_path / "audit.sarif"

    main(["audit", str(file), "--sarif", str(sarif)])

    run = json.loads(sarif.read_text())["runs"][0]
    result = run["results"][0]
    line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert urn("logs") in file.read_text().splitlines()[line - 1]
    assert (result["ruleId"], result["level"], result["baselineState"]) == (MAIN, "error", "new")
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


def test_a_resource_that_the_program_only_reads_is_not_checked(tmp_path: Path) -> None:
    content = state(orders=ENCRYPTED)
    shared = {"urn": urn("shared"), "type": "aws:dynamodb/table:Table", "custom": True, "id": "shared"}
    content["deployment"]["resources"].append(
        {**shared, "external": True, "inputs": {}, "outputs": ENCRYPTED}
    )

    status, report = audit(tmp_path, written(tmp_path / "prod.json", content))

    assert (status, violations(report)) == (0, [])
