"""The report in every form: complete, well formed and without a secret."""

import hashlib
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from encrypted_tables.errors import UserError
from encrypted_tables.verify.report.evidence import prepare_evidence, write_evidence
from encrypted_tables.verify.report.json import SCHEMA_FILE, render_json, report_schema
from encrypted_tables.verify.report.junit import render_junit
from encrypted_tables.verify.report.report import Report
from encrypted_tables.verify.report.table import print_report
from tests.verify.world import User, World, declare, decrypt_of_organisation

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def report(world: World, verified: Callable[..., Report], user: User) -> Report:
    """A user with undeclared access, a declared role that is denied, and a predicted principal."""
    role, unseen = world.role(), world.user("unseen")
    key = world.key(user.arn)
    table = world.table(key)
    return verified(declare(table, key, {role: "keyUser", unseen.arn: "keyUser"}, user))


@pytest.fixture
def user(world: World) -> User:
    return world.user("walter")


def test_the_json_follows_its_published_schema(report: Report) -> None:
    schema = json.loads(SCHEMA_FILE.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(render_json(report))
    jsonschema.validate(data, schema, cls=jsonschema.Draft202012Validator)
    assert (data["schema_version"], data["verdict"]) == ("2.1", "differs")
    assert {cell["basis"] for cell in data["access"]} == {"proven", "predicted"}
    assert {cell["as_declared"] for cell in data["access"]} == {True, False}
    assert data["tables"][0]["key_kind"] == "customer managed key"


def test_the_published_schema_matches_the_types() -> None:
    assert json.loads(SCHEMA_FILE.read_text()) == report_schema()


@pytest.mark.parametrize("broken", [{"verdict": "fine"}, {"access": [{}]}, {"subject": None}])
def test_the_schema_rejects_an_invalid_report(report: Report, broken: dict[str, object]) -> None:
    data = {**json.loads(render_json(report)), **broken}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, report_schema(), cls=jsonschema.Draft202012Validator)


def test_the_junit_has_a_case_for_every_call_and_finding(report: Report) -> None:
    root = ET.fromstring(render_junit(report))  # noqa: S314 - written by this program
    (suite,) = root
    cases = list(suite.iter("testcase"))
    assert len(cases) == len(report.access) + len(report.findings) == int(suite.get("tests", "0"))
    failed = [case for case in cases if case.find("failure") is not None]
    differing = [cell for cell in report.access if cell.as_declared is False]
    serious = [finding for finding in report.findings if finding.severity == "differs"]
    assert len(failed) == len(differing) + len(serious) == int(suite.get("failures", "0"))
    assert suite.get("errors") == "0"


def test_the_junit_has_no_error_for_an_unknown_answer_without_a_declaration(
    world: World, verified: Callable[..., Report]
) -> None:
    """Reads by a deployer are not declared, so an unknown prediction is not an error."""
    deployer = world.user()
    key = world.key(statements=(decrypt_of_organisation(deployer.arn),))
    report = verified(declare(world.table(key), key, {deployer.arn: "deployer"}))
    assert {cell.as_declared for cell in report.access if cell.principal == deployer.arn} == {None}
    (suite,) = ET.fromstring(render_junit(report))  # noqa: S314 - written by this program
    assert (report.verdict.exit_status, suite.get("errors"), suite.get("failures")) == (0, "0", "0")


def test_the_junit_is_well_formed_for_any_answer_of_aws(report: Report) -> None:
    odd = next(cell for cell in report.access if cell.message)
    object.__setattr__(odd, "message", 'bell \x07, "quotes", <tags> & \ud800')
    assert "bell ?" in ET.tostring(ET.fromstring(render_junit(report)), encoding="unicode")  # noqa: S314


def test_the_terminal_shows_principals_matrix_findings_and_verdict(report: Report) -> None:
    out = io.StringIO()
    print_report(report, Console(file=out, width=200))
    text = out.getvalue()
    for part in (
        report.subject.caller,
        "≠ allowed",
        "≠ denied by KMS",
        "denied by KMS *",
        "allowed-but-not-declared",
    ):
        assert part in text
    assert text.rstrip().splitlines()[-1].startswith("differs (15 calls proven")


def test_a_narrow_terminal_cuts_off_no_name(report: Report) -> None:
    """Names are wrapped, not cut: two names may have the same beginning."""
    console = Console(file=io.StringIO(), width=60)

    print_report(report, console)

    text = console.file.getvalue()  # type: ignore[attr-defined]  # it is a StringIO
    assert "…" not in text


def test_evidence_is_private_complete_checked_and_without_a_secret(
    report: Report, user: User, world: World, tmp_path: Path
) -> None:
    directory = tmp_path / "evidence"
    prepare_evidence(directory)
    write_evidence(report, directory)
    assert directory.stat().st_mode & 0o777 == 0o700
    names = {path.name for path in directory.iterdir()}
    assert names == {
        "calls.jsonl",
        "report.json",
        "report.csv",
        "report.html",
        "report.junit.xml",
        "SHA256SUMS",
    }
    for path in directory.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        for credentials in (user.credentials, world.aws.owner):
            assert credentials.secret_access_key not in path.read_text()
            assert credentials.access_key_id not in path.read_text()
        assert "not-a-real-password" not in path.read_text()
    for line in (directory / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((directory / name).read_bytes()).hexdigest() == digest
    calls = [json.loads(line) for line in (directory / "calls.jsonl").read_text().splitlines()]
    assert len(calls) == sum(cell.basis == "proven" for cell in report.access)
    denied = [call for call in calls if call["outcome"] == "denied-by-kms"]
    assert denied
    for call in denied:
        assert call["code"] == "AccessDeniedException"
        assert call["message"].startswith("KMS key access denied error:")
        assert all(call[name] for name in ("time", "principal", "call", "expected", "request_id"))


def test_a_second_run_does_not_mix_with_existing_evidence(tmp_path: Path) -> None:
    (tmp_path / "calls.jsonl").write_text("earlier")
    with pytest.raises(UserError, match=r"not empty \(it has calls\.jsonl\)"):
        prepare_evidence(tmp_path)
    assert (tmp_path / "calls.jsonl").read_text() == "earlier"
