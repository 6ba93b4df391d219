"""The command, the component and the pack are released together, with one version."""

from pathlib import Path

import pytest

from encrypted_tables import __version__
from local import version
from local.virtual_environments import ROOT


def test_every_file_states_the_version_of_the_command() -> None:
    assert version.stated() == dict.fromkeys(version.STATED, __version__)


def test_the_changelog_begins_with_the_version() -> None:
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]

    assert headings[0] == "## Unreleased"
    assert headings[1].startswith(f"## {__version__} ")


def test_one_command_states_a_version_in_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in version.STATED:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text((ROOT / file).read_text())
    monkeypatch.setattr(version, "ROOT", tmp_path)

    version.state("2.10.0")

    assert version.stated() == dict.fromkeys(version.STATED, "2.10.0")
