"""Previews of the project's own program, from the view of a reviewer of its config."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from encrypted_tables.access_diff.diff import access_diff
from encrypted_tables.access_diff.evaluate.change import Diff
from encrypted_tables.engine.run_preview import preview
from encrypted_tables.engine.stack import Stack
from local.local_run import LocalRun
from tests.access_diff.samples import sentences
from tests.warm_starts.commands import WarmRun

USER = "arn:aws:iam::111122223333:user/nextwork-kms-user"
ROLE = "arn:aws:iam::111122223333:role/app"
TABLE = "table nextwork-kms-table (us-east-1)"
KEY = "key alias/nextwork-kms-key of nextwork-kms-table (us-east-1)"
DIRECTLY = "direct use of the key (decryption outside DynamoDB)"
EVERYONE = "every principal of 111122223333 that its own IAM policies allow"
OWNER = "arn:aws:iam::111122223333:user/owner"
SETTINGS = "encrypted-tables:tables.nextwork-kms-table"


@dataclass
class Dev:
    """The walk-through's stack, deployed; tests preview changes of its config and undo them."""

    stack: Stack
    directory: Path

    @property
    def config(self) -> Path:
        """The stack's config file."""
        return self.stack.project / f"Pulumi.{self.stack.name}.yaml"

    def configure(self, setting: str, value: str) -> None:
        """Set this setting of the table."""
        self.stack.set_config(f"{SETTINGS}.{setting}", value)

    def diff(self) -> Diff:
        """The access diff of the preview of the config as it is now."""
        command = self.stack
        return access_diff(preview(command, self.directory))


@pytest.fixture(scope="module")
def run(warm_run: WarmRun) -> Iterator[LocalRun]:
    with warm_run() as run:
        yield run


@pytest.fixture(scope="module")
def deployed(run: LocalRun, tmp_path_factory: pytest.TempPathFactory) -> Dev:
    dev = Dev(run.stack("dev"), tmp_path_factory.mktemp("previews"))
    run.aws.client("iam").create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)
    dev.stack.up().checked()
    return dev


TRUST = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
    "Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}"""


@pytest.fixture
def dev(deployed: Dev) -> Iterator[Dev]:
    before = deployed.config.read_text()
    yield deployed
    deployed.config.write_text(before)


def test_the_config_as_it_is_deployed_changes_nothing(dev: Dev) -> None:
    diff = dev.diff()

    assert (diff.verdict, diff.changes, diff.notes) == ("no change", (), ())


def test_a_key_user_added_by_config_gains(dev: Dev) -> None:
    dev.configure("keyUsers[0]", USER)

    assert sentences(dev.diff()) == [
        f"{USER} gains read and write: {TABLE}",
        f"{USER} gains {DIRECTLY}: {KEY}",
    ]


def test_a_role_of_another_stack_may_have_had_access_by_its_iam_policies(dev: Dev) -> None:
    """The console's key policy delegates to IAM policies, and this role's are not in the stack."""
    dev.configure("keyUsers[0]", ROLE)

    diff = dev.diff()

    so_far = "(so far only if its IAM policies allow kms:Decrypt)"
    assert sentences(diff) == [
        f"{ROLE} gains read and write {so_far}: {TABLE}",
        f"{ROLE} gains {DIRECTLY} {so_far}: {KEY}",
    ]
    assert "this report assumes that they have them" in diff.notes[-1]


def test_the_strict_profile_ends_access_by_iam_policies(dev: Dev) -> None:
    dev.configure("keyPolicyProfile", "strict")

    so_far = "(so far only if its IAM policies allow kms:Decrypt)"
    administration = (
        "kms:CreateGrant, kms:ReplicateKey, kms:RetireGrant, kms:ImportKeyMaterial, "
        "kms:DeleteImportedKeyMaterial, kms:UpdatePrimaryRegion"
    )
    of_owner = "kms:CreateGrant, kms:DeleteImportedKeyMaterial, kms:UpdatePrimaryRegion"
    assert sentences(dev.diff()) == [
        f"{EVERYONE} loses read and write: {TABLE}",
        f"{EVERYONE} loses {DIRECTLY}: {KEY}",
        f"{EVERYONE} loses administration of the key ({administration}): {KEY}",
        f"{OWNER} gains read and write {so_far}: {TABLE}",
        f"{OWNER} loses administration of the key ({of_owner}): {KEY}",
    ]


def test_removing_a_deployed_key_user_from_the_config_is_a_loss(dev: Dev) -> None:
    without = dev.config.read_text()
    dev.configure("keyUsers[0]", USER)
    dev.stack.up().checked()
    try:
        strict = dev.config.read_text().replace("keyPolicyProfile: console", "keyPolicyProfile: strict")
        dev.config.write_text(strict)
        kept = sentences(dev.diff())
        dev.config.write_text(without)
        removed = sentences(dev.diff())
    finally:
        dev.config.write_text(without)
        dev.stack.up().checked()

    assert [line for line in kept if line.startswith(USER)] == [f"{USER} loses {DIRECTLY}: {KEY}"]
    assert removed == [
        f"{USER} loses read and write: {TABLE}",
        f"{USER} loses {DIRECTLY}: {KEY}",
    ]


def test_the_key_of_a_replica_decides_who_reads_it(dev: Dev) -> None:
    dev.configure("replicaRegions[0]", "eu-west-1")
    dev.configure("keyUsers[0]", USER)

    found = sentences(dev.diff())

    replica = "table nextwork-kms-table (eu-west-1) (the table is new)"
    whole = "read, write, read of the stream, copying of items elsewhere and administration of the table"
    assert f"{USER} gains {whole}: {replica}" in found
    assert f"{USER} gains read, write and read of the stream: {TABLE}" in found


def test_a_new_key_version_is_a_note_and_not_a_gain(dev: Dev) -> None:
    dev.configure("keyVersion", "2")

    diff = dev.diff()

    assert sentences(diff) == []
    (note,) = diff.notes
    assert note == (
        "nextwork-kms-table (us-east-1) gets another key under the same alias, alias/nextwork-kms-key: "
        "the old one is still needed for what it encrypted, such as backups."
    )


def test_a_table_of_another_name_is_a_loss_and_a_gain(dev: Dev) -> None:
    dev.configure("tableName", "other-table")

    found = sentences(dev.diff())

    assert f"{EVERYONE} loses read and write: {TABLE} (the table is deleted)" in found
    assert f"{EVERYONE} gains read and write: table other-table (us-east-1) (the table is new)" in found


def test_the_first_deployment_shows_the_readers(run: LocalRun, tmp_path: Path) -> None:
    """No key, table or ARN exists yet."""
    diff = Dev(run.stack("staging"), tmp_path).diff()

    reader = "arn:aws:iam::111122223333:role/orders-service-staging"
    gain = f"{reader} gains read and write: table orders (eu-west-1) (the table is new)"
    assert gain in sentences(diff)
    assert not any(EVERYONE in line and "read" in line for line in sentences(diff))
    assert diff.cannot_tell == ()
