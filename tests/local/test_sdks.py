"""The same scenario, answered the same to boto3, the AWS CLI and the SDKs for JavaScript, Go and Java."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.local_run import ROOT
from local.process import Credentials, LocalAws, running
from tests.docs.aws_cli import install_aws_cli

PROGRAMS = ROOT / "tests" / "local" / "sdks"
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
KEY_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:user/reader"},
                "Action": "kms:Decrypt",
                "Resource": "*",
            },
        ],
    }
)
TABLE: Mapping[str, Any] = {
    "TableName": "orders",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
ID = {"id": {"S": "1"}}
ITEM = {**ID, "message": {"S": "hello"}}
CLI_ERROR = re.compile(r"An error occurred \((\w+)\) when calling the \w+ operation: (.*)", re.DOTALL)
Steps = list[Any]


def new_aws() -> Any:  # noqa: ANN401  # a context manager
    """Ids and times are the same in each run."""
    return running(seed=7, stopped_at=datetime(2030, 1, 1, tzinfo=UTC))


class Boto3:
    """Calls by boto3."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws

    def call(self, service: str, operation: str, key: Credentials | None = None, **request: Any) -> Any:  # noqa: ANN401
        try:
            return getattr(self._aws.client(service, key), operation.replace("-", "_"))(**request)
        except ClientError as error:
            return [error.response["Error"]["Code"], error.response["Error"]["Message"]]


class AwsCli:
    """Calls by the AWS CLI."""

    def __init__(self, aws: LocalAws, program: Path) -> None:
        self._aws = aws
        self._program = program

    def call(self, service: str, operation: str, key: Credentials | None = None, **request: Any) -> Any:  # noqa: ANN401
        done = subprocess.run(
            [self._program, service, operation, "--cli-input-json", json.dumps(request), "--output", "json"],
            env={**self._aws.environment(key), "PATH": os.environ["PATH"], "AWS_MAX_ATTEMPTS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return json.loads(done.stdout or "{}")
        failure = CLI_ERROR.search(done.stderr)
        assert failure, done.stderr
        return [failure[1], failure[2].strip()]


def scenario(client: Boto3 | AwsCli) -> Steps:
    """A user with full access to DynamoDB reads a table before and after the key policy allows it."""
    call = client.call
    steps: Steps = [call("sts", "get-caller-identity")["Arn"]]
    key = call("kms", "create-key", Description="scenario")["KeyMetadata"]
    steps.append([key["Arn"], key["KeyState"], seconds(key["CreationDate"])])
    encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key["Arn"]}
    table = call("dynamodb", "create-table", **TABLE, SSESpecification=encryption)["TableDescription"]
    sse = table["SSEDescription"]
    steps.append([table["TableArn"], table["TableId"], sse["Status"], sse["SSEType"], sse["KMSMasterKeyArn"]])
    call("dynamodb", "put-item", TableName="orders", Item=ITEM)
    steps.append(message(call("dynamodb", "get-item", TableName="orders", Key=ID)))
    user = call("iam", "create-user", UserName="reader")["User"]
    steps.append([user["Arn"], user["UserId"]])
    call("iam", "attach-user-policy", UserName="reader", PolicyArn=FULL_ACCESS)
    access = call("iam", "create-access-key", UserName="reader")["AccessKey"]
    reader = Credentials(access["AccessKeyId"], access["SecretAccessKey"])
    steps.append(call("dynamodb", "get-item", reader, TableName="orders", Key=ID))
    call("kms", "put-key-policy", KeyId=key["KeyId"], PolicyName="default", Policy=KEY_POLICY)
    steps.append(message(call("dynamodb", "get-item", reader, TableName="orders", Key=ID)))
    only_new = "attribute_not_exists(id)"
    steps.append(call("dynamodb", "put-item", TableName="orders", Item=ITEM, ConditionExpression=only_new))
    steps.append(call("dynamodb", "describe-table", TableName="missing"))
    call("dynamodb", "delete-table", TableName="orders")
    steps.append(call("kms", "schedule-key-deletion", KeyId=key["KeyId"], PendingWindowInDays=7)["KeyState"])
    return steps


def message(answer: Mapping[str, Any]) -> str:
    text: str = answer["Item"]["message"]["S"]
    return text


def seconds(time: Any) -> int:  # noqa: ANN401  # as each client shows times
    """Seconds since the epoch: the CLI prints a number, boto3 makes a time of it."""
    return int(time.timestamp() if isinstance(time, datetime) else time)


@pytest.fixture(scope="module")
def expected() -> Steps:
    with new_aws() as aws:
        return scenario(Boto3(aws))


def test_boto3_sees_the_denial_and_then_the_item(expected: Steps) -> None:
    code, text = expected[5]

    assert (code, text.partition(":")[0]) == ("AccessDeniedException", "KMS key access denied error")
    assert expected[6] == "hello"
    assert [expected[7][0], expected[8][0]] == [
        "ConditionalCheckFailedException",
        "ResourceNotFoundException",
    ]


def test_ids_and_times_are_the_same_in_each_run(expected: Steps) -> None:
    with new_aws() as aws:
        assert scenario(Boto3(aws)) == expected


def test_the_aws_cli_gets_the_same_answers(expected: Steps, tmp_path: Path) -> None:
    install_aws_cli(tmp_path)

    with new_aws() as aws:
        assert scenario(AwsCli(aws, tmp_path / "aws")) == expected


@dataclass(frozen=True)
class Language:
    """How to fetch the SDK, and how to build and run the scenario."""

    fetch: Sequence[str]
    run: str


LANGUAGES = {
    "javascript": Language(["npm", "ci", "--no-audit", "--no-fund"], "node scenario.mjs"),
    "go": Language(["go", "mod", "download"], "go run ."),
    "java": Language(
        ["mvn", "--batch-mode", "dependency:build-classpath", "-Dmdep.outputFile=classpath"],
        'java -cp "$(cat classpath)" Scenario.java',
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_sdk_gets_the_same_answers(language: str, expected: Steps, tmp_path: Path) -> None:
    how = LANGUAGES[language]
    if shutil.which(how.fetch[0]) is None:
        pytest.skip(f"there is no {how.fetch[0]} on PATH")
    program = tmp_path / language
    shutil.copytree(PROGRAMS / language, program)
    fetched = subprocess.run(how.fetch, cwd=program, capture_output=True, text=True, check=False)
    if fetched.returncode:
        pytest.skip(f"the SDK cannot be fetched: {(fetched.stderr or fetched.stdout)[-500:]}")

    with new_aws() as aws:
        assert output_of(how.run, program, aws) == expected


def output_of(command: str, program: Path, aws: LocalAws) -> Steps:
    scenario_of = {"SCENARIO_FULL_ACCESS": FULL_ACCESS, "SCENARIO_KEY_POLICY": KEY_POLICY}
    variables = {**os.environ, **aws.environment(), **scenario_of}
    done = subprocess.run(
        ["sh", "-c", command], cwd=program, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    steps: Steps = json.loads(done.stdout)
    return steps
