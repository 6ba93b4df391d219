"""A stack whose engine, provider or AWS is killed during a command, and its recovery."""

import os
import signal
from pathlib import Path

import pytest

from encrypted_tables.engine.stack import Result
from local.local_run import LocalRun
from local.process import LocalAwsError, start
from tests.documents import Checkout, blocks
from tests.local.engine.processes import wait_until

TABLE = "nextwork-kms-table"
SETTINGS = f"encrypted-tables:tables.{TABLE}"
ITEM = {"id": {"S": "1"}}
AN_HOUR = 3600.0


class Survivor:
    """The walk-through's table without its test user, in a local AWS whose state survives a kill."""

    def __init__(self, run: LocalRun, aws_state: Path) -> None:
        self.run = run
        self.aws_state = aws_state
        self.stack = run.stack("dev")
        self.stack.run("config", "rm", "encrypted-tables:testUser").checked()

    def kill(self, victim: str, action: str, command: str) -> None:
        """Run the command and kill the victim at the given call to AWS."""
        if victim == "AWS":
            self.run.aws.inject_fault(action, "kill-after")
            self.stack.run(command, "--yes", "--skip-preview")
            with pytest.raises(LocalAwsError):  # it was killed
                self.run.aws.check()
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
        """Run the command again, as docs/interrupted-updates.md says."""
        unlock, restore, in_step, take_over = blocks("interrupted-updates.md", "sh")
        shell = Checkout(self.run, self.stack.project).shell
        shell(unlock)
        result = self.stack.run(command, "--yes", "--skip-preview")
        if "failed to load checkpoint" in result.output:
            _shown, restored = (shell(line) for line in restore.splitlines())
            assert restored.returncode == 0, result.output + restored.stdout
            shell(unlock)
            result = self.stack.run(command, "--yes", "--skip-preview")
        for remedy in (in_step, take_over):
            if result.exit_code == 0:
                break
            done = shell(remedy)
            assert done.returncode == 0, result.output + done.stdout
            result = self.stack.run(command, "--yes", "--skip-preview")
        return result

    def state_file(self) -> Path:
        """The file of the stack's state in the backend."""
        (file,) = (self.run.directory / "backend").rglob(f"stacks/*/{self.stack.name}.json")
        return file

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


STEPS = {
    "first": ("kms:CreateKey", "kms:CreateKey", "dynamodb:DeleteTable"),
    "main": ("dynamodb:CreateTable", "dynamodb:UpdateTable", "kms:ScheduleKeyDeletion"),
    "last": ("kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"),
}
"""The call to AWS after which the victim is killed: during creation, key change and destruction."""


def lose_nothing(survivor: Survivor, victim: str, steps: tuple[str, str, str]) -> None:
    """Create, change the key and destroy, killing the victim in each: nothing is lost."""
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
