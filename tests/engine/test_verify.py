"""`encrypted-tables verify` on a deployed program: first as declared, then with differences."""

import json

import pytest

from encrypted_tables.engine.stack import Stack
from local.local_run import LocalRun
from tests.documents import Checkout
from tests.engine.programs import User

TABLE = "nextwork-kms-table"
SETTINGS = f"encrypted-tables:tables.{TABLE}"


def verify(run: LocalRun, stack: Stack) -> tuple[int, str]:
    done = Checkout(run, stack.project).shell("encrypted-tables verify --stack dev")
    return done.returncode, done.stdout


def key_for(run: LocalRun, user: str) -> str:
    """An existing key that the account can manage and a user can read with."""
    account = f"arn:aws:iam::{run.aws.account_id}"
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": f"{account}:root"}, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"{account}:user/{user}"},
            "Action": "kms:Decrypt",
            "Resource": "*",
        },
    ]
    kms = run.aws.client("kms")
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    key = kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]
    kms.enable_key_rotation(KeyId=key)
    return str(key)


@pytest.fixture
def stack(own_run: LocalRun) -> Stack:
    return own_run.stack("dev")


@pytest.mark.parametrize("profile", ["console", "strict"])
def test_a_deployed_stack_is_as_declared(own_run: LocalRun, stack: Stack, profile: str) -> None:
    user = User(own_run, "analyst").arn
    stack.set_config(f"{SETTINGS}.keyPolicyProfile", profile)
    stack.set_config(f"{SETTINGS}.keyUsers[0]", user)
    stack.set_config(f"{SETTINGS}.keyUsers[1]", "user/nextwork-kms-user")
    stack.set_config(f"{SETTINGS}.replicaRegions[0]", "eu-west-1")
    stack.up().checked()

    status, output = verify(own_run, stack)

    assert status == 0, output
    assert "eu-west-1" in output
    assert "user/analyst" in output


def test_principals_that_additional_statements_allow_are_declared(own_run: LocalRun, stack: Stack) -> None:
    reader, partner = User(own_run, "reader").arn, "arn:aws:iam::444455556666:root"
    own_run.aws.open_account("444455556666")
    statement = f"{SETTINGS}.keyPolicyStatements[0]"
    stack.set_config(f"{statement}.Effect", "Allow")
    stack.set_config(f"{statement}.Principal.AWS[0]", reader)
    stack.set_config(f"{statement}.Principal.AWS[1]", partner)
    stack.set_config(f"{statement}.Action", "kms:Decrypt")
    statement = f"{SETTINGS}.resourcePolicyStatements[0]"
    stack.set_config(f"{statement}.Effect", "Allow")
    stack.set_config(f"{statement}.Principal.AWS", partner)
    stack.set_config(f"{statement}.Action", "dynamodb:GetItem")
    stack.up().checked()

    status, output = verify(own_run, stack)

    assert status == 0, output


def test_access_by_an_existing_key_is_compared_with_the_expected_access(
    own_run: LocalRun, stack: Stack
) -> None:
    reader, key = User(own_run, "reader").arn, key_for(own_run, "reader")
    for setting in ("testUser", "tables"):
        stack.run("config", "rm", f"encrypted-tables:{setting}").checked()
    stack.set_config(f"{SETTINGS}.partitionKey", "id")
    stack.set_config(f"{SETTINGS}.keyArn", key)
    stack.up().checked()

    status, output = verify(own_run, stack)
    assert (status, reader.partition(":user/")[2] in output) == (1, True), output

    stack.set_config(f"{SETTINGS}.expectedKeyUsers[0]", "user/reader")
    stack.up().checked()
    status, output = verify(own_run, stack)
    assert status == 0, output


def test_undeclared_access_is_found(own_run: LocalRun, stack: Stack) -> None:
    stack.up().checked()
    key = stack.outputs()["tables"][TABLE]["keyArn"]
    kms = own_run.aws.client("kms")
    policy = json.loads(kms.get_key_policy(KeyId=key)["Policy"])
    by_hand = {
        "Sid": "AddedByHand",
        "Effect": "Allow",
        "Principal": {"AWS": stack.outputs()["testUser"]["userArn"]},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    policy["Statement"].append(by_hand)
    kms.put_key_policy(KeyId=key, Policy=json.dumps(policy))

    status, output = verify(own_run, stack)

    assert status == 1, output
    assert "nextwork-kms-user" in output

    stack.up("--refresh").checked()
    assert verify(own_run, stack)[0] == 0
