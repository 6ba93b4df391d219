"""Previews of the real engine show gains and losses, in each format that the engine writes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from encrypted_tables.access_diff.diff import access_diff
from encrypted_tables.access_diff.evaluate.change import Diff
from encrypted_tables.engine.preview import read_preview
from encrypted_tables.engine.run_preview import preview
from encrypted_tables.engine.stack import Stack
from encrypted_tables.iam.actions import Access
from local.local_run import ROOT, LocalRun
from local.stack_encryption import encryption_of
from tests.access_diff.samples import ACCOUNT, ANN, BOB, allow, policy, sentences

ORDERS = "table orders (us-east-1)"
THE_REST = "copying of items elsewhere and administration of the table"
EVERYONE = "every principal of 111122223333 that its own IAM policies allow"
KEY = "key alias/orders-key of orders (us-east-1)"
SO_FAR = "(so far only if its IAM policies allow kms:Decrypt)"
DIRECTLY = "direct use of the key (decryption outside DynamoDB)"


@dataclass
class Program:
    """A stack of the sample program, whose config each test changes."""

    stack: Stack
    directory: Path

    def configure(self, **settings: Any) -> None:  # noqa: ANN401  # config is any JSON value
        """Give the program this config and no other."""
        file = self.stack.project / f"Pulumi.{self.stack.name}.yaml"
        kept = encryption_of(file.read_text())
        config = {f"access-diff:{name}": value for name, value in settings.items()}
        file.write_text(kept + "config: " + json.dumps(config) + "\n")

    def deploy(self, **settings: Any) -> None:  # noqa: ANN401
        """Deploy with this config."""
        self.configure(**settings)
        self.stack.up().checked()

    def diff(self, **settings: Any) -> Diff:  # noqa: ANN401
        """The access diff of the preview of this config."""
        self.configure(**settings)
        command = self.stack
        return access_diff(preview(command, self.directory))


def make(run: LocalRun, name: str, directory: Path) -> Program:
    project = directory / "program"
    project.mkdir()
    for file in (Path(__file__).parent / "program").iterdir():
        if file.is_file():
            (project / file.name).write_text(file.read_text())
    (project / "venv").symlink_to(ROOT / "venv")
    return Program(run.stack(name, project), directory / "out")


PEOPLE = {"people": ["ann", "bob"], "fullAccess": ["ann", "bob"]}
DEPLOYED = {**PEOPLE, "tables": {"orders": {"keyUsers": ["ann"]}}}


@pytest.fixture(scope="module")
def deployed(shared_run: LocalRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A stack with a table under the console's key policy that ann can read; tests only preview it."""
    program = make(shared_run, "deployed", tmp_path_factory.mktemp("deployed"))
    program.deploy(**DEPLOYED)
    yield program
    program.stack.destroy().checked()


def orders(**settings: Any) -> dict[str, Any]:  # noqa: ANN401
    """The config with these settings of the table."""
    return {**PEOPLE, "tables": {"orders": settings}}


def test_the_first_deployment_shows_the_readers(shared_run: LocalRun, tmp_path: Path) -> None:
    """No key exists and no ARN is known yet: the dependencies of the table identify its key."""
    program = make(shared_run, "empty", tmp_path)

    diff = program.diff(people=["ann"], tables={"orders": {"keyUsers": ["bob"], "console": False}})

    assert f"{BOB} gains read and write: {ORDERS} (the table is new)" in sentences(diff)
    assert diff.cannot_tell == ()


def test_the_same_config_changes_nothing(deployed: Program) -> None:
    diff = deployed.diff(**DEPLOYED)

    assert (diff.verdict, diff.changes, diff.notes) == ("no change", (), ())


def test_an_added_user_gains(deployed: Program) -> None:
    assert sentences(deployed.diff(**orders(keyUsers=["ann", "bob"]))) == [
        f"{BOB} gains read and write: {ORDERS}",
        f"{BOB} gains {DIRECTLY}: {KEY}",
    ]


def test_a_removed_user_loses(deployed: Program) -> None:
    assert sentences(deployed.diff(**orders(keyUsers=[]))) == [
        f"{ANN} loses read and write: {ORDERS}",
        f"{ANN} loses {DIRECTLY}: {KEY}",
    ]


def test_a_change_to_the_strict_profile_ends_access_by_iam_policies(deployed: Program) -> None:
    condition = "kms:EncryptionContext:aws:dynamodb:tableName StringEquals orders"
    administration = (
        "kms:RevokeGrant, kms:EnableKey, kms:DisableKey, kms:CancelKeyDeletion, kms:ReplicateKey, "
        "kms:TagResource, kms:UntagResource, kms:UpdateAlias, kms:RetireGrant, kms:ImportKeyMaterial, "
        "kms:DeleteImportedKeyMaterial, kms:UpdatePrimaryRegion"
    )

    assert sentences(deployed.diff(**orders(keyUsers=["ann"], console=False))) == [
        f"{EVERYONE} loses administration of the key ({administration}): {KEY}",
        f"{ANN} loses {DIRECTLY}, except where {condition}: {KEY}",
    ]


def test_a_new_user_with_full_access_to_dynamodb_gets_no_items(deployed: Program) -> None:
    everyone = {"people": ["ann", "bob", "cleo"], "fullAccess": ["ann", "bob", "cleo"]}

    diff = deployed.diff(**everyone, tables={"orders": {"keyUsers": ["ann"]}})

    assert {change.access for change in diff.changes} == {Access.COPY, Access.TABLE_ADMINISTRATION}
    assert "user/cleo gets DynamoDB permissions on orders (us-east-1) but cannot read" in diff.notes[0]


def test_another_key_shows_gains_and_losses(deployed: Program) -> None:
    found = sentences(deployed.diff(**orders(keyUsers=["bob"], key="newer-key")))

    because = "(its key changes from alias/orders-key to alias/newer-key)"
    assert f"{ANN} loses read and write: {ORDERS} {because}" in found
    assert f"{BOB} gains read and write: {ORDERS} {because}" in found


def test_a_table_under_another_resource_name_changes_nothing(deployed: Program) -> None:
    diff = deployed.diff(**orders(keyUsers=["ann"], resource="moved"))

    assert sentences(diff) == []


def test_a_table_of_another_name_is_a_loss_and_a_gain(deployed: Program) -> None:
    renamed = {"keyUsers": ["ann"], "key": "orders-key", "resource": "orders-table"}

    found = sentences(deployed.diff(**PEOPLE, tables={"orders-2": renamed}))

    assert f"{ANN} loses read, write, {THE_REST}: {ORDERS} (the table is deleted)" in found
    assert f"{ANN} gains read, write, {THE_REST}: table orders-2 (us-east-1) (the table is new)" in found


def test_a_new_replica_is_read_by_the_users_of_its_key(deployed: Program) -> None:
    found = sentences(deployed.diff(**orders(keyUsers=["ann"], replicas=["eu-west-1"])))

    gained = f"read, write, read of the stream, {THE_REST}"
    assert f"{ANN} gains {gained}: table orders (eu-west-1) (the table is new)" in found


def test_a_table_that_is_imported_is_compared_with_what_is_there(
    shared_run: LocalRun, tmp_path: Path
) -> None:
    program = make(shared_run, "importing", tmp_path)
    kms, dynamodb = shared_run.aws.client("kms"), shared_run.aws.client("dynamodb")
    key = kms.create_key(Policy=policy(allow("kms:*", f"arn:aws:iam::{ACCOUNT}:root")))["KeyMetadata"]
    dynamodb.create_table(
        TableName="by-hand",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key["Arn"]},
    )

    same = program.diff(tables={"by-hand": {"importKey": key["KeyId"]}})
    opened = program.diff(tables={"by-hand": {"importKey": key["KeyId"], "keyUsers": ["bob"]}})

    assert (same.verdict, sentences(same)) == ("no change", [])
    assert sentences(opened)[0] == f"{BOB} gains read and write {SO_FAR}: table by-hand (us-east-1)"


def test_destroying_the_stack_ends_all_access(deployed: Program) -> None:
    result = deployed.stack.run("destroy", "--preview-only", events=True)
    diff = access_diff(read_preview("\n".join(map(json.dumps, result.events))))

    assert f"{ANN} loses read, write, {THE_REST}: {ORDERS} (the table is deleted)" in sentences(diff)


def test_every_preview_format_gives_the_same_diff(deployed: Program) -> None:
    from_stream = deployed.diff(**orders(keyUsers=["ann", "bob"]))
    from_log = deployed.stack.preview().events
    digest = deployed.stack.project / "digest.json"
    with digest.open("w") as file:
        subprocess.run(
            [deployed.stack.pulumi, "preview", "--json", "--show-sames", "--stack", deployed.stack.name],
            cwd=deployed.stack.project,
            env=dict(deployed.stack.environment),
            stdout=file,
            check=True,
        )

    assert sentences(from_stream) != []
    assert sentences(access_diff(read_preview("\n".join(map(json.dumps, from_log))))) == sentences(
        from_stream
    )
    assert sentences(access_diff(read_preview(digest.read_text()))) == sentences(from_stream)


def test_the_command_reads_what_the_engine_wrote(deployed: Program) -> None:
    deployed.diff(**orders(keyUsers=["ann", "bob"]))

    result = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "encrypted_tables",
                "access-diff",
                str(deployed.directory / "preview.json"),
            ),
            *("--plan", str(deployed.directory / "plan.json"), "--format", "markdown"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stderr) == (1, "")
    assert f"| `{BOB}` | **gains** read and write | `{ORDERS}` |" in result.stdout
