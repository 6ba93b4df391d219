"""Programs run with a Python that has no packages say so in one line."""

import os
import subprocess
import sys

import pytest

from encrypted_tables.missing_packages import with_packages
from local.engine.virtualenv import base_python
from local.local_run import ROOT

RUN = """
import runpy, sys
sys.path.insert(0, ".")
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    "program",
    [
        ("encrypted_tables", "verify"),
        ("local", "true"),
        ("local.walkthrough",),
        ("local.fork_preview", "--stack", "dev"),
    ],
)
def test_a_python_without_the_packages_gets_a_message_of_one_line(program: tuple[str, ...]) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [base_python(), "-I", "-S", "-c", RUN, *program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "has no package" in line
    assert "run `make setup`, then use venv/bin/python" in line


def test_a_missing_module_of_the_project_itself_shows_its_traceback() -> None:
    def program() -> int:
        import encrypted_tables.no_such_module  # type: ignore[import-not-found]  # noqa: F401, PLC0415

        return 0

    with pytest.raises(ModuleNotFoundError):
        with_packages(program)
    assert "encrypted_tables.no_such_module" not in sys.modules
