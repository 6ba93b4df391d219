"""Small programs that use the component, on the real engine."""

import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from encrypted_tables.engine.stack import Stack
from local.local_run import ROOT, LocalRun
from local.process import Credentials, isolated_session

HEADER = """
import json
import pulumi
import pulumi_aws as aws
from components import EncryptedTable
"""


TRUST = (
    '{"Version": "2012-10-17", "Statement": '
    '[{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]}'
)


class Program:
    """A program that a test rewrites between updates, and its stack."""

    def __init__(self, run: LocalRun, directory: Path, project: str) -> None:
        self.run = run
        self.directory = directory
        directory.mkdir(parents=True)
        (directory / "Pulumi.yaml").write_text(f"name: {project}\nruntime: python\n")
        (directory / "components").symlink_to(ROOT / "components")
        self.stack: Stack = run.stack("dev", directory)

    def __call__(self, source: str) -> Stack:
        """Replace the program's source and return its stack."""
        (self.directory / "__main__.py").write_text(HEADER + textwrap.dedent(source))
        return self.stack


class User:
    """An IAM user with full access to DynamoDB, created outside Pulumi."""

    def __init__(self, run: LocalRun, name: str) -> None:
        iam = run.aws.client("iam")
        self.run = run
        self.arn: str = iam.create_user(UserName=name)["User"]["Arn"]
        iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess")
        key = iam.create_access_key(UserName=name)["AccessKey"]
        self.credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    def reads(self, table: str, region: str | None = None) -> str:
        """`allowed`, or the first words of the denial."""
        dynamodb = self.run.aws.client("dynamodb", self.credentials, region=region)
        return outcome(lambda: dynamodb.get_item(TableName=table, Key={"id": {"S": "1"}}))


def as_credentials(stack: Stack, run: LocalRun, credentials: Credentials) -> Stack:
    """The stack, deployed with other credentials."""
    return replace(stack, environment={**stack.environment, **run.aws.environment(credentials)})


def session_variables(run: LocalRun, role: str) -> dict[str, str]:
    """The environment variables of a session of a role in the account."""
    arn = f"arn:aws:iam::{run.aws.account_id}:role/{role}"
    session = run.aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
    }


def session_client(run: LocalRun, service: str, role: str) -> Any:  # noqa: ANN401  # boto3's classes are made at run time
    """A client with a session of a role in the account."""
    session = session_variables(run, role)
    return isolated_session().create_client(
        service,
        endpoint_url=run.aws.endpoint_url,
        region_name=run.aws.region,
        aws_access_key_id=session["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=session["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=session["AWS_SESSION_TOKEN"],
    )


def outcome(call: Callable[[], Any]) -> str:
    """`allowed`, or the first words of the error's message."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Message"]).partition(":")[0]
    return "allowed"
