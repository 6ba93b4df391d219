"""AWS takes its time: new users are not known at once, and a table is encrypted anew while others wait."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.local_run import LocalRun, local_run
from local_aws.process import running
from local_aws.stack import interrupt
from tests.engine.programs import Program

TABLE = "slow"
SOURCE = """
user = aws.iam.User("reader", name="reader")
EncryptedTable("slow", {{
    "partition_key": {{"name": "id"}}, "ephemeral": True, "key_users": [user.arn], "key_version": {version},
}})
"""


@pytest.fixture(scope="module")
def slow_run() -> Iterator[LocalRun]:
    with local_run(aws=running(encryption_change_seconds=3, iam_propagation_seconds=2)) as run:
        yield run


@pytest.fixture
def deployed(slow_run: LocalRun, tmp_path: Path, name: str) -> Iterator[Program]:
    program = Program(slow_run, tmp_path / "program", name)
    program(SOURCE.format(version=1)).up().checked()
    yield program
    program.stack.destroy().checked()


class Watch(threading.Thread):
    """Notes which key the table has, in which state its encryption is and in which the first key is."""

    def __init__(self, run: LocalRun) -> None:
        super().__init__(daemon=True)
        self.dynamodb, self.kms = run.aws.client("dynamodb"), run.aws.client("kms")
        self.first = self.encryption()[0]
        self.seen: set[tuple[str, str, str]] = set()
        self.done = threading.Event()

    def encryption(self) -> tuple[str, str]:
        description = self.dynamodb.describe_table(TableName=TABLE)["Table"]["SSEDescription"]
        return description["KMSMasterKeyArn"], description["Status"]

    def run(self) -> None:
        while not self.done.wait(0.05):
            state = self.kms.describe_key(KeyId=self.first)["KeyMetadata"]["KeyState"]
            key, status = self.encryption()
            self.seen.add(("first" if key == self.first else "second", status, state))


def test_the_old_key_is_enabled_until_the_table_is_encrypted_with_the_new_one(deployed: Program) -> None:
    watch = Watch(deployed.run)
    watch.start()

    deployed(SOURCE.format(version=2)).up().checked()
    watch.done.set()
    watch.join()

    disabled_while = {(key, status) for key, status, state in watch.seen if state != "Enabled"}
    assert "UPDATING" in {status for _, status, _ in watch.seen}
    assert disabled_while <= {("second", "ENABLED")}
    assert deployed.stack.preview("--expect-no-changes").exit_code == 0


def test_an_interrupt_during_a_key_change_loses_no_key_and_the_next_run_ends_it(deployed: Program) -> None:
    watch = Watch(deployed.run)
    stack = deployed(SOURCE.format(version=2))
    process = stack.start("up", "--yes", "--skip-preview")
    assert process.stdout is not None
    next(line for line in process.stdout if "updating (" in line and "dynamodb:Table" in line)

    interrupt(process)
    process.communicate()

    assert watch.kms.describe_key(KeyId=watch.first)["KeyMetadata"]["KeyState"] == "Enabled"
    stack.up("--refresh").checked()
    assert watch.encryption()[0] != watch.first
    assert stack.preview("--expect-no-changes").exit_code == 0
