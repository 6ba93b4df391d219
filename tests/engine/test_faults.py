"""Whatever is killed, at whichever step: run again, and it ends as if nothing had happened."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from encrypted_tables.engine.stack import Result
from local.local_run import LocalRun, local_run
from local.process import running, start
from tests.documents import Checkout, blocks
from tests.local.engine.processes import wait_until

TABLE = "nextwork-kms-table"
SETTINGS = f"encrypted-tables:tables.{TABLE}"
ITEM = {"id": {"S": "1"}}
AN_HOUR = 3600.0


class Survivor:
    """The walk-through's table without its test user, in a local AWS that survives being killed."""

    def __init__(self, run: LocalRun, aws_state: Path) -> None:
        self.run = run
        self.aws_state = aws_state
        self.stack = run.stack("dev")
        self.stack.run("config", "rm", "encrypted-tables:testUser").checked()

    def kill(self, victim: str, action: str, command: str) -> None:
        """Let the command's call of AWS be the last thing that the victim sees."""
        if victim == "AWS":
            self.run.aws.inject_fault(action, "kill-after")
            self.stack.run(command, "--yes", "--skip-preview")
            self.run.aws.stop()
            self.run.aws = start(state_dir=self.aws_state)
            return
        self.run.aws.inject_fault(action, "delay", seconds=AN_HOUR)
        process = self.stack.start(command, "--yes", "--skip-preview")
        wait_until(lambda: self.run.aws.delayed_calls() == 1, 60)
        os.kill(process.pid if victim == "engine" else provider_of(self.run), signal.SIGKILL)
        process.communicate()
        self.run.aws.let_pass(AN_HOUR)
        wait_until(lambda: self.run.aws.delayed_calls() == 0)
        assert process.returncode != 0

    def recover(self, command: str) -> Result:
        """Run the command again, as the guide says."""
        unlock, _, in_step, take_over = blocks("interrupted-updates.md", "sh")
        shell = Checkout(self.run, self.stack.project).shell
        shell(unlock)
        result = self.stack.run(command, "--yes")
        for remedy in (in_step, take_over):
            if result.exit_code == 0:
                break
            done = shell(remedy)
            assert done.returncode == 0, result.output + done.stdout
            result = self.stack.run(command, "--yes")
        return result

    def key(self) -> str:
        """The ARN of the table's key, which is enabled."""
        table = self.run.aws.client("dynamodb").describe_table(TableName=TABLE)["Table"]
        key = self.run.aws.client("kms").describe_key(KeyId=table["SSEDescription"]["KMSMasterKeyArn"])
        assert key["KeyMetadata"]["KeyState"] == "Enabled"
        return str(key["KeyMetadata"]["Arn"])

    def item(self) -> object:
        return self.run.aws.client("dynamodb").get_item(TableName=TABLE, Key=ITEM).get("Item")


def provider_of(run: LocalRun) -> int:
    """The process of the run's AWS provider."""
    here = str(run.directory).encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:  # it has ended meanwhile, or is another user's
            continue
        if b"local.provider" in command and here in environment:
            return int(process.name)
    raise AssertionError("no provider is running")


@pytest.fixture
def survivor(tmp_path: Path) -> Iterator[Survivor]:
    state = tmp_path / "aws"
    with local_run(aws=running(state_dir=state)) as run:
        yield Survivor(run, state)
        run.aws.stop()


STEPS = {
    "first": ("kms:CreateKey", "kms:CreateKey", "dynamodb:DeleteTable"),
    "main": ("dynamodb:CreateTable", "dynamodb:UpdateTable", "kms:ScheduleKeyDeletion"),
    "last": ("kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"),
}


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("victim", ["engine", "provider", "AWS"])
def test_a_kill_at_any_step_of_up_key_change_and_destroy_loses_nothing(
    survivor: Survivor, victim: str, steps: tuple[str, str, str]
) -> None:
    at_creation, at_key_change, at_destruction = steps
    stack = survivor.stack

    survivor.kill(victim, at_creation, "up")
    survivor.recover("up").checked()
    survivor.run.aws.client("dynamodb").put_item(TableName=TABLE, Item=ITEM)
    first = survivor.key()
    assert stack.preview("--expect-no-changes").exit_code == 0

    stack.set_config(f"{SETTINGS}.keyVersion", "2")
    stack.set_config(f"{SETTINGS}.retainedKeyVersions[0]", "1")
    survivor.kill(victim, at_key_change, "up")
    assert survivor.item() == ITEM
    survivor.recover("up").checked()
    second = survivor.key()
    assert second != first
    assert survivor.item() == ITEM
    assert stack.preview("--expect-no-changes").exit_code == 0

    survivor.kill(victim, at_destruction, "destroy")
    survivor.recover("destroy").checked()
    kms = survivor.run.aws.client("kms")
    assert [kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] for key in (first, second)] == [
        "PendingDeletion",
        "PendingDeletion",
    ]
    assert survivor.run.aws.client("dynamodb").list_tables()["TableNames"] == []


@pytest.mark.parametrize("effect", ["throttle", "error", "close"])
def test_what_aws_throttles_fails_or_drops_for_a_while_is_done_nevertheless(
    survivor: Survivor, effect: str
) -> None:
    for action in ("sts:*", "kms:CreateKey", "kms:DescribeKey", "kms:CreateAlias", "dynamodb:*Table"):
        survivor.run.aws.inject_fault(action, effect, calls=2)

    survivor.stack.up().checked()

    assert survivor.key()
    assert survivor.stack.preview("--expect-no-changes").exit_code == 0


def test_what_aws_does_without_answering_is_taken_over(survivor: Survivor) -> None:
    for action in ("kms:CreateAlias", "dynamodb:CreateTable"):
        survivor.run.aws.inject_fault(action, "close-after")

    survivor.recover("up").checked()

    assert survivor.key()
    assert survivor.stack.preview("--expect-no-changes").exit_code == 0


def test_a_second_update_at_the_same_time_is_told_of_the_first(survivor: Survivor) -> None:
    survivor.run.aws.inject_fault("kms:CreateKey", "delay", seconds=AN_HOUR)
    first = survivor.stack.start("up", "--yes", "--skip-preview")
    wait_until(lambda: survivor.run.aws.delayed_calls() == 1, 60)

    second = survivor.stack.run("up", "--yes")

    survivor.run.aws.let_pass(AN_HOUR)

    assert second.exit_code != 0
    assert "locked" in second.output
    first.communicate()
    assert first.returncode == 0
    assert survivor.stack.preview("--expect-no-changes").exit_code == 0


def test_a_full_disk_is_one_message_and_the_next_run_goes_on(survivor: Survivor, tmp_path: Path) -> None:
    namespace = ["unshare", "--map-root-user", "--mount", "sh", "-ec"]
    if subprocess.run([*namespace, "mount -t tmpfs tmpfs /mnt"], capture_output=True, check=False).returncode:
        pytest.skip("a file system of a test's own needs user namespaces, which this machine refuses")
    script = tmp_path / "full-disk.sh"
    backend, pulumi = survivor.run.directory / "backend", survivor.stack.pulumi
    script.write_text(
        f"""
        mkdir {tmp_path}/kept && cp -a {backend}/. {tmp_path}/kept
        mount -t tmpfs -o size=1m tmpfs {backend} && cp -a {tmp_path}/kept/. {backend}
        dd if=/dev/zero of={backend}/filler bs=1k count=2000 2>/dev/null || true
        {pulumi} up --yes --skip-preview --non-interactive --stack dev && exit 9
        rm {backend}/filler
        {pulumi} cancel --yes --non-interactive --stack dev || true
        echo AGAIN
        {pulumi} up --yes --skip-preview --non-interactive --stack dev
        """
    )

    done = subprocess.run(
        [*namespace, f". {script}"],
        cwd=survivor.stack.project,
        env=dict(survivor.stack.environment),
        capture_output=True,
        text=True,
        check=False,
    )

    full, _, again = done.stdout.partition("AGAIN")
    assert "no space left on device" in full + done.stderr
    assert done.returncode == 0, again + done.stderr
    assert survivor.key()
