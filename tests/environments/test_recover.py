"""An empty or truncated state file is replaced by the engine's newest readable copy."""

import gzip
import json
import os
from pathlib import Path

import pytest

from encrypted_tables.__main__ import main
from encrypted_tables.engine.find import Engine
from encrypted_tables.engine.stack import Stack
from encrypted_tables.environments.checkpoint import (
    Candidate,
    UnreadableCheckpointError,
    newest,
    read_checkpoint,
)
from encrypted_tables.environments.recover import find_damage, restore, state_directory
from encrypted_tables.errors import UserError
from local.engine.find_or_build import find_or_build_engine
from local.virtual_environments import ROOT

PROGRAM = "import pulumi\npulumi.export('a', 'é' * 3)\npulumi.ComponentResource('t:index:Part', 'part')\n"


def checkpoint(minute: int, *names: str) -> bytes:
    resources = [
        {"type": "aws:kms/key:Key", "urn": f"urn:pulumi:dev::p::aws:kms/key:Key::{n}"} for n in names
    ]
    latest = {"manifest": {"time": f"2026-01-01T00:{minute:02}:00.123456789Z"}, "resources": resources}
    return json.dumps(
        {"version": 3, "checkpoint": {"stack": "organization/p/dev", "latest": latest}}
    ).encode()


def test_a_checkpoint_cut_at_any_length_is_unreadable() -> None:
    whole = checkpoint(1, "orders", "größe")
    assert read_checkpoint(whole).resources == ("aws:kms/key:Key orders", "aws:kms/key:Key größe")
    for length in range(len(whole)):
        with pytest.raises(UnreadableCheckpointError):
            read_checkpoint(whole[:length])


@pytest.mark.parametrize(
    "content", [b"\0" * 4096, b"null", b"[]", b"{}", b'{"checkpoint":{"latest":null}}', b"\xff\xfe{"]
)
def test_other_content_is_not_a_checkpoint(content: bytes) -> None:
    with pytest.raises(UnreadableCheckpointError):
        read_checkpoint(content)


def test_the_checkpoint_saved_last_is_the_newest_in_any_order() -> None:
    copies = [Candidate(f"copy-{minute}", checkpoint(minute, "k")) for minute in (2, 5, 3)]
    broken = Candidate("broken", checkpoint(9)[:-1])
    for order in ([*copies, broken], [broken, *reversed(copies)]):
        found = newest(order)
        assert found.source == "copy-5"
        assert list(found.unreadable) == ["broken"]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A backend with a state of minute 9, its backup of minute 8, and older copies."""
    contents = {
        "stacks/p/dev.json": checkpoint(9, "new"),
        "stacks/p/dev.json.bak": checkpoint(8, "last"),
        "stacks/p/dev.json.bak.attrs": b"{}",
        "stacks/p/dev2.json": checkpoint(59, "another-stack"),
        "history/p/dev/dev-1.checkpoint.json": checkpoint(7, "history"),
        "backups/p/dev/dev.1.json": checkpoint(6, "backup"),
    }
    for name, content in contents.items():
        file = tmp_path / ".pulumi" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return tmp_path / ".pulumi"


def test_a_readable_state_has_no_damage(state: Path) -> None:
    assert find_damage(state, "p", "dev") is None


@pytest.mark.parametrize(
    ("lost", "restored"),
    [([], "last"), (["stacks/p/dev.json.bak"], "history"), (["stacks/p/dev.json.bak", "history"], "backup")],
)
def test_the_newest_readable_copy_is_restored_and_the_broken_file_kept(
    state: Path, lost: list[str], restored: str
) -> None:
    file = state / "stacks" / "p" / "dev.json"
    file.write_bytes(b'{"version"')
    for name in lost:
        for copy in [state / name] if (state / name).is_file() else (state / name).rglob("*.json"):
            copy.write_bytes(b"")

    damage = find_damage(state, "p", "dev")
    assert damage
    kept = restore(damage)

    assert read_checkpoint(file.read_bytes()).resources == (f"aws:kms/key:Key {restored}",)
    assert kept.read_bytes() == b'{"version"'
    assert [oct(one.stat().st_mode & 0o777) for one in (file, kept)] == ["0o600", "0o600"]
    assert find_damage(state, "p", "dev") is None


def test_a_second_broken_file_does_not_replace_the_first(state: Path) -> None:
    file = state / "stacks" / "p" / "dev.json"
    for broken in (b"one", b"two"):
        file.write_bytes(broken)
        damage = find_damage(state, "p", "dev")
        assert damage
        assert restore(damage).read_bytes() == broken
    assert file.with_name("dev.json.broken-1").read_bytes() == b"one"


def test_a_compressed_state_is_restored_compressed(state: Path) -> None:
    plain = state / "stacks" / "p" / "dev.json"
    file = plain.with_name("dev.json.gz")
    plain.unlink()
    whole = gzip.compress(checkpoint(9, "new"))
    for length in (0, 1, 10, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        damage = find_damage(state, "p", "dev")
        assert damage, length
        restore(damage)
        assert read_checkpoint(gzip.decompress(file.read_bytes())).resources == ("aws:kms/key:Key last",)


def test_without_a_readable_copy_nothing_changes(state: Path) -> None:
    for file in state.rglob("*.json*"):
        file.write_bytes(b"")
    damage = find_damage(state, "p", "dev")
    assert damage
    with pytest.raises(UserError, match="no readable state"):
        restore(damage)
    assert not list(state.rglob("*.broken-*"))


def test_a_locked_stack_is_refused_with_advice(state: Path) -> None:
    (state / "stacks" / "p" / "dev.json").write_bytes(b"")
    lock = state / "locks" / "organization" / "p" / "dev" / "1.json"
    lock.parent.mkdir(parents=True)
    lock.touch()
    with pytest.raises(UserError, match="pulumi cancel --stack dev"):
        find_damage(state, "p", "dev")


def test_an_unknown_stack_is_refused(state: Path) -> None:
    with pytest.raises(UserError, match="there is no stack qa"):
        find_damage(state, "p", "qa")


def test_a_remote_backend_is_refused_with_advice() -> None:
    with pytest.raises(UserError, match="previous version"):
        state_directory("s3://bucket")


@pytest.fixture
def real_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A stack of the real engine with one resource, after two updates."""
    engine: Engine = find_or_build_engine()
    options = {"toolchain": "pip", "virtualenv": str(ROOT / "venv")}
    project = {"name": "p", "runtime": {"name": "python", "options": options}}
    (tmp_path / "Pulumi.yaml").write_text(json.dumps(project))
    (tmp_path / "__main__.py").write_text(PROGRAM)
    (tmp_path / "backend").mkdir()
    variables = {
        **engine.variables,
        "PATH": os.pathsep.join([*map(str, engine.path_entries), os.environ["PATH"]]),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'backend'}",
        "PULUMI_CONFIG_PASSPHRASE": "a passphrase",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    stack = Stack("dev", tmp_path, engine.pulumi, dict(os.environ)).init()
    stack.run("up", "--yes").checked()
    return stack


def test_the_engine_continues_with_the_restored_state(
    real_stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    project = real_stack.project
    file = project / "backend" / ".pulumi" / "stacks" / "p" / "dev.json"
    command = ["environments", "recover", "dev", "--project", str(project)]
    assert main(command) == 0
    whole = file.read_bytes()
    for length in (0, 1, len(whole) // 2, len(whole) - 2):
        file.write_bytes(whole[:length])
        assert "failed to load checkpoint" in real_stack.run("preview").output
        assert main(command) == 1
        assert file.read_bytes() == whole[:length]
        assert main([*command, "--yes"]) == 0
        assert "t:index:Part part" in capsys.readouterr().out
        preview = real_stack.run("preview", "--expect-no-changes")
        assert preview.exit_code == 0, preview.output
