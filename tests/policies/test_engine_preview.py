"""The pack on the real engine: previews and updates of small programs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from encrypted_tables.engine.stack import Result, Stack
from local.local_run import PYTHON, LocalRun

PACK = Path(__file__).resolve().parents[2] / "policy-pack"
MAIN = "dynamodb-table-customer-managed-key"
FROM_STACK = "dynamodb-table-key-from-stack"
DECIDED = "dynamodb-table-key-decided"
PROJECT = """
name: orders
runtime:
  name: python
  options: {{toolchain: pip, virtualenv: {virtualenv}}}
"""
HEAD = """
import pulumi
import pulumi_aws as aws


def table(name, encryption):
    return aws.dynamodb.Table(
        name, hash_key="id", attributes=[{"name": "id", "type": "S"}], billing_mode="PAY_PER_REQUEST",
        server_side_encryption=encryption,
    )


def encrypted(key_arn):
    return {"enabled": True, "kms_key_arn": key_arn}


"""
Program = Callable[[str], Stack]


@pytest.fixture
def program(shared_run: LocalRun, tmp_path: Path) -> Program:
    """Makes a stack of a program with these lines."""

    def make(lines: str) -> Stack:
        (tmp_path / "Pulumi.yaml").write_text(PROJECT.format(virtualenv=PYTHON.parent.parent))
        (tmp_path / "__main__.py").write_text(HEAD + lines)
        return shared_run.stack(tmp_path.name, tmp_path)

    return make


def verdicts(result: Result) -> list[tuple[str, str, str]]:
    """Policy, level and resource of each violation about a table's key."""
    return [
        (one.policy, one.level, one.urn.rsplit("::", 1)[-1])
        for one in result.violations
        if one.policy in (MAIN, FROM_STACK, DECIDED)
    ]


def preview(stack: Stack, *flags: str) -> Result:
    """A preview with the pack."""
    return stack.preview("--policy-pack", str(PACK), *flags)


@pytest.mark.parametrize(
    "lines",
    [
        'table("orders", encrypted(aws.kms.Key("key").arn))',
        'table("orders", encrypted(pulumi.Output.secret(aws.kms.Key("key").arn)))',
        'table("orders", aws.kms.Key("key").arn.apply(lambda arn: {"enabled": True, "kmsKeyArn": arn}))',
        'table("a", encrypted(aws.kms.Alias("a", target_key_id=aws.kms.Key("k").key_id).target_key_arn))',
    ],
    ids=["arn", "secret", "block", "alias"],
)
def test_first_preview_of_a_table_with_a_new_key_passes(lines: str, program: Program) -> None:
    result = preview(program(lines))

    assert (verdicts(result), result.exit_code) == ([], 0)


COMPONENT = """
class Orders(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("acme:index:Orders", "orders")
        inside = pulumi.ResourceOptions(parent=self)
        key = aws.kms.Key("key", opts=inside)
        user = aws.iam.User("user", opts=inside)
        for name, arn in {"good": key.arn, "bad": user.arn}.items():
            aws.dynamodb.Table(
                name, hash_key="id", attributes=[{"name": "id", "type": "S"}], billing_mode="PAY_PER_REQUEST",
                server_side_encryption=encrypted(arn), opts=inside,
            )


Orders()
"""


def test_table_inside_a_component_is_judged_like_any_other(program: Program) -> None:
    assert verdicts(preview(program(COMPONENT))) == [(FROM_STACK, "mandatory", "bad")]


def test_a_table_whose_key_comes_from_another_table_is_rejected_as_not_decided(program: Program) -> None:
    lines = 'first = table("first", encrypted(aws.kms.Key("key").arn))\ntable("orders", encrypted(first.arn))'

    result = preview(program(lines))

    assert (verdicts(result), result.exit_code) == ([(DECIDED, "mandatory", "orders")], 1)


def test_a_key_beside_a_resource_that_cannot_hold_one_passes(program: Program) -> None:
    lines = (
        'user = aws.iam.User("user")\n'
        'both = pulumi.Output.all(aws.kms.Key("key").arn, user.arn)\n'
        'table("orders", encrypted(both.apply(lambda arns: arns[0])))'
    )

    result = preview(program(lines))

    assert (verdicts(result), result.exit_code) == ([], 0)


def test_a_table_whose_key_comes_from_a_key_and_another_table_is_undecided(
    program: Program, tmp_path: Path
) -> None:
    lines = (
        'key = aws.kms.Key("key")\n'
        'both = pulumi.Output.all(key.arn, table("first", encrypted(key.arn)).arn)\n'
        'table("orders", encrypted(both.apply(lambda arns: arns[0])))'
    )
    advisory = tmp_path / "advisory.json"
    advisory.write_text(f'{{"{DECIDED}": "advisory"}}')
    stack = program(lines)

    by_default = preview(stack)
    by_config = preview(stack, "--policy-pack-config", str(advisory))

    assert (verdicts(by_default), by_default.exit_code) == ([(DECIDED, "mandatory", "orders")], 1)
    assert (verdicts(by_config), by_config.exit_code) == ([(DECIDED, "advisory", "orders")], 0)


def test_each_table_without_key_is_reported_once(program: Program) -> None:
    result = preview(program('table("none", None)\ntable("managed", {"enabled": True})'))

    assert sorted(verdicts(result)) == [(MAIN, "mandatory", "managed"), (MAIN, "mandatory", "none")]
    assert result.exit_code == 1


def test_an_environment_variable_enforces_the_pack_without_a_flag(program: Program) -> None:
    stack = program('table("orders", None)\naws.kms.Key("key")')
    profile = {"PULUMI_OPTION_POLICY_PACK_CONFIG": str(PACK / "config" / "advisory.json")}
    variable = {"PULUMI_OPTION_POLICY_PACK": str(PACK)}

    enforcing = replace(stack, environment={**stack.environment, **variable})
    enforced = enforcing.run("up", "--yes", events=True)
    advised = replace(stack, environment={**stack.environment, **variable, **profile}).preview()

    assert (verdicts(enforced), enforced.exit_code) == ([(MAIN, "mandatory", "orders")], 1)
    assert stack.export()["deployment"].get("resources", []) == []
    assert (verdicts(advised), advised.exit_code) == ([(MAIN, "advisory", "orders")], 0)


def test_update_decides_again_before_the_table_is_created(program: Program) -> None:
    """A key's id passes the preview, because it comes from a key; the update sees that it is not an ARN."""
    stack = program('table("orders", encrypted(aws.kms.Key("key", deletion_window_in_days=7).key_id))')

    result = stack.up("--policy-pack", str(PACK))

    created = [resource["type"] for resource in stack.export()["deployment"].get("resources", [])]
    assert verdicts(result) == [(MAIN, "mandatory", "orders")]
    assert result.exit_code == 1
    assert "aws:dynamodb/table:Table" not in created
    stack.destroy().checked()


def test_a_stack_tag_can_switch_a_policy_off(program: Program) -> None:
    stack = program('aws.kms.Key("key", deletion_window_in_days=7)')
    config = ("--policy-pack-config", str(PACK / "config" / "advisory.json"))
    rule = "kms-key-deletion-window"

    before = preview(stack, *config)
    stack.run("stack", "tag", "set", "ephemeral", "true").checked()
    after = preview(stack, *config)

    assert [rule in {one.policy for one in result.violations} for result in (before, after)] == [True, False]
