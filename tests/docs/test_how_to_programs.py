"""The how-tos of how-to-programs.md: its programs and commands are run as printed."""

import json
import subprocess
from typing import Any

import yaml
from pulumi.runtime.mocks import MockResourceArgs

from local.local_run import LocalRun
from tests.components.recorder import World, register
from tests.docs.test_how_to import KEY, section
from tests.engine.programs import TRUST, Program, outcome, session_client

STREAM = "Read a table's stream with a Lambda function"
WRAP = "Wrap a table that the program has"


def test_an_application_gets_what_it_was_granted(shared_run: LocalRun, program: Program) -> None:
    for role in ("invoice-service", "invoice-report"):
        shared_run.aws.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)
    (source,) = section("Give an application access", "python")
    (settings,) = section("Give an application access", "yaml")
    by_settings = {"partitionKey": "id", "ephemeral": True, **yaml.safe_load(settings)}

    program(f'{source}\nEncryptedTable("bills", {by_settings!r})').up().checked()

    service, report = (
        session_client(shared_run, "dynamodb", role) for role in ("invoice-service", "invoice-report")
    )
    assert outcome(lambda: service.put_item(TableName="invoices", Item=KEY)) == "allowed"
    assert outcome(lambda: service.put_item(TableName="bills", Item=KEY)) == "allowed"
    assert outcome(lambda: report.get_item(TableName="invoices", Key=KEY)) == "allowed"
    assert outcome(lambda: report.get_item(TableName="bills", Key=KEY)) != "allowed"
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


def test_a_function_reads_the_stream_and_not_the_table(shared_run: LocalRun, program: Program) -> None:
    source, _ = section(STREAM, "python")
    role = "shipment-events"

    program(f'{source}\npulumi.export("access", shipments.declaration["access"])').up().checked()

    shared_run.aws.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=TRUST)
    dynamodb = shared_run.aws.client("dynamodb")
    dynamodb.put_item(TableName="shipments", Item=KEY)
    table = dynamodb.describe_table(TableName="shipments")["Table"]
    streams = session_client(shared_run, "dynamodbstreams", role)
    assert [record["dynamodb"]["NewImage"] for record in records(streams, table["LatestStreamArn"])] == [KEY]
    reader = session_client(shared_run, "dynamodb", role)
    assert outcome(lambda: reader.get_item(TableName="shipments", Key=KEY)) != "allowed"
    key = table["SSEDescription"]["KMSMasterKeyArn"]
    grants = shared_run.aws.client("kms").list_grants(KeyId=key)["Grants"]
    given = [grant["Operations"] for grant in grants if grant["GranteePrincipal"].endswith(f"/{role}")]
    assert given == [["Decrypt"]]
    declared = {one["role"]: one["principal"] for one in program.stack.outputs()["access"]}
    assert declared["streamReader"].endswith(f"role/{role}")


def records(streams: Any, stream: str) -> list[dict[str, Any]]:  # noqa: ANN401  # boto3's classes are made at run time
    """What Lambda does to read a stream from its beginning."""
    (shard,) = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    found: list[dict[str, Any]] = streams.get_records(ShardIterator=iterator)["Records"]
    return found


def test_the_event_source_mapping_reads_the_tables_stream() -> None:
    """With mocks: the local AWS has no Lambda."""
    made: dict[str, MockResourceArgs] = {}

    class WithStream(World):
        def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
            made[args.typ] = args
            name, outputs = super().new_resource(args)
            if args.typ == "aws:dynamodb/table:Table":
                outputs["streamArn"] = f"arn:aws:dynamodb:us-east-1:111122223333:table/{args.name}/stream/1"
            return name, outputs

    register(lambda: exec("\n".join(section(STREAM, "python")), {}), WithStream())  # noqa: S102

    mapping = made["aws:lambda/eventSourceMapping:EventSourceMapping"].inputs
    assert mapping["eventSourceArn"].endswith("/stream/1")


def test_a_table_of_the_program_moves_into_the_component(program: Program) -> None:
    written_out, wrapped = section(WRAP, "python")
    aws = program.run.aws
    program(written_out).up().checked()
    aws.client("dynamodb").put_item(TableName="parts", Item=KEY)
    before = aws.client("dynamodb").describe_table(TableName="parts")["Table"]

    program(wrapped)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", *section(WRAP, "sh")],
        cwd=program.directory, env=program.stack.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert "+ 1 to create\n    ~ 2 to update\n    3 changes. 2 unchanged" in done.stdout
    after = aws.client("dynamodb").describe_table(TableName="parts")["Table"]
    assert {name: after[name] for name in ("TableId", "SSEDescription")} == {
        name: before[name] for name in ("TableId", "SSEDescription")
    }
    assert aws.client("dynamodb").get_item(TableName="parts", Key=KEY)["Item"] == KEY


def test_an_alias_that_matches_no_resource_is_an_error(program: Program, name: str) -> None:
    source = (
        f'EncryptedTable("{name}", {{"partition_key": {{"name": "id"}}, "former_names": {{"tabel": "x"}}}})'
    )

    refused = program(source).preview()

    assert refused.exit_code != 0
    assert f"is not the name of a resource of this component, such as '{name}-table'" in refused.output
