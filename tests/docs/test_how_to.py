"""The commands of the how-tos run in the order in which a reader would run them, with the described
effects.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.local_run import LocalRun
from local.shell import POLICY_PACK
from tests.docs.aws_cli import install_aws_cli
from tests.documents import DOCS, Checkout, blocks, project_checkout
from tests.engine.programs import TRUST

KEY = {"id": {"S": "1"}}


PAGES = ("how-to.md", "how-to-keys.md", "how-to-programs.md")


def section(heading: str, language: str) -> list[str]:
    """The code blocks of one section of any page; of the introduction, if the heading is empty."""
    for page in PAGES:
        start = f"\n## {heading}\n" if heading else "\n"
        _, found, after = (DOCS / page).read_text().partition(start)
        if found:
            text = after.partition("\n## ")[0]
            return [block for block in blocks(page, language) if block in text]
    return []


class Reader:
    """A reader who follows the how-tos and checks the result in AWS."""

    def __init__(self, run: LocalRun) -> None:
        self.run = run
        self.checkout: Checkout = project_checkout(run)
        self.dynamodb = run.aws.client("dynamodb")
        self.kms = run.aws.client("kms")

    def does(self, heading: str, step: int = 0) -> None:
        self.runs(heading, step)

    def runs(self, heading: str, step: int = 0, **names: str) -> str:
        """Run a step of a section, with values for its placeholders, and return its output."""
        command = section(heading, "sh")[step]
        for name, value in names.items():
            command = command.replace(name, value)
        done = self.checkout.shell(command)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def python(self, program: str) -> str:
        """Run a program and return its output."""
        (self.checkout.directory / "program.py").write_text(program)
        done = self.checkout.shell("python program.py")
        assert done.returncode == 0, done.stdout
        return done.stdout

    def sees_no_change(self) -> None:
        done = self.checkout.shell("pulumi preview --stack shop --expect-no-changes")
        assert done.returncode == 0, done.stdout

    @property
    def table(self) -> dict[str, Any]:
        return dict(self.dynamodb.describe_table(TableName="orders")["Table"])

    @property
    def key(self) -> str:
        return str(self.table["SSEDescription"]["KMSMasterKeyArn"])

    def key_in(self, region: str) -> str:
        dynamodb = self.run.aws.client("dynamodb", region=region)
        return str(dynamodb.describe_table(TableName="orders")["Table"]["SSEDescription"]["KMSMasterKeyArn"])

    def state_of(self, key: str) -> str:
        return str(self.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"])

    def add_to_table(self, settings: str) -> None:
        """Put settings below the table's name, as an editor would."""
        self._change_tables(lambda tables: tables["orders"].update(yaml.safe_load(settings)))

    def add_table(self, tables: str) -> None:
        """Put a table below the others."""
        self._change_tables(lambda others: others.update(yaml.safe_load(tables)))

    def _change_tables(self, change: Callable[[dict[str, Any]], None]) -> None:
        file = self.checkout.directory / "Pulumi.shop.yaml"
        content = yaml.safe_load(file.read_text())
        change(content["config"]["encrypted-tables:tables"])
        file.write_text(yaml.safe_dump(content))


@pytest.fixture
def reader(own_run: LocalRun, tmp_path: Path) -> Reader:
    """A reader with the AWS CLI; a role with IAM permissions for DynamoDB, but not yet for the key."""
    iam = own_run.aws.client("iam")
    iam.create_role(RoleName="orders-service", AssumeRolePolicyDocument=TRUST)
    full_access = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    iam.attach_role_policy(RoleName="orders-service", PolicyArn=full_access)
    install_aws_cli(tmp_path / "aws-cli")
    reader = Reader(own_run)
    reader.checkout.path = (tmp_path / "aws-cli",)
    return reader


def test_the_how_tos_of_a_stack_work_one_after_the_other(reader: Reader) -> None:
    reader.does("")

    reader.does("Add a key user")
    assert "role/orders-service" in policy(reader, reader.key)

    assert '"status": {' in reader.runs("Read an item")
    (program,) = section("Read an item", "python")
    assert reader.python(program) == "{'id': '1', 'status': 'paid'}\n"

    (settings,) = section("Give another account access", "yaml")
    reader.add_to_table(settings)
    assert reader.checkout.shell("pulumi up --stack shop --yes").returncode == 0
    allowed = reader.dynamodb.get_resource_policy(ResourceArn=reader.table["TableArn"])["Policy"]
    assert "444455556666" in allowed
    assert "444455556666" in policy(reader, reader.key)

    reader.does("Add a replica")
    assert ":eu-west-1:" in reader.key_in("eu-west-1")
    key = reader.key
    (table,) = section("Restore a table", "yaml")
    reader.add_table(table)
    for _ in ("the restore", "what it does not set"):
        assert reader.checkout.shell("pulumi up --stack shop --yes").returncode == 0
    restored = reader.dynamodb.get_item(TableName="orders-restored", Key=KEY)["Item"]
    assert restored == {**KEY, "status": {"S": "paid"}}
    reader.sees_no_change()

    reader.checkout.variables = POLICY_PACK
    reader.does("Destroy a table on purpose")
    assert reader.dynamodb.list_tables()["TableNames"] == []
    assert reader.state_of(key) == "PendingDeletion"


def policy(reader: Reader, key: str) -> str:
    return str(reader.kms.get_key_policy(KeyId=key)["Policy"])


def test_no_section_is_left_out() -> None:
    """The tests of the how-tos run all sections of the pages."""
    pages = "\n".join((DOCS / page).read_text() for page in PAGES)
    headings = [line[3:] for line in pages.splitlines() if line.startswith("## ")]

    found = {
        heading: [len(section(heading, kind)) for kind in ("sh", "yaml", "python")] for heading in headings
    }

    assert found == {
        "Add a key user": [1, 0, 0],
        "Read an item": [1, 0, 1],
        "Give another account access": [0, 1, 0],
        "Add a replica": [1, 0, 0],
        "Remove a replica": [1, 0, 0],
        "Rename a table in the config": [1, 0, 0],
        "Change the partition or sort key": [2, 1, 0],
        "Restore a table": [0, 1, 0],
        "Destroy a table on purpose": [1, 0, 0],
        "Rotate the key": [2, 0, 0],
        "Change the key": [2, 0, 0],
        "Change the keys of a table with replicas": [1, 0, 0],
        "Use a key that is managed elsewhere": [2, 0, 0],
        "Recover a key that was disabled or scheduled for deletion": [3, 0, 0],
        "Retire a key": [2, 0, 0],
        "Rename an alias": [1, 0, 0],
        "Add and drop another alias": [2, 0, 0],
        "Give an application access": [0, 1, 1],
        "Read a table's stream with a Lambda function": [0, 0, 2],
        "Wrap a table that the program has": [1, 0, 2],
        "Share one key between tables": [0, 0, 1],
    }
