"""The command line: input, output and exit status."""

import io
import json
from pathlib import Path

import pytest

from encrypted_tables.__main__ import main
from tests.access_diff.samples import ANN, MANAGE, UNKNOWN, allow, events, key, new, plan, table

NOBODY, READER = [key(MANAGE), table()], [key(MANAGE, allow("kms:Decrypt", ANN)), table()]
UNTOLD = [key(MANAGE), table(arn=UNKNOWN)]


@pytest.mark.parametrize(
    ("before", "after", "fail_on", "status"),
    [
        (NOBODY, NOBODY, "changes", 0),
        (NOBODY, READER, "changes", 1),
        (READER, NOBODY, "changes", 1),
        (NOBODY, UNTOLD, "changes", 2),
        (NOBODY, READER, "gains", 1),
        (READER, NOBODY, "gains", 0),
        (NOBODY, UNTOLD, "gains", 2),
        (NOBODY, READER, "nothing", 0),
        (NOBODY, UNTOLD, "nothing", 0),
    ],
)
def test_the_exit_status_shows_whether_access_changes(
    before: list[dict[str, object]],
    after: list[dict[str, object]],
    fail_on: str,
    status: int,
    tmp_path: Path,
) -> None:
    file = tmp_path / "preview.json"
    file.write_text(events(before, after))

    assert main(["access-diff", str(file), "--fail-on", fail_on]) == status


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(events(NOBODY, READER)))

    assert main(["access-diff", "-", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "changes"


def test_the_plan_identifies_the_key_of_a_new_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    created = [new(key(MANAGE, allow("kms:Decrypt", ANN))), new(table(arn=UNKNOWN))]
    (tmp_path / "preview.json").write_text(events([], created))
    (tmp_path / "plan.json").write_text(plan(orders=("serverSideEncryption", created[0])))
    preview = str(tmp_path / "preview.json")

    assert main(["access-diff", preview, "--format", "markdown"]) == 2
    assert main(["access-diff", preview, "--plan", str(tmp_path / "plan.json"), "--format", "markdown"]) == 1
    assert f"| `{ANN}` | **gains** read and write |" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"no preview"])
def test_unreadable_input_is_one_message(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "preview.json"
    if content is not None:
        file.write_bytes(content)

    assert main(["access-diff", str(file), "--fail-on", "nothing"]) == 2
    message = capsys.readouterr().err
    assert message.startswith("encrypted-tables: ")
    assert message.count("\n") == 1


def test_the_reason_of_a_failed_preview_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "preview.json"
    wrong = {"diagnosticEvent": {"severity": "error", "message": "Pulumi.dev.yaml cannot be used"}}
    file.write_text(f"{json.dumps(wrong)}\n{events(NOBODY, READER)}")

    assert main(["access-diff", str(file)]) == 2
    assert "encrypted-tables: the preview failed: Pulumi.dev.yaml cannot be used" in capsys.readouterr().err
