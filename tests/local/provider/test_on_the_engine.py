"""The provider as the real engine uses it."""

import signal
import textwrap
from pathlib import Path

import pytest

from encrypted_tables.engine.child import interrupt
from encrypted_tables.engine.stack import Stack
from local.local_run import LocalRun
from tests.local.engine.processes import wait_until

AN_HOUR = 3600.0

HEADER = """
import json
import pulumi
import pulumi_aws as aws

def table(name, key, **more):
    return aws.dynamodb.Table(
        name, name=name, hash_key="id", attributes=[{"name": "id", "type": "S"}],
        billing_mode="PAY_PER_REQUEST",
        server_side_encryption={"enabled": True, "kms_key_arn": key.arn}, **more)
"""


class Program:
    """A program that a test rewrites between updates."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir()
        (directory / "Pulumi.yaml").write_text("name: provider\nruntime: python\n")

    def write(self, source: str) -> None:
        (self.directory / "__main__.py").write_text(HEADER + textwrap.dedent(source))

    def stack(self, run: LocalRun, name: str) -> Stack:
        return run.stack(name, self.directory)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "program")


def test_a_stack_is_created_changed_and_destroyed(shared_run: LocalRun, program: Program) -> None:
    """Preview, create, no change, drift, change in place, destroy; the stack itself counts as created."""
    source = """
    key = aws.kms.Key("key", description="{description}", deletion_window_in_days=7)
    aws.kms.Alias("alias", name="alias/living", target_key_id=key.id)
    orders = table("living", key)
    user = aws.iam.User("living-user", name="living-user")
    access = aws.iam.AccessKey("access", user=user.name)
    pulumi.export("key", key.id)
    pulumi.export("secret", access.secret)
    pulumi.export("caller", aws.get_caller_identity().arn)
    pulumi.export("manager", aws.kms.get_key_output(key_id=key.arn).key_manager)
    """
    program.write(source.format(description="first"))
    stack = program.stack(shared_run, "living")
    dynamodb, kms = shared_run.aws.client("dynamodb"), shared_run.aws.client("kms")

    assert stack.preview().checked().changes == {"create": 6}
    assert "living" not in dynamodb.list_tables()["TableNames"]
    assert stack.up().checked().changes == {"create": 6}
    outputs, state = stack.outputs(), stack.export()
    assert outputs["caller"].endswith(":user/owner")
    assert outputs["manager"] == "CUSTOMER"
    assert outputs["secret"] not in str(state)
    [provider] = [r for r in state["deployment"]["resources"] if r["type"] == "pulumi:providers:aws"]
    assert provider["inputs"]["region"] == "us-east-1"
    assert stack.up().checked().changes == {}

    kms.update_key_description(KeyId=outputs["key"], Description="drifted")
    assert stack.refresh().checked().changes == {"update": 1}
    program.write(source.format(description="second"))
    assert stack.up().checked().changes == {"update": 1}
    assert kms.describe_key(KeyId=outputs["key"])["KeyMetadata"]["Description"] == "second"
    stack.destroy().checked()
    assert "living" not in dynamodb.list_tables()["TableNames"]
    assert kms.describe_key(KeyId=outputs["key"])["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_a_replaced_table_is_deleted_first_with_what_depends_on_it(
    shared_run: LocalRun, program: Program
) -> None:
    source = """
    key = aws.kms.Key("key")
    orders = aws.dynamodb.Table(
        "orders", name="replaced", hash_key="{key}", attributes=[{{"name": "{key}", "type": "S"}}],
        billing_mode="PAY_PER_REQUEST",
        server_side_encryption={{"enabled": True, "kms_key_arn": key.arn}})
    statement = {{"Effect": "Allow", "Principal": {{"AWS": aws.get_caller_identity().arn}},
                 "Action": "dynamodb:GetItem", "Resource": "*"}}
    aws.dynamodb.ResourcePolicy(
        "policy", resource_arn=orders.arn,
        policy=json.dumps({{"Version": "2012-10-17", "Statement": [statement]}}))
    """
    program.write(source.format(key="id"))
    stack = program.stack(shared_run, "replaced")
    stack.up().checked()
    program.write(source.format(key="pk"))
    result = stack.up().checked()

    found = shared_run.aws.client("dynamodb").describe_table(TableName="replaced")["Table"]
    assert result.changes["replace"] >= 1
    assert found["KeySchema"][0]["AttributeName"] == "pk"
    stack.destroy().checked()


def test_unsupported_input_is_reported_before_anything_is_created(
    shared_run: LocalRun, program: Program
) -> None:
    program.write('aws.kms.Key("key", xks_key_id="x")')
    stack = program.stack(shared_run, "unsupported")
    by_property = stack.preview()
    program.write('aws.s3.Bucket("bucket")')
    by_type = stack.preview()

    assert "does not support the property 'xksKeyId' of aws:kms/key:Key" in by_property.output
    assert "does not support the resource type 'aws:s3/bucket:Bucket'" in by_type.output
    for result in (by_property, by_type):
        assert result.exit_code != 0
        assert "pulumi plugin install resource aws 7.51.1" in result.output
        assert "Traceback" not in result.output


def test_a_partly_created_resource_is_in_the_state_and_the_next_up_completes_it(
    shared_run: LocalRun, program: Program
) -> None:
    source = """
    key = aws.kms.Key("key", multi_region=True, deletion_window_in_days=7)
    replica = aws.kms.ReplicaKey("replica", primary_key_arn=key.arn, region="eu-west-1",
                                 deletion_window_in_days=7)
    table("half-made", key, stream_enabled=True, stream_view_type="NEW_AND_OLD_IMAGES",
          replicas=[{"region_name": "eu-west-1", "kms_key_arn": KEY}])
    """
    wrong = "'arn:aws:kms:eu-west-1:111122223333:key/8f9a0b1c-2d3e-4f50-8a6b-7c8d9e0f1a2b'"
    program.write(source.replace("KEY", wrong))
    stack = program.stack(shared_run, "half-made")
    result = stack.up()
    tables = [r for r in stack.export()["deployment"]["resources"] if r["type"].endswith(":Table")]

    assert result.exit_code != 0
    assert result.output.count("creating DynamoDB Table (half-made): operation error UpdateTable") == 1
    assert [(t["id"], len(t["initErrors"])) for t in tables] == [("half-made", 1)]
    program.write(source.replace("KEY", "replica.arn"))
    assert stack.up().checked().changes == {"update": 1}
    assert stack.up().checked().changes == {}
    stack.destroy().checked()


def test_an_existing_key_is_imported(shared_run: LocalRun, program: Program) -> None:
    key = shared_run.aws.client("kms").create_key(Description="found")["KeyMetadata"]
    program.write(
        f'aws.kms.Key("key", description="found", opts=pulumi.ResourceOptions(import_="{key["KeyId"]}"))'
    )
    stack = program.stack(shared_run, "imported")

    assert stack.up().checked().changes == {"create": 1, "import": 1}
    assert stack.up().checked().changes == {}


def test_the_printed_command_imports_what_an_interrupted_update_created(
    shared_run: LocalRun, program: Program
) -> None:
    program.write("""
    class Orders(pulumi.ComponentResource):
        def __init__(self):
            super().__init__("acme:index:Orders", "orders")
            key = aws.kms.Key("key", deletion_window_in_days=7)
            aws.kms.Alias("alias", name="alias/cut-off", target_key_id=key.id,
                          opts=pulumi.ResourceOptions(parent=self))
    Orders()
    """)
    stack = program.stack(shared_run, "cut-off")
    shared_run.aws.inject_fault("kms:CreateAlias", "close-after")
    output = stack.up().output
    command = output.split("import it into the state: `pulumi ")[1].split("`")[0]
    [orders] = [r["urn"] for r in stack.export()["deployment"]["resources"] if r["type"].endswith(":Orders")]

    import_command = command.replace("<id>", "alias/cut-off").replace(
        "<URN of its acme:index:Orders>", orders
    )
    stack.run(*import_command.split(), "--yes").checked()
    assert stack.up().checked().changes == {}


def test_ctrl_c_ends_a_wait_and_loses_nothing(shared_run: LocalRun, program: Program) -> None:
    """The key policy names a user that nobody creates: the provider would retry for two minutes."""
    program.write("""
    before = aws.kms.Key("before", deletion_window_in_days=7)
    statement = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/never"},
                 "Action": "kms:*", "Resource": "*"}
    aws.kms.Key("waiting", policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
                opts=pulumi.ResourceOptions(depends_on=[before]))
    """)
    stack = program.stack(shared_run, "cancelled")
    shared_run.aws.inject_fault("kms:CreateKey", "delay", skip=1, seconds=AN_HOUR)
    process = stack.start("up", "--yes", "--skip-preview")
    wait_until(lambda: shared_run.aws.delayed_calls() == 1, 60)
    shared_run.aws.let_pass(AN_HOUR)
    interrupt(process)
    output, _ = process.communicate()

    assert process.returncode not in (0, -signal.SIGKILL)
    assert "creating KMS Key: cancelled while waiting for AWS to accept the request" in output
    keys = [r for r in stack.export()["deployment"]["resources"] if r["type"] == "aws:kms/key:Key"]
    assert [key["urn"].split("::")[-1] for key in keys] == ["before"]


def test_a_local_aws_that_dies_is_reported_with_its_address(own_run: LocalRun, program: Program) -> None:
    program.write('table("late", aws.kms.Key("key", enable_key_rotation=True))')
    stack = program.stack(own_run, "gone")
    own_run.aws.inject_fault("kms:EnableKeyRotation", "kill")
    result = stack.up()

    assert result.exit_code != 0
    assert "the local AWS does not answer; start it again, then repeat the command" in result.output
    assert own_run.aws.endpoint_url in result.output
    assert "Traceback" not in result.output
    [key] = [r for r in stack.export()["deployment"]["resources"] if r["type"] == "aws:kms/key:Key"]
    assert (key["id"], len(key["initErrors"])) == (key["outputs"]["keyId"], 1)
