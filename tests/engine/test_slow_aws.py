"""A slow AWS: new users are not known immediately, and other changes wait while a table is re-encrypted."""

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from encrypted_tables.engine.child import interrupt
from local.local_run import LocalRun
from local.process import running
from tests.documents import blocks
from tests.engine.programs import Program
from tests.local.engine.processes import wait_until
from tests.warm_starts.commands import WarmRun

TABLE = "slow"
AN_HOUR = 3600.0
SOURCE = """
user = aws.iam.User("reader", name="reader")
EncryptedTable("slow", {{
    "partition_key": {{"name": "id"}}, "ephemeral": True, "key_users": [user.arn], "key_version": {version},
}})
"""


@pytest.fixture(scope="module")
def slow_run(warm_run: WarmRun) -> Iterator[LocalRun]:
    with warm_run(running(encryption_change_seconds=AN_HOUR, iam_propagation_seconds=2)) as run:
        yield run


@pytest.fixture
def deployed(slow_run: LocalRun, tmp_path: Path, name: str) -> Iterator[Program]:
    program = Program(slow_run, tmp_path / "program", name)
    program(SOURCE.format(version=1)).up().checked()
    yield program
    program.stack.destroy().checked()


class Watch(threading.Thread):
    """Records the table's key, the state of its encryption and the state of the first key."""

    def __init__(self, run: LocalRun) -> None:
        super().__init__(daemon=True)
        self.dynamodb, self.kms = run.aws.client("dynamodb"), run.aws.client("kms")
        self.first = self.encryption()[0]
        self.seen: set[tuple[str, str, str]] = set()
        self.done = threading.Event()

    def encryption(self) -> tuple[str, str]:
        description = self.dynamodb.describe_table(TableName=TABLE)["Table"]["SSEDescription"]
        return description["KMSMasterKeyArn"], description["Status"]

    def first_key_state(self) -> str:
        return str(self.kms.describe_key(KeyId=self.first)["KeyMetadata"]["KeyState"])

    def run(self) -> None:
        while not self.done.wait(0.05):
            state = self.first_key_state()
            key, status = self.encryption()
            self.seen.add(("first" if key == self.first else "second", status, state))


def change_key(deployed: Program, watch: Watch) -> subprocess.Popen[str]:
    """A running update that waits for the table to be encrypted with its second key."""
    process = deployed(SOURCE.format(version=2)).start("up", "--yes", "--skip-preview")
    wait_until(lambda: watch.encryption()[1] == "UPDATING", 60)
    return process


def test_the_old_key_is_enabled_until_the_table_is_encrypted_with_the_new_one(deployed: Program) -> None:
    watch = Watch(deployed.run)
    watch.start()

    process = change_key(deployed, watch)
    wait_until(lambda: ("first", "UPDATING", "Enabled") in watch.seen)
    deployed.run.aws.let_pass(AN_HOUR)
    output, _ = process.communicate()
    watch.done.set()
    watch.join()

    disabled_while = {(key, status) for key, status, state in watch.seen if state != "Enabled"}
    assert process.returncode == 0, output
    assert disabled_while <= {("second", "ENABLED")}
    assert watch.first_key_state() == "PendingDeletion"
    assert deployed.stack.preview("--expect-no-changes").exit_code == 0


def test_an_interrupted_key_change_loses_no_key_and_the_next_run_completes_it(deployed: Program) -> None:
    watch = Watch(deployed.run)
    process = change_key(deployed, watch)

    interrupt(process)
    process.communicate()

    assert watch.encryption() == (watch.first, "UPDATING")
    assert watch.first_key_state() == "Enabled"
    deployed.run.aws.let_pass(AN_HOUR)
    deployed.stack.up("--refresh").checked()
    assert watch.encryption()[0] != watch.first
    assert deployed.stack.preview("--expect-no-changes").exit_code == 0


def test_a_run_during_an_interrupted_key_change_continues_as_the_guide_says(
    deployed: Program,
) -> None:
    watch = Watch(deployed.run)
    interrupted = change_key(deployed, watch)
    interrupt(interrupted)
    interrupted.communicate()

    early = deployed.stack.start("up", "--yes", "--refresh", "--skip-preview")
    assert early.stdout is not None
    next(line for line in early.stdout if "updating (" in line and "dynamodb:Table" in line)
    assert watch.first_key_state() == "Enabled"
    deployed.run.aws.let_pass(AN_HOUR)
    output, _ = early.communicate()

    assert early.returncode != 0
    assert "Table is already encrypted with given KMSMasterKeyId" in output
    assert watch.first_key_state() == "Enabled"
    _, _, look, _ = blocks("interrupted-updates.md", "sh")
    assert look.startswith("pulumi refresh --stack dev ")
    deployed.stack.run(*look.removeprefix("pulumi ").replace(" --stack dev", "").split()).checked()
    deployed.stack.up().checked()
    assert watch.first_key_state() == "PendingDeletion"
    assert deployed.stack.preview("--expect-no-changes").exit_code == 0
