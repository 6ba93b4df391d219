"""An audit of all stacks of a backend, with the real engine and the real pack."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encrypted_tables.__main__ import main
from encrypted_tables.audit.backend import Shard
from encrypted_tables.audit.progress import Progress
from local.local_run import ROOT
from tests.audit.states import ENCRYPTED, SAFE, audit, in_backend

pytestmark = pytest.mark.usefixtures("engine_on_path")


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A backend with three stacks in two projects; one has a table without a key."""
    directory = tmp_path / "backend"
    in_backend(directory, "orders", "prod", orders=ENCRYPTED, logs=SAFE)
    in_backend(directory, "orders", "dev", orders=ENCRYPTED)
    in_backend(directory, "web", "prod", sessions=ENCRYPTED)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    return f"file://{directory}"


def test_all_stacks_are_checked_and_current_exports_are_not_read_again(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the directory of one of the projects, where the engine shortens names."""
    exports = tmp_path / "exports"
    arguments = ("--backend", backend, "--exports", exports, "--policy-pack", ROOT / "policy-pack")
    (tmp_path / "Pulumi.yaml").write_text("name: orders\nruntime: yaml\n")
    monkeypatch.chdir(tmp_path)

    status, report = audit(tmp_path, *arguments)

    assert status == 1
    checked = {Path(one["file"]).relative_to(exports).as_posix(): one for one in report["states"]}
    assert {name: len(one["violations"]) for name, one in checked.items()} == {
        "organization/orders/dev.json": 0,
        "organization/orders/prod.json": 1,
        "organization/web/prod.json": 0,
    }
    files = list(exports.rglob("*.json"))
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}

    read = {file: file.stat().st_ino for file in files}
    changed = in_backend(tmp_path / "backend", "web", "prod", sessions=SAFE)
    changed.write_text(changed.read_text().replace("2026-11-24T", "2199-01-01T"))
    _, again = audit(tmp_path, *arguments)
    assert [file.name for file, number in read.items() if file.stat().st_ino != number] == ["prod.json"]
    assert sum(len(one["violations"]) for one in again["states"]) == 2


def test_an_interruption_says_how_to_continue(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: Progress) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "one_more", interrupted)
    exports = tmp_path / "exports"

    assert main(["audit", "--backend", backend, "--exports", str(exports)]) == 2
    message = f"interrupted; run the same command again: {exports} keeps what is exported\n"
    assert capsys.readouterr().err == f"encrypted-tables: {message}"
    assert [*exports.rglob("*.json")] != []


def test_a_baseline_of_all_stacks_works_for_each_part(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = tmp_path / "baseline.json"
    arguments = ["audit", "--backend", backend, "--exports", str(tmp_path / "exports")]
    assert main([*arguments, "--write-baseline", str(baseline)]) == 0
    capsys.readouterr()

    for part in ("1/3", "2/3", "3/3"):
        assert main([*arguments, "--baseline", str(baseline), "--shard", part]) == 0
    shown = capsys.readouterr().out
    assert shown.count("(old)") == 1
    assert "fixed:" not in shown


def test_a_backend_with_a_damaged_state_is_an_error_never_a_pass(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "backend/.pulumi/stacks/web/prod.json").write_text("{")

    assert main(["audit", "--backend", backend, "--exports", str(tmp_path / "exports")]) == 2
    shown = capsys.readouterr().err
    assert "cannot be listed" in shown
    assert "encrypted-tables environments recover" in shown
    assert "Traceback" not in shown


def test_a_missing_backend_is_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--backend", f"file://{tmp_path}/nowhere"]) == 2
    assert "cannot be listed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give either exported states or --backend"),
        (["state.json", "--backend", "file:///x"], "give either exported states or --backend"),
        (["--backend", "file:///x", "--shard", "3/2"], "'3/2' is not a part such as 2/5"),
        (["--backend", "file:///x", "--shard", "half"], "'half' is not a part such as 2/5"),
    ],
)
def test_arguments_that_do_not_fit_are_one_message(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", *arguments]) == 2
    assert message in capsys.readouterr().err


@given(st.lists(st.tuples(st.text("abc-1", min_size=1), st.text("abc-1", min_size=1))), st.integers(1, 7))
def test_each_stack_is_in_exactly_one_part(stacks: list[tuple[str, str]], count: int) -> None:
    parts = [Shard(number, count) for number in range(1, count + 1)]

    assert all(Counter(part.has(*stack) for part in parts)[True] == 1 for stack in stacks)
    for project, stack in stacks:
        urn = f"urn:pulumi:{stack}::{project}::aws:kms/key:Key::orders"
        assert [part.has_resource(urn) for part in parts] == [part.has(project, stack) for part in parts]
