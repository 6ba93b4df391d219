"""The preview of a pull request on the real engine: policies, access and resources in one summary."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from encrypted_tables.access_diff.diff import access_diff
from encrypted_tables.engine.run_preview import EngineError
from encrypted_tables.engine.stack import Stack
from encrypted_tables.pipeline.comment import render_comment
from encrypted_tables.pipeline.one_pass import one_pass
from encrypted_tables.pipeline.summary import Summary, read_summary
from local.local_run import ROOT, LocalRun
from tests.pipeline.samples import COMMIT

PACK = ROOT / "policy-pack"
UNENCRYPTED = """
from pulumi_aws import dynamodb
dynamodb.Table("t", name="open", hash_key="id", attributes=[{"name": "id", "type": "S"}],
               billing_mode="PAY_PER_REQUEST")
"""
ENCRYPTED = """
import json
from pulumi_aws import dynamodb, kms
users = {users}
statements = [
    dict(Effect="Allow", Principal=dict(AWS="arn:aws:iam::111122223333:root"), Action="kms:*", Resource="*"),
    *(dict(Effect="Allow", Principal=dict(AWS=user), Action="kms:Decrypt", Resource="*") for user in users),
]
key = kms.Key("key", policy=json.dumps(dict(Version="2012-10-17", Statement=statements)))
dynamodb.Table("orders", name="orders", hash_key="id", attributes=[dict(name="id", type="S")],
               billing_mode="PAY_PER_REQUEST", server_side_encryption=dict(enabled=True, kms_key_arn=key.arn))
"""
APP = "arn:aws:iam::111122223333:role/app"


def checkout(directory: Path, program: str) -> Path:
    """A checkout with this program and a config that a cloud key encrypts."""
    directory.mkdir()
    runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": "venv"}}
    (directory / "Pulumi.yaml").write_text(json.dumps({"name": "checkout", "runtime": runtime}))
    (directory / "__main__.py").write_text(program)
    config = {"secretsprovider": "awskms://alias/pulumi", "encryptedkey": "AQ==", "config": {}}
    (directory / "Pulumi.dev.yaml").write_text(json.dumps(config))
    return directory


def run(directory: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Run `python -m local.fork_preview` as a workflow does, without credentials."""
    out = directory.parent / f"out-{directory.name}"
    known = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
    result = subprocess.run(
        [
            *(sys.executable, "-m", "local.fork_preview", "--stack", "dev", "--out", f"../{out.name}"),
            *("--pack", str(PACK), "--commit", COMMIT, "--pull-request", "7", *arguments),
        ],
        cwd=directory,
        env={**known, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return result, out / "summary.json"


def summary_of(file: Path) -> Summary:
    return read_summary(file.read_text())


def test_a_fork_is_compared_with_its_base_branch_without_credentials(tmp_path: Path) -> None:
    base = checkout(tmp_path / "base", ENCRYPTED.format(users=[]))
    head = checkout(tmp_path / "head", ENCRYPTED.format(users=[APP]))

    result, file = run(head, "--base", str(base))

    assert (result.returncode, result.stderr) == (0, "")
    made = summary_of(file)
    assert (made.stack, made.commit, made.pull_request) == ("dev", COMMIT, 7)
    assert made.compared_with == "the base branch"
    line = made.access.lines[0]
    assert (line.who, line.of) == (APP, "table orders (us-east-1)")
    assert line.what == "gains read and write (so far only if its IAM policies allow kms:Decrypt)"
    assert "secretsprovider" in (head / "Pulumi.dev.yaml").read_text()


def test_a_policy_violation_is_reported_and_fails(tmp_path: Path) -> None:
    base = checkout(tmp_path / "base", ENCRYPTED.format(users=[]))
    head = checkout(tmp_path / "head", UNENCRYPTED + ENCRYPTED.format(users=[]))

    result, file = run(head, "--base", str(base))

    assert result.returncode == 1
    made = summary_of(file)
    assert made.violations[0].policy == "dynamodb-table-customer-managed-key"
    assert made.violations[0].level == "mandatory"
    assert made.errors == []
    assert made.access.lines[0].of == "table open (us-east-1)"
    assert made.access.cannot_tell == []
    assert "rejected by policy" in render_comment([made])


def test_a_failing_program_is_reported_and_fails(tmp_path: Path) -> None:
    base = checkout(tmp_path / "base", ENCRYPTED.format(users=[]))
    head = checkout(tmp_path / "head", "raise RuntimeError('a mistake')")

    result, file = run(head, "--base", str(base))

    assert result.returncode == 1
    assert "a mistake" in summary_of(file).errors[0]
    assert summary_of(file).access.verdict == "cannot tell"


def test_a_stack_that_was_not_previewed_is_in_the_comment(tmp_path: Path) -> None:
    """Otherwise, the comment would look as if there were only the other stacks."""
    base = checkout(tmp_path / "base", ENCRYPTED.format(users=[]))
    head = checkout(tmp_path / "head", ENCRYPTED.format(users=[]))
    (head / "Pulumi.yaml").write_text("name: [no project")

    result, file = run(head, "--base", str(base))

    assert result.returncode == 2
    made = summary_of(file)
    assert (made.stack, made.commit, made.pull_request) == ("dev", COMMIT, 7)
    assert "the stack dev cannot be created" in made.errors[0]
    assert (made.is_accepted, made.access.verdict) == (False, "cannot tell")
    assert "### `dev`: the preview failed" in render_comment([made])


def test_a_fork_that_changes_nothing_changes_nobodys_access(tmp_path: Path) -> None:
    """No key exists yet in either program, but the key of each table is known."""
    base = checkout(tmp_path / "base", ENCRYPTED.format(users=[APP]))
    head = checkout(tmp_path / "head", ENCRYPTED.format(users=[APP]))

    _, file = run(head, "--base", "../base")

    access = summary_of(file).access
    assert (access.verdict, access.lines, access.cannot_tell) == ("no change", [], [])
    assert base.exists()


def walkthrough(directory: Path, config: str = "") -> Path:
    """The project itself, with more lines in the config of the walk-through."""
    names = subprocess.check_output(["git", "ls-files", "-z", "--", "*.py", "*.yaml", "components"], cwd=ROOT)
    directory.mkdir()
    for name in names.decode().split("\0"):
        if name and "/" not in name.removeprefix("components/"):
            (directory / name).parent.mkdir(exist_ok=True)
            (directory / name).write_text((ROOT / name).read_text())
    with (directory / "Pulumi.dev.yaml").open("a") as file:
        file.write(config)
    return directory


def test_a_key_user_that_the_program_creates_is_shown(tmp_path: Path) -> None:
    """The step of the walk-through; the user's ARN is known once the base branch is deployed."""
    base = walkthrough(tmp_path / "base")
    head = walkthrough(tmp_path / "head", "      keyUsers:\n        - user/nextwork-kms-user\n")

    result, file = run(head, "--base", str(base))

    made = summary_of(file)
    user = "arn:aws:iam::111122223333:user/nextwork-kms-user"
    assert (result.returncode, result.stderr) == (0, "")
    assert (made.compared_with, made.access.verdict, made.access.cannot_tell) == (
        "the base branch",
        "changes",
        [],
    )
    assert {(line.who, line.of.partition(" ")[0]) for line in made.access.lines} == {
        (user, "table"),
        (user, "key"),
    }
    assert {line.what.partition(" ")[0] for line in made.access.lines} == {"gains"}
    assert made.operations == {"update": 1, **made.operations}


def test_a_new_environment_of_a_fork_is_compared_with_an_empty_stack(tmp_path: Path) -> None:
    base = checkout(tmp_path / "base", ENCRYPTED.format(users=[]))
    (base / "Pulumi.dev.yaml").unlink()
    head = checkout(tmp_path / "head", ENCRYPTED.format(users=[APP]))

    result, file = run(head, "--base", str(base))

    access = summary_of(file).access
    assert (result.returncode, access.cannot_tell) == (0, [])
    assert (APP, "the table is new") in [(line.who, line.because) for line in access.lines]


def test_a_failing_base_branch_is_reported_as_such(tmp_path: Path) -> None:
    base = checkout(tmp_path / "base", "raise RuntimeError('a mistake')")
    head = checkout(tmp_path / "head", ENCRYPTED.format(users=[]))

    _, file = run(head, "--base", str(base))

    made = summary_of(file)
    assert (made.errors, made.access.verdict) == ([], "cannot tell")
    assert made.access.cannot_tell == ["what the base is: its preview failed, so it lacks resources"]


def test_the_plan_of_a_preview_is_saved_and_applied(shared_run: LocalRun, tmp_path: Path) -> None:
    """Only the reviewed plan is deployed: a program that has changed since is rejected."""
    project = checkout(tmp_path / "project", ENCRYPTED.format(users=[]))
    (project / "venv").symlink_to(ROOT / "venv")
    (project / "Pulumi.dev.yaml").unlink()
    stack = shared_run.stack("dev", project)
    out = tmp_path / "out"
    reviewed, diff = one_pass(Stack("dev", project, stack.pulumi, stack.environment), PACK, out)

    (project / "__main__.py").write_text(ENCRYPTED.format(users=["arn:aws:iam::111122223333:user/owner"]))
    changed = stack.run("up", "--yes", "--skip-preview", "--plan", str(out / "plan.json"))
    (project / "__main__.py").write_text(ENCRYPTED.format(users=[]))
    applied = stack.run("up", "--yes", "--skip-preview", "--plan", str(out / "plan.json"))

    assert set(reviewed.operations.values()) == {"create"}
    assert diff == access_diff(reviewed)
    assert {one.policy for one in reviewed.violations}  # the policies of the pack ran as well
    assert changed.exit_code != 0
    assert "violates plan" in changed.output
    assert applied.exit_code == 0
    stack.destroy().checked()


def test_a_missing_stack_is_one_message(shared_run: LocalRun, tmp_path: Path) -> None:
    known = shared_run.stack("known", checkout(tmp_path / "project", ENCRYPTED.format(users=[])))
    command = Stack("unknown", known.project, known.pulumi, known.environment)

    with pytest.raises(EngineError, match="no stack named 'unknown' found"):
        one_pass(command, PACK, tmp_path / "out")
