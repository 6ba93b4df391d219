"""`make shell` works in the project itself, and all its shells share one local AWS."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.local_run import PLUGIN_DIRECTORY, ROOT, _install_provider
from tests.local.shells import CONFIG, open_shell, project_in, run_in_shell

WAITS = ("sh", "-c", "echo open; read line")
OF_ANOTHER_BACKEND = "encryptionsalt: v1:c29tZSBzYWx0:v1:bm9uY2U=:b2YgYW5vdGhlciBiYWNrZW5k\n"
LEFT_BY_A_KILLED_SHELL = (
    "encryptionsalt: v1:c29tZSBzYWx0:v1:bm9uY2U=:YWFhYQ==  # of a local shell, which removes this line\n"
)
ADDS_A_KEY_USER = (
    "pulumi config set --path encrypted-tables:tables.nextwork-kms-table.keyUsers[0] role/orders-service"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A project and a temporary directory, with a shell open."""
    temporary = tmp_path_factory.mktemp("tmp")
    project = project_in(tmp_path_factory.mktemp("checkout"))
    with open_shell(project, temporary, WAITS):
        yield project, temporary


def test_a_second_shell_opens_the_same_stack_on_the_same_local_aws(place: tuple[Path, Path]) -> None:
    project, _ = place
    first, second = (
        run_in_shell(*place, "sh", "-c", "pulumi stack --show-name; pwd; echo $AWS_ENDPOINT_URL")
        for _ in range(2)
    )

    assert first.stdout == second.stdout
    assert first.stdout.splitlines()[:2] == ["dev", str(project)]
    assert f"stack: dev of {project}, tagged `ephemeral` | policy pack: on, mandatory\n" in first.stderr


def test_a_nested_shell_shows_the_provider_of_the_outer_one(place: tuple[Path, Path]) -> None:
    result = run_in_shell(*place, "sh", "-c", f"PYTHONPATH={ROOT} python -m local true")

    outer, _, nested, _ = result.stderr.splitlines()
    assert nested == outer
    assert "provider: local stand-in" in outer


def test_an_edit_of_the_config_takes_effect(place: tuple[Path, Path]) -> None:
    config = place[0] / CONFIG
    config.write_text(config.read_text().replace("deletionWindowInDays: 7", "deletionWindowInDays: 9"))

    result = run_in_shell(*place, "pulumi", "preview", "--json")

    assert result.returncode == 0, result.stdout
    assert '"deletionWindowInDays": 9' in result.stdout


def test_the_policy_pack_is_enabled_and_applies_fewer_rules_to_an_ephemeral_stack(
    place: tuple[Path, Path],
) -> None:
    without_tag = "pulumi stack tag rm ephemeral; pulumi preview; pulumi stack tag set ephemeral true"
    result = run_in_shell(*place, "sh", "-c", f"pulumi preview && echo WITHOUT TAG && {without_tag}")

    accepted, refused = result.stdout.split("WITHOUT TAG")
    assert "encrypted-tables-policies" in accepted
    assert "[mandatory]" not in accepted
    assert "[mandatory]" in refused


def test_each_policy_reports_once_in_the_preview_for_reviewers(place: tuple[Path, Path]) -> None:
    """The engine does not run the pack as well: the command runs it over the engine's events."""
    command = ("encrypted-tables", "preview", "--stack", "dev", "--commit", "1" * 40, "--out")
    result = run_in_shell(*place, *command, str(place[1] / "preview"))

    assert result.returncode == 0, result.stderr
    rows = [line for line in result.stdout.splitlines() if "dynamodb-table-deletion-protection" in line]
    assert len(rows) == 1


def test_the_first_shell_waits_for_the_others(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    place = project_in(tmp_path), tmp_path / "tmp"
    asks_aws = (
        "import urllib.request, urllib.error, os\n"
        "try: urllib.request.urlopen(os.environ['AWS_ENDPOINT_URL'])\n"
        "except urllib.error.HTTPError: print('answered')"
    )
    with (
        open_shell(*place, WAITS) as first,
        open_shell(*place, ("sh", "-c", f'echo open; read line; python -c "{asks_aws}"')) as second,
    ):
        assert first.stdin
        assert first.stderr
        first.stdin.write("\n")
        first.stdin.flush()
        output = [first.stderr.readline() for _ in range(3)]
        out, _ = second.communicate("\n", timeout=60)
        status = first.wait(60)

    assert output[-1] == "Another shell uses this local AWS. It ends with that shell, or now with Ctrl-C.\n"
    assert (out, second.returncode, status) == ("answered\n", 0, 0)
    assert list(place[1].iterdir()) == []


def test_the_config_file_keeps_the_users_text_without_encryption_settings(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    before = (project / CONFIG).read_text()
    (project / CONFIG).write_text(before + LEFT_BY_A_KILLED_SHELL)
    result = run_in_shell(
        project, tmp_path, "sh", "-c", f"echo '# mine' >> {CONFIG}; pulumi stack init other"
    )

    assert result.returncode == 0, result.stderr
    # The line that the killed shell left, before the user's, is removed.
    assert (project / CONFIG).read_text() == f"{before}# mine\n"
    assert not (project / "Pulumi.other.yaml").exists()


@pytest.mark.parametrize("agreed", [True, False])
def test_a_config_of_another_backend_is_edited_in_a_copy_and_copied_back_on_request(
    agreed: bool, tmp_path: Path
) -> None:
    project = project_in(tmp_path)
    before = (project / CONFIG).read_text() + OF_ANOTHER_BACKEND
    (project / CONFIG).write_text(before)
    keyboard, terminal = os.openpty()
    os.write(keyboard, b"y\n" if agreed else b"n\n")
    result = run_in_shell(project, tmp_path, *ADDS_A_KEY_USER.split(), stdin=terminal)
    os.close(keyboard)
    os.close(terminal)

    after = (project / CONFIG).read_text()
    assert result.returncode == 0, result.stderr
    assert f"{project / CONFIG} is encrypted for another backend" in result.stderr
    assert "+        - role/orders-service\n" in result.stderr
    assert OF_ANOTHER_BACKEND in after
    assert ("role/orders-service" in after) is agreed
    assert agreed or after == before


def test_without_a_program_the_shell_says_where_to_start(tmp_path: Path) -> None:
    result = run_in_shell(tmp_path, tmp_path, "true")

    assert result.returncode == 1
    assert result.stderr == f"there is no Pulumi.yaml in {tmp_path}: change to the directory of the program\n"


def test_within_a_local_run_the_local_provider_is_not_taken_for_the_official_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer = _install_provider(tmp_path / "outer" / PLUGIN_DIRECTORY)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "outer"))

    assert _install_provider(tmp_path / "inner" / PLUGIN_DIRECTORY) == outer
