"""`encrypted-tables` as people meet it: help, completion, errors, interruptions and exit statuses."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from encrypted_tables import __version__
from encrypted_tables.__main__ import main
from encrypted_tables.command_line import COMMANDS, command_line
from local.local_run import ROOT
from tests.local.engine.processes import wait_until

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def every_command() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for name in COMMANDS:
        found.append((name,))
        command = command_line.get_command(click.Context(command_line), name)
        if isinstance(command, click.Group):
            found += [(name, inner) for inner in command.commands]
    return found


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_help_describes_each_command_and_option(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"Usage: {' '.join(['encrypted-tables', *words])} ")
    command: click.Command = command_line
    for word in words:
        assert isinstance(command, click.Group)
        inner = command.get_command(click.Context(command), word)
        assert inner is not None
        command = inner
    assert command.help
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert [
        one.name for one in options if not one.help and one.name not in {"stack", "region", "style"}
    ] == []


def test_the_help_states_the_exit_statuses(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])

    lines = capsys.readouterr().out.splitlines()
    place = lines.index("  Exit status:")
    assert [line.split()[0] for line in lines[place + 1 : place + 4]] == ["0", "1", "2"]


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"encrypted-tables, version {__version__}\n"


def test_a_shell_completes_commands_without_loading_them() -> None:
    asked = {
        "_ENCRYPTED_TABLES_COMPLETE": "bash_complete",
        "COMP_WORDS": "encrypted-tables ver",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "encrypted_tables"],
        cwd=ROOT, env={**os.environ, **asked}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["plain,verify"]


@pytest.mark.parametrize("words", [["verfy"], ["verify", "--tabel", "orders"], ["access-diff"]])
def test_an_unknown_command_or_option_is_one_usage_error(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert "Error: " in capsys.readouterr().err


@pytest.mark.parametrize("number", SIGNALS)
def test_a_terminated_preview_leaves_no_file_and_no_process(number: signal.Signals, tmp_path: Path) -> None:
    """Not its passphrase, not its state, not the engine or the local AWS that it started."""
    program = tmp_path / "program"
    program.mkdir()
    (program / "Pulumi.yaml").write_text("{name: slow, runtime: {name: python, options: {virtualenv: venv}}}")
    (program / "Pulumi.dev.yaml").write_text("config: {}\n")
    (program / "__main__.py").write_text(
        "import pathlib, time\npathlib.Path('../started').touch()\ntime.sleep(600)\n"
    )
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-m", "local.fork_preview", "--stack", "dev", "--out", "../out"]
    with subprocess.Popen(
        [*command, "--base", str(program), "--commit", "0" * 40, "--pack", str(ROOT / "policy-pack")],
        cwd=program,
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    ) as preview:
        wait_until(lambda: any(temporary.rglob("started")) or (tmp_path / "started").exists(), 120)
        assert [*temporary.rglob("passphrase")] != []
        preview.send_signal(number)
        _, output = preview.communicate(timeout=60)
    assert (preview.returncode, output) == (2, "encrypted-tables: interrupted\n")
    assert [*temporary.iterdir()] == []
    assert str(temporary) not in "".join(_command_lines())


def _command_lines() -> Iterator[str]:
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # a process that has just ended
            yield file.read_bytes().decode(errors="replace")
