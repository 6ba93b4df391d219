"""The commands of verify.md and keys.md, with the walk-through's stack and a table `orders`."""

import json

import pytest

from local.local_run import LocalRun
from tests.documents import Checkout, project_checkout, runnable_blocks
from tests.engine.programs import TRUST

TABLE = {
    "TableName": "orders",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}


@pytest.fixture
def reader(own_run: LocalRun) -> Checkout:
    checkout = project_checkout(own_run)
    done = checkout.shell("pulumi stack init dev && pulumi up --stack dev --yes --skip-preview")
    assert done.returncode == 0, done.stdout
    for region in ("us-east-1", "eu-west-1"):
        key = own_run.aws.client("kms", region=region).create_key()["KeyMetadata"]["Arn"]
        encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
        own_run.aws.client("dynamodb", region=region).create_table(**TABLE, SSESpecification=encryption)
    iam = own_run.aws.client("iam")
    iam.create_role(RoleName="orders-app", AssumeRolePolicyDocument=TRUST)
    return checkout


def test_the_commands_of_verify_and_who_can_answer(reader: Checkout) -> None:
    commands = [line for block in runnable_blocks("verify.md") for line in block.splitlines()]

    done = {command: reader.shell(command) for command in commands}

    assert len(done) > 5
    assert [(command, one.stdout) for command, one in done.items() if one.returncode not in (0, 1)] == []


def test_the_commands_of_keys_answer_and_keep_a_needed_key(reader: Checkout) -> None:
    (block,) = runnable_blocks("keys.md")
    *shows, retire, cancel = block.splitlines()

    shown = [reader.shell(command) for command in shows]
    refused, kept = reader.shell(retire), reader.shell(cancel)

    assert [one.stdout for one in shown if one.returncode not in (0, 1)] == []
    assert json.loads(shown[-1].stdout)
    assert refused.returncode == 1
    assert "nextwork-kms-table" in refused.stdout
    assert kept.returncode in (0, 1)
    kms = reader.run.aws.client("kms")
    assert kms.describe_key(KeyId="alias/nextwork-kms-key")["KeyMetadata"]["KeyState"] == "Enabled"
