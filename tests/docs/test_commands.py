"""Every command of the documents is run as printed, or marked with the reason why not."""

import re
from pathlib import Path

import pytest

from local.local_run import ROOT
from tests.documents import NOT_RUN, runnable_blocks

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "template" / "README.md"])
RUN_BY = {
    "README.md": "docs/test_install.py",
    "docs/adopt-existing.md": "engine/test_adopt_existing.py",
    "docs/audit.md": "docs/test_audit_page.py",
    "docs/component.md": "docs/test_install.py",
    "docs/environments.md": "workflows/test_docs.py",
    "docs/first-deployment.md": "docs/test_first_deployment.py",
    "docs/how-to-keys.md": "docs/test_how_to_keys.py",
    "docs/how-to-programs.md": "docs/test_how_to_programs.py",
    "docs/how-to.md": "docs/test_how_to.py",
    "docs/interrupted-updates.md": "engine/survivor.py",
    "docs/keys.md": "docs/test_access_commands.py",
    "docs/local-aws-in-tests.md": "local/test_tool.py",
    "docs/move-from-aws-keys.md": "engine/test_move_from_aws_keys.py",
    "docs/new-project.md": "docs/test_new_project.py",
    "docs/other-languages.md": "packaging/test_sdks.py",
    "docs/pull-requests.md": "workflows/test_docs.py",
    "docs/rollout.md": "docs/test_install.py",
    "docs/verify.md": "docs/test_access_commands.py",
    "docs/why-denied.md": "docs/test_why_denied.py",
    "template/README.md": "docs/test_new_project.py",
}
"""The test that runs a page's commands."""


def test_each_page_with_commands_has_a_test_that_runs_them() -> None:
    with_commands = {
        name for page in PAGES if runnable_blocks(f"../{(name := page.relative_to(ROOT).as_posix())}")
    }

    assert with_commands == set(RUN_BY)
    for page, test in RUN_BY.items():
        assert Path(page).name in (ROOT / "tests" / test).read_text()


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_each_code_block_names_its_language(page: Path) -> None:
    """So that no block of commands is overlooked."""
    fences = re.findall(r"^ *```(.*)$", page.read_text(), re.MULTILINE)

    assert "" not in fences[::2]
    assert {"bash", "shell", "console"} & set(fences[::2]) == set()


def test_a_block_that_is_not_run_gives_the_reason() -> None:
    marked = [
        reason for page in PAGES for reason in re.findall(r"<!-- Not run by a test.*", page.read_text())
    ]

    assert len(marked) == sum(len(NOT_RUN.findall(page.read_text())) for page in PAGES)
