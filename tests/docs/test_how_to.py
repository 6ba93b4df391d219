"""The commands of the how-tos run in the order in which a reader would run them, with the described
effects.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from local.local_run import LocalRun
from tests.documents import DOCS, Checkout, blocks, project_checkout
from tests.engine.programs import TRUST, Program, outcome, session_client

KEY = {"id": {"S": "1"}}


def section(heading: str, language: str) -> list[str]:
    """The code blocks of a section; of the introduction if the heading is empty."""
    page = (DOCS / "how-to.md").read_text()
    text = page.partition(f"\n## {heading}\n")[2] if heading else page
    text = text.partition("\n## ")[0]
    return [block for block in blocks("how-to.md", language) if block in text]


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
def reader(own_run: LocalRun) -> Reader:
    """A reader whose role has IAM permissions for DynamoDB, but not yet for the key."""
    iam = own_run.aws.client("iam")
    iam.create_role(RoleName="orders-service", AssumeRolePolicyDocument=TRUST)
    full_access = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    iam.attach_role_policy(RoleName="orders-service", PolicyArn=full_access)
    return Reader(own_run)


def test_the_how_tos_of_a_stack_work_one_after_the_other(reader: Reader) -> None:
    reader.does("")
    reader.dynamodb.put_item(TableName="orders", Item=KEY)

    reader.does("Add a key user")
    assert "role/orders-service" in policy(reader, reader.key)

    (settings,) = section("Let another account in", "yaml")
    reader.add_to_table(settings)
    assert reader.checkout.shell("pulumi up --stack shop --yes").returncode == 0
    allowed = reader.dynamodb.get_resource_policy(ResourceArn=reader.table["TableArn"])["Policy"]
    assert "444455556666" in allowed
    assert "444455556666" in policy(reader, reader.key)

    reader.does("Rotate the key")
    assert reader.kms.get_key_rotation_status(KeyId=reader.key)["RotationPeriodInDays"] == 180
    reader.kms.rotate_key_on_demand(KeyId=reader.key)
    reader.sees_no_change()

    first = reader.key
    reader.does("Change the key", 0)
    second = reader.key
    assert second != first
    assert reader.kms.describe_key(KeyId="alias/orders")["KeyMetadata"]["Arn"] == second
    reader.does("Change the key", 1)
    assert [reader.state_of(first), reader.state_of(second)] == ["Enabled", "Enabled"]
    assert reader.dynamodb.get_item(TableName="orders", Key=KEY)["Item"] == KEY

    shown = reader.runs("Retire a key", 0)
    assert f"{first}\n" in shown
    assert "point-in-time recovery of table orders, until" in shown
    other = str(reader.kms.create_key()["KeyMetadata"]["Arn"])
    assert "AWS deletes the key on" in reader.runs("Retire a key", 1, KEY_ARN=other)
    assert reader.state_of(other) == "PendingDeletion"

    reader.does("Add a replica", 0)
    abroad = reader.key_in("eu-west-1")
    assert ":eu-west-1:" in abroad
    reader.does("Add a replica", 1)
    assert reader.key_in("eu-west-1") != abroad
    assert [reader.state_of(key) for key in (first, second)] == ["Enabled", "Enabled"]
    third = reader.key

    (table,) = section("Restore a table", "yaml")
    reader.add_table(table)
    for _ in ("the restore", "what it does not set"):
        assert reader.checkout.shell("pulumi up --stack shop --yes").returncode == 0
    assert reader.dynamodb.get_item(TableName="orders-restored", Key=KEY)["Item"] == KEY
    reader.sees_no_change()

    reader.does("Destroy a table on purpose")
    assert reader.dynamodb.list_tables()["TableNames"] == []
    assert [reader.state_of(first), reader.state_of(third)] == ["Enabled", "PendingDeletion"]


def policy(reader: Reader, key: str) -> str:
    return str(reader.kms.get_key_policy(KeyId=key)["Policy"])


def test_no_section_is_left_out() -> None:
    """The steps here and in test_how_to_rename.py cover all sections of the page."""
    headings = [line[3:] for line in (DOCS / "how-to.md").read_text().splitlines() if line.startswith("## ")]

    found = {
        heading: [len(section(heading, kind)) for kind in ("sh", "yaml", "python")] for heading in headings
    }

    assert found == {
        "Add a key user": [1, 0, 0],
        "Give an application access": [0, 0, 1],
        "Add a replica": [2, 0, 0],
        "Let another account in": [0, 1, 0],
        "Remove a replica": [1, 0, 0],
        "Rename an alias": [1, 0, 0],
        "Rename a table in the config": [1, 0, 0],
        "Restore a table": [0, 1, 0],
        "Rotate the key": [1, 0, 0],
        "Change the key": [2, 0, 0],
        "Retire a key": [2, 0, 0],
        "Destroy a table on purpose": [1, 0, 0],
        "Share one key between tables": [0, 0, 1],
    }


def test_an_application_gets_what_it_was_granted(shared_run: LocalRun, program: Program) -> None:
    for role in ("invoice-service", "invoice-report"):
        shared_run.aws.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)
    (source,) = section("Give an application access", "python")

    program(source).up().checked()

    service, report = (
        session_client(shared_run, "dynamodb", role) for role in ("invoice-service", "invoice-report")
    )
    assert outcome(lambda: service.put_item(TableName="invoices", Item=KEY)) == "allowed"
    assert outcome(lambda: report.get_item(TableName="invoices", Key=KEY)) == "allowed"
    assert outcome(lambda: report.put_item(TableName="invoices", Item=KEY)) != "allowed"


def test_two_tables_share_a_key(shared_run: LocalRun, program: Program) -> None:
    (source,) = section("Share one key between tables", "python")

    program(source).up().checked()

    dynamodb = shared_run.aws.client("dynamodb")
    keys = {
        dynamodb.describe_table(TableName=name)["Table"]["SSEDescription"]["KMSMasterKeyArn"]
        for name in ("parcels", "letters")
    }
    assert len(keys) == 1
    assert json.dumps(program.stack.export()).count('"aws:kms/key:Key"') == 1
