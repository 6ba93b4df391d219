"""The statements and examples of the README are correct."""

import re
from pathlib import Path

import pytest
import yaml

from components.table_settings import TableSettings
from local.local_run import ROOT, LocalRun
from tests.documents import blocks
from tests.engine.programs import TRUST, Program

README = "../README.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_links_lead_to_files_and_headings_that_exist(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    local = [link for link in links if not link.startswith("http")]

    assert [link for link in local if not leads_somewhere(page, link)] == []


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether a link's file exists, and has the heading that it names."""
    name, _, heading = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.exists() or not heading:
        return target.exists()
    headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
    return heading in {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def test_make_knows_each_command() -> None:
    commands = [line for block in blocks(README, "sh") for line in block.splitlines()]
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    made = [command.split()[1] for command in commands if command.startswith("make ")]

    assert made == ["demo"]
    assert set(made) <= set(targets)


def test_each_target_that_runs_an_environment_sets_it_up_first() -> None:
    rules = re.findall(r"^([\w-]+):([^#\n]*).*\n((?:\t.*\n)*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    running = {target: needed.split() for target, needed, recipe in rules if "$(PY)" in recipe}

    assert {"verify", "audit", "demo"} <= set(running)
    assert [target for target, needed in running.items() if not {"setup", "check"} & {*needed}] == []


def test_the_config_is_accepted() -> None:
    (block,) = blocks(README, "yaml")

    for table in yaml.safe_load(block)["config"]["encrypted-tables:tables"].values():
        TableSettings.model_validate(table)


def test_the_program_deploys(shared_run: LocalRun, program: Program) -> None:
    (source,) = blocks(README, "python")
    shared_run.aws.client("iam").create_role(RoleName="orders-service", AssumeRolePolicyDocument=TRUST)

    result = program(source).preview()

    assert result.exit_code == 0, result.output
    assert result.changes == {"create": 7}
