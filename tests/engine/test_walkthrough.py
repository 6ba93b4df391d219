"""The steps of the walk-through on the real engine, in order. A step fails if an earlier one failed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.picture import PICTURE, picture
from encrypted_tables.interruption import INTERRUPTED
from local.local_run import ROOT, local_run
from local.walkthrough.credentials import read_credentials
from local.walkthrough.steps import STEPS, TABLE, Step, Walkthrough

SHOWN: list[str] = []
"""The engine's output in all steps."""
SEEN: dict[str, list[tuple[str, str]]] = {}
"""What each step saw with the first profile, which is the one of `make demo`."""


@pytest.fixture(scope="module", params=["console", "strict"])
def walkthrough(request: pytest.FixtureRequest) -> Iterator[Walkthrough]:
    """A separate run for each key policy profile."""
    with local_run() as run:
        stack = run.stack("dev")
        stack.set_config(f"encrypted-tables:tables.{TABLE}.keyPolicyProfile", request.param)
        yield Walkthrough(run, stack, SHOWN.append)


@pytest.mark.parametrize("step", STEPS, ids=[step.name for step in STEPS])
def test_step_sees_what_it_expects(step: Step, walkthrough: Walkthrough) -> None:
    facts = list(step.act(walkthrough))

    SEEN.setdefault(step.name, facts)
    assert facts != []
    assert [secret for secret in secrets_of(walkthrough) if secret in "".join([*SHOWN, str(facts)])] == []


def test_the_picture_in_the_readme_matches_the_walkthrough() -> None:
    """If not: python -m docs.picture."""
    assert list(SEEN) == [step.name for step in STEPS], "run the steps too"
    assert picture([*SEEN.values()]) == PICTURE.read_text(encoding="utf-8")
    assert "docs/walk-through.svg" in (ROOT / "README.md").read_text()


def secrets_of(walkthrough: Walkthrough) -> list[str]:
    """The test user's secrets, which no step may show."""
    if not walkthrough.credentials_file.exists():
        return []
    row = read_credentials(walkthrough.credentials_file)
    return [row["Password"], row["Secret access key"]]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_cancelled_or_hung_up_walkthrough_leaves_no_secret_on_disk(
    number: signal.Signals, tmp_path: Path
) -> None:
    """In the middle of an update: its state, passphrase and event log are there, and go."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "local.walkthrough"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert demo.stdout
    for line in demo.stdout:
        if line.startswith("2. "):
            break
    assert [file.name for file in tmp_path.rglob("passphrase") if file.is_file()] == ["passphrase"]

    os.killpg(demo.pid, number)
    _, output = demo.communicate(timeout=60)

    assert (demo.returncode, "Traceback" in output) == (INTERRUPTED, False)
    assert [entry for entry in tmp_path.iterdir() if entry.name.startswith("encrypted-tables-")] == []


def test_the_walkthrough_runs_on_a_terminal_that_only_shows_ascii() -> None:
    program = "from local.walkthrough.demo import _console; _console().print('Fran\\u00e7ais')"
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.stdout, result.stderr) == ("Fran?ais\n", "")
