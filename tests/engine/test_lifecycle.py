"""Keys are created, changed and removed, and a table never loses its key."""

from typing import Any

import pytest

from local.local_run import LocalRun
from tests.engine.programs import Program

KEPT = "kept"
ITEM = {"id": {"S": "1"}}


class Aws:
    """A table and its keys in AWS."""

    def __init__(self, program: Program, table: str) -> None:
        self.kms = program.run.aws.client("kms")
        self.dynamodb = program.run.aws.client("dynamodb")
        self.table = table

    def put_item(self) -> None:
        self.dynamodb.put_item(TableName=self.table, Item=ITEM)

    def item(self) -> object:
        return self.dynamodb.get_item(TableName=self.table, Key=ITEM).get("Item")

    @property
    def encryption(self) -> dict[str, Any]:
        description: dict[str, Any] = self.dynamodb.describe_table(TableName=self.table)["Table"]
        return dict(description["SSEDescription"])

    @property
    def key(self) -> str:
        return str(self.encryption["KMSMasterKeyArn"])

    def state_of(self, key: str) -> str:
        return str(self.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"])

    def key_behind(self, alias: str) -> str:
        return str(self.kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"])


def table(name: str, more: str = "") -> str:
    return f'EncryptedTable("{name}", {{"partition_key": {{"name": "id"}}, {more}}})'


def test_a_key_changes_in_two_steps_and_the_old_one_stays_enabled_until_the_new_one_is_in_use(
    program: Program,
) -> None:
    aws = Aws(program, "changing")
    program(table("changing", '"ephemeral": True')).up().checked()
    aws.put_item()
    first = aws.key

    program(table("changing", '"ephemeral": True, "key_version": 2, "retained_key_versions": [1]'))
    program.stack.up().checked()
    second = aws.key

    assert second != first
    assert aws.encryption["Status"] == "ENABLED"
    assert aws.key_behind("alias/changing") == second
    assert [aws.state_of(first), aws.state_of(second)] == ["Enabled", "Enabled"]
    assert aws.item() == ITEM

    program(table("changing", '"ephemeral": True, "key_version": 2')).up().checked()

    assert [aws.state_of(first), aws.state_of(second)] == ["PendingDeletion", "Enabled"]
    assert aws.key == second
    assert aws.item() == ITEM
    program.stack.destroy().checked()


@pytest.mark.parametrize(
    "change",
    ['"key_version": 2', '"multi_region": True', '"sort_key": {"name": "at"}'],
)
def test_changes_that_would_delete_a_table_or_its_key_are_refused(protected: Program, change: str) -> None:
    aws = Aws(protected, KEPT)
    before = aws.key

    result = protected(table(KEPT, change)).preview()

    assert result.exit_code != 0
    assert "protect" in result.output
    assert aws.key == before


def test_another_name_of_a_protected_table_is_refused_before_its_key_changes(
    program: Program, name: str
) -> None:
    program(table(name)).up().checked()
    aws = Aws(program, name)
    program(table(name, f'"table_name": "{name}-moved"'))

    for refused in (program.stack.preview(), program.stack.up()):
        assert refused.exit_code != 0
        assert (
            f"the table '{name}' would become '{name}-moved', but AWS cannot rename a table" in refused.output
        )
    assert program(table(name)).preview("--refresh", "--expect-no-changes").exit_code == 0
    assert aws.key_behind(f"alias/{name}") == aws.key


def test_destroying_a_protected_stack_is_refused_and_loses_nothing(program: Program, name: str) -> None:
    program(table(name)).up().checked()
    aws = Aws(program, name)
    aws.put_item()

    result = program.stack.destroy()

    assert result.exit_code != 0
    assert "protect" in result.output
    assert aws.state_of(aws.key) == "Enabled"
    assert aws.item() == ITEM


def test_a_renamed_component_with_an_alias_changes_nothing(protected: Program) -> None:
    renamed = f"""
        EncryptedTable(
            "renamed", {{"partition_key": {{"name": "id"}}, "table_name": "{KEPT}"}},
            pulumi.ResourceOptions(aliases=[pulumi.Alias(name="{KEPT}")]),
        )
    """

    protected(renamed).preview("--expect-no-changes").checked()


def test_a_table_can_be_destroyed_after_making_it_ephemeral(program: Program) -> None:
    aws = Aws(program, "doomed")
    program(table("doomed")).up().checked()
    key = aws.key

    program(table("doomed", '"ephemeral": True')).up().checked()
    program.stack.destroy().checked()

    assert aws.state_of(key) == "PendingDeletion"


@pytest.fixture(scope="module")
def protected(shared_run: LocalRun, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A stack with a protected table. Tests only preview it."""
    program = Program(shared_run, tmp_path_factory.mktemp("protected") / "program", "protected")
    program(table(KEPT)).up().checked()
    return program
