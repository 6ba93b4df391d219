"""The pipelines for GitLab CI and Pulumi Deployments: valid, and their commands run on the engine."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from encrypted_tables.pipeline.summary import read_summary
from local.engine import official_installer, virtualenv
from local.local_run import ROOT, LocalRun
from tests.documents import Checkout, project_checkout
from tests.pipeline.samples import COMMIT
from tests.workflows.test_workflows import ACTIONS, COMMANDS, commands, parse

GITLAB = ROOT / "pipelines" / "gitlab-ci.yml"
DEPLOYMENTS = ROOT / "pipelines" / "pulumi-deployments.yaml"
JOBS: dict[str, dict[str, Any]] = yaml.safe_load(GITLAB.read_text())
SETTINGS: dict[str, Any] = yaml.safe_load(DEPLOYMENTS.read_text())["settings"]
ONLY_DEFAULT_BRANCH = '$CI_COMMIT_REF_PROTECTED == "true" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'


def job(name: str) -> dict[str, Any]:
    """A job of GitLab with all that it extends."""
    own = JOBS[name]
    above = own.get("extends", [])
    merged: dict[str, Any] = {}
    for base in [above] if isinstance(above, str) else above:
        merged |= job(base)
    return {**merged, **own}


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.gitlab-ci", GITLAB),
        ("vendor.dependabot", ROOT / ".github" / "dependabot.yml"),
        *(("vendor.github-actions", action) for action in ACTIONS),
    ],
    ids=lambda value: value.parent.name if isinstance(value, Path) else value,
)
def test_each_file_is_valid_against_its_published_schema(schema: str, file: Path) -> None:
    checker = virtualenv.kept(virtualenv.LOCKS / "lint-workflows.txt") / "bin" / "python"
    command = [str(checker), "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_schema_refuses_a_job_with_an_unknown_key(tmp_path: Path) -> None:
    wrong = tmp_path / "gitlab-ci.yml"
    wrong.write_text(yaml.safe_dump({"job": {"scrpt": ["true"]}}))

    with pytest.raises(AssertionError, match="scrpt"):
        test_each_file_is_valid_against_its_published_schema("vendor.gitlab-ci", wrong)


def test_on_gitlab_only_the_protected_default_branch_deploys() -> None:
    deploying = [name for name in JOBS if "deploy" in name and not name.startswith(".")]

    assert deploying == ["deploy-staging", "deploy-prod"]
    for name in [*deploying, "plan"]:
        assert [rule["if"] for rule in job(name)["rules"]] == [ONLY_DEFAULT_BRANCH]


def test_on_gitlab_an_unapproved_prod_does_not_block_other_stacks() -> None:
    assert job("deploy-prod")["rules"][0]["when"] == "manual"
    assert "deploy-prod" not in str(job("deploy-staging")["needs"])
    assert job("deploy-staging")["resource_group"] == "deploy-$STACK"


def test_on_gitlab_previews_and_deployments_use_different_environments() -> None:
    assert job("preview")["environment"]["name"] == job("plan")["environment"]["name"] == "$STACK-preview"
    assert job("deploy-prod")["environment"]["name"] == "$STACK"


SCRIPTS = [
    *(command for name in ("preview", "plan", "deploy-prod") for command in job(name)["script"]),
    *SETTINGS["operationContext"]["preRunCommands"][1:],
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_command_exists_in_the_project(script: str) -> None:
    ((program, *arguments),) = commands(script)
    values = {"$STACK": "dev", "$PULUMI_STACK": "dev", "$CI_COMMIT_SHA": COMMIT}

    parse(COMMANDS[program.rpartition("/")[2]], [values.get(argument, argument) for argument in arguments])


def test_gitlab_runs_the_version_of_pulumi_that_github_runs() -> None:
    assert JOBS[".stack"]["image"].endswith(f":{official_installer.VERSION}")


def test_both_install_from_the_lock_files() -> None:
    assert JOBS[".stack"]["before_script"][0] == "make setup"
    assert SETTINGS["operationContext"]["preRunCommands"][0] == "make setup"
    assert SETTINGS["operationContext"]["options"] == {"skipInstallDependencies": True}


KNOWN = {
    "": {"executorContext", "sourceContext", "gitHub", "operationContext", "agentPoolID", "tag"},
    "gitHub": {
        *("repository", "pullRequestTemplate", "deployCommits", "previewPullRequests"),
        *("deployPullRequest", "paths"),
    },
    "operationContext": {"oidc", "preRunCommands", "environmentVariables", "options"},
}
"""https://pkg.go.dev/github.com/pulumi/pulumi/sdk/v3/go/common/apitype#DeploymentSettings"""


def test_pulumi_deployments_deploys_only_main_and_with_the_pack() -> None:
    assert set(SETTINGS) <= KNOWN[""]
    assert [name for name in KNOWN if name and not set(SETTINGS[name]) <= KNOWN[name]] == []
    assert SETTINGS["sourceContext"] == {"git": {"branch": "refs/heads/main"}}
    variables = SETTINGS["operationContext"]["environmentVariables"]
    for name in ("PULUMI_OPTION_POLICY_PACK", "PULUMI_OPTION_POLICY_PACK_CONFIG"):
        assert (ROOT / variables[name]).exists()


@pytest.fixture
def checkout(own_run: LocalRun) -> Checkout:
    """The project with a new stack `dev`."""
    made = project_checkout(own_run)
    assert made.shell("pulumi stack init dev").returncode == 0
    return made


@pytest.mark.slow
def test_the_scripts_of_gitlab_preview_and_deploy_a_stack(checkout: Checkout) -> None:
    settings = f"export STACK=dev CI_COMMIT_SHA={COMMIT}\n"

    planned = checkout.shell(settings + "\n".join(job("plan")["script"]))
    deployed = checkout.shell(settings + "\n".join(job("deploy-staging")["script"]))

    assert planned.returncode == 0, planned.stdout
    assert deployed.returncode == 0, deployed.stdout
    (kept,) = job("plan")["artifacts"]["paths"]
    assert (checkout.directory / kept).exists()
    assert (checkout.directory / job("deploy-staging")["artifacts"]["paths"][0]).is_dir()
    summary = read_summary((checkout.directory / "preview" / "summary.json").read_text())
    assert (summary.stack, summary.commit, summary.is_accepted) == ("dev", COMMIT, True)
