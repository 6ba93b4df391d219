"""The report in every form: complete, well formed, without a secret, and legible in a real browser."""

import hashlib
import io
import json
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from encrypted_tables.errors import UserError
from encrypted_tables.verify.report.evidence import prepare_evidence, write_evidence
from encrypted_tables.verify.report.html import render_html
from encrypted_tables.verify.report.json import SCHEMA_FILE, render_json, report_schema
from encrypted_tables.verify.report.junit import render_junit
from encrypted_tables.verify.report.report import Report
from encrypted_tables.verify.report.table import print_report
from tests.verify.world import User, World, declare, decrypt_of_organisation

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def report(world: World, verified: Callable[..., Report], user: User) -> Report:
    """A user who is let in but not declared, a role that is declared but denied, and one predicted."""
    role, unseen = world.role(), world.user("unseen")
    key = world.key(user.arn)
    table = world.table(key)
    return verified(declare(table, key, {role: "keyUser", unseen.arn: "keyUser"}, user))


@pytest.fixture
def user(world: World) -> User:
    return world.user("walter")


def test_the_json_keeps_to_its_published_schema(report: Report) -> None:
    schema = json.loads(SCHEMA_FILE.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(render_json(report))
    jsonschema.validate(data, schema, cls=jsonschema.Draft202012Validator)
    assert (data["schema_version"], data["verdict"]) == ("1.1", "differs")
    assert {cell["basis"] for cell in data["access"]} == {"proven", "predicted"}
    assert {cell["as_declared"] for cell in data["access"]} == {True, False}
    assert data["tables"][0]["key_kind"] == "customer managed key"


def test_the_published_schema_is_what_the_types_say() -> None:
    assert json.loads(SCHEMA_FILE.read_text()) == report_schema()


@pytest.mark.parametrize("broken", [{"verdict": "fine"}, {"access": [{}]}, {"caller": None}])
def test_the_schema_refuses_what_is_no_report(report: Report, broken: dict[str, object]) -> None:
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


def test_the_junit_has_no_error_where_nothing_could_not_be_told(
    world: World, verified: Callable[..., Report]
) -> None:
    """Nothing is declared of what a deployer reads, so that it cannot be predicted is no error."""
    deployer = world.user()
    key = world.key(statements=(decrypt_of_organisation(deployer.arn),))
    report = verified(declare(world.table(key), key, {deployer.arn: "deployer"}))
    assert {cell.as_declared for cell in report.access if cell.principal == deployer.arn} == {None}
    (suite,) = ET.fromstring(render_junit(report))  # noqa: S314 - written by this program
    assert (report.verdict.exit_status, suite.get("errors"), suite.get("failures")) == (0, "0", "0")


def test_the_junit_is_well_formed_whatever_aws_answers(report: Report) -> None:
    odd = next(cell for cell in report.access if cell.message)
    object.__setattr__(odd, "message", 'bell \x07, "quotes", <tags> & \ud800')
    assert "bell ?" in ET.tostring(ET.fromstring(render_junit(report)), encoding="unicode")  # noqa: S314


def test_the_terminal_shows_principals_matrix_findings_and_verdict(report: Report) -> None:
    out = io.StringIO()
    print_report(report, Console(file=out, width=200))
    text = out.getvalue()
    for part in (
        report.caller,
        "≠ allowed",
        "≠ denied by KMS",
        "denied by KMS *",
        "allowed-but-not-declared",
    ):
        assert part in text
    assert text.rstrip().splitlines()[-1].startswith("differs (15 calls proven")


def read_png(path: Path) -> tuple[int, int, dict[tuple[int, int], tuple[int, ...]]]:
    """Width, height and every fifth pixel of a picture with 8 bits a channel, as a browser writes it."""
    data = path.read_bytes()
    width, height, _, kind = struct.unpack(">IIBB", data[16:26])
    channels = {2: 3, 6: 4}[kind]
    at, compressed = 8, b""
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        compressed += data[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += length + 12
    raw, stride = zlib.decompress(compressed), width * channels
    above, pixels = bytearray(stride), {}
    for y in range(height):
        line = raw[y * (stride + 1) : (y + 1) * (stride + 1)]
        above = unfiltered(line[0], bytearray(line[1:]), above, channels)
        if y % 5 == 0:
            for x in range(0, width, 5):
                pixels[x, y] = tuple(above[x * channels : x * channels + 3])
    return width, height, pixels


def unfiltered(kind: int, line: bytearray, above: bytearray, step: int) -> bytearray:
    """A row of a PNG picture without its filter (https://www.w3.org/TR/png-3/#9Filters)."""
    for i in range(len(line)):
        left = line[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        guess = left + above[i] - corner
        nearest = min((left, above[i], corner), key=lambda value: abs(guess - value))
        line[i] = (line[i] + (0, left, above[i], (left + above[i]) // 2, nearest)[kind]) & 0xFF
    return line


class Page(HTMLParser):
    """What a page loads, and its cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.cells: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what the tag loads, and the class of a cell."""
        facts = dict(attrs)
        self.loads += [str(facts[name]) for name in ("src", "href", "data") if name in facts]
        if tag == "td" and {"proven", "predicted"} & set((facts.get("class") or "").split()):
            self.cells.append(str(facts["class"]))


def test_a_narrow_terminal_cuts_off_no_name(report: Report) -> None:
    """Folded, not cut off: two names may begin alike."""
    console = Console(file=io.StringIO(), width=60)

    print_report(report, console)

    text = console.file.getvalue()  # type: ignore[attr-defined]  # it is a StringIO
    assert "…" not in text


def test_the_page_has_every_cell_and_loads_nothing(report: Report) -> None:
    page = Page(render_html(report))
    assert page.loads == []
    wanted = [(cell.actual.value, cell.basis, cell.as_declared is False) for cell in report.access]
    assert sorted(page.cells) == sorted(
        f"{actual} {basis}" + (" differs" if differs else "") for actual, basis, differs in wanted
    )


def test_the_page_shows_text_from_aws_as_text(report: Report) -> None:
    odd = next(cell for cell in report.access if cell.message)
    object.__setattr__(odd, "message", '"><script>alert(1)</script>')
    assert "<script>" not in render_html(report)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH to show the page in")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_the_page_as_a_picture(report: Report, tmp_path: Path, scheme: str) -> None:
    """Chromium renders it: the picture is no blank, and light and dark have light and dark corners."""
    page, picture = tmp_path / "report.html", tmp_path / "report.png"
    page.write_text(render_html(report), encoding="utf-8")
    dark = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--hide-scrollbars",
        f"--user-data-dir={tmp_path / 'profile'}", "--window-size=800,900", *dark,
        f"--screenshot={picture}", page.as_uri(),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    width, height, pixels = read_png(picture)
    assert (width, height) == (800, 900)
    corner = pixels[(5, 5)]
    assert (max(corner) < 64) if scheme == "dark" else (min(corner) > 192)
    assert len(set(pixels.values())) > 50


def test_evidence_is_private_complete_checked_and_without_a_secret(
    report: Report, user: User, world: World, tmp_path: Path
) -> None:
    directory = tmp_path / "evidence"
    prepare_evidence(directory)
    write_evidence(report, directory)
    assert directory.stat().st_mode & 0o777 == 0o700
    names = {path.name for path in directory.iterdir()}
    assert names == {"calls.jsonl", "report.json", "report.html", "report.junit.xml", "SHA256SUMS"}
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


def test_evidence_of_two_runs_does_not_mix(tmp_path: Path) -> None:
    (tmp_path / "calls.jsonl").write_text("earlier")
    with pytest.raises(UserError, match=r"not empty \(it has calls\.jsonl\)"):
        prepare_evidence(tmp_path)
    assert (tmp_path / "calls.jsonl").read_text() == "earlier"
