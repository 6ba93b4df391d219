"""Everyone who can read a table, on the local AWS: exactly the readers are shown."""

import csv
import io
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from encrypted_tables.iam.answer import Grade
from encrypted_tables.verify.collect.account import read_account
from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.inventory import Target, survey
from encrypted_tables.verify.collect.observe import Unknown
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.who_can.evaluate import rows
from encrypted_tables.who_can.look import subject_of
from local.local_run import ROOT
from local.process import Credentials, LocalAws, running
from tests.verify.world import ACCOUNT, REGION, World, key_policy
from tests.warm_starts.cli import encrypted_tables

OWNER = f"arn:aws:iam::{ACCOUNT}:user/owner"


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with running() as started:
        yield started


@pytest.fixture
def world(aws: LocalAws) -> Iterator[World]:
    made = World(aws)
    yield made
    made.end_access()


Done = subprocess.CompletedProcess[str]


def command(aws: LocalAws, *words: str, credentials: Credentials | None = None) -> Done:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **aws.environment(credentials)}
    return subprocess.run(
        encrypted_tables("who-can", *words, "--region", REGION),
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def principals(done: Done) -> dict[str, dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    (table,) = json.loads(done.stdout)["tables"]
    return {one["arn"]: one for one in table["principals"]}


def test_a_reader_by_iam_policies_alone_is_shown_with_the_statements(world: World) -> None:
    reader = world.user(policy=None)
    world.user_policy(
        reader, {"Effect": "Allow", "Action": ["dynamodb:GetItem", "kms:Decrypt"], "Resource": "*"}
    )
    bystander, without_key = world.user(policy=None), world.user()
    table = world.table(world.key())

    found = principals(command(world.aws, table, "--format", "json"))

    shown = found[reader.arn]
    assert (shown["read"], shown["write"], shown["useKey"], shown["administer"]) == ("yes", "no", "yes", "no")
    assert "read: statement 1 of policy extra" in shown["because"][0]
    assert bystander.arn not in found
    assert (found[without_key.arn]["read"], found[without_key.arn]["copy"]) == ("no", "cannot tell")
    assert (found[OWNER]["administer"], found[OWNER]["proven"]) == ("yes", True)
    assert found[f"arn:aws:iam::{ACCOUNT}:root"]["read"] == "yes"


def test_a_grant_for_the_tables_encryption_context_lets_its_grantee_use_the_key(world: World) -> None:
    reader, key = world.user(), world.key()
    table = world.table(key)
    context = {"aws:dynamodb:tableName": table, "aws:dynamodb:subscriberId": ACCOUNT}
    kms = world.client("kms")
    kms.create_grant(
        KeyId=key,
        GranteePrincipal=reader.arn,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": context},
    )
    ciphertext = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)["CiphertextBlob"]

    shown = principals(command(world.aws, table, "--format", "json"))[reader.arn]

    theirs = world.aws.client("kms", reader.credentials)
    assert theirs.decrypt(CiphertextBlob=ciphertext, EncryptionContext=context)["Plaintext"] == b"x"
    assert (shown["read"], shown["useKey"]) == ("yes", "yes")


def test_other_accounts_and_everyone_are_shown_with_the_missing_fact(world: World) -> None:
    other = "arn:aws:iam::444455556666:root"
    decrypt = {"Effect": "Allow", "Principal": {"AWS": other}, "Action": "kms:Decrypt", "Resource": "*"}
    table = world.table(world.key(statements=(decrypt,)))
    world.table_policy(table, {"Effect": "Allow", "Principal": {"AWS": other}, "Action": "dynamodb:GetItem"})

    shown = principals(command(world.aws, table, "--format", "json"))[other]

    assert (shown["read"], shown["write"], shown["useKey"]) == ("yes", "no", "yes")


def test_the_csv_has_a_line_for_each_principal(world: World) -> None:
    table = world.table(world.key())

    done = command(world.aws, table, "--format", "csv")

    lines = list(csv.DictReader(io.StringIO(done.stdout)))
    (owner,) = (line for line in lines if line["principal"] == OWNER)
    assert (owner["table"], owner["read"], owner["run_by"]) == (table, "yes", OWNER)


def test_the_table_in_the_terminal_lists_each_reader(world: World) -> None:
    table = world.table(world.key())

    done = command(world.aws, table)

    assert done.returncode == 0
    assert f"{table} ({REGION})" in done.stdout


def test_a_pipe_gets_the_subject_and_one_line_for_each_principal_of_each_table(world: World) -> None:
    key = world.key()
    tables = [world.table(key), world.table(key)]

    done = command(world.aws, *tables)

    assert done.returncode == 0, done.stderr
    assert ["run", "by", OWNER] in [line.split() for line in done.stdout.splitlines()]
    assert "local AWS, http://127.0.0.1" in done.stdout
    found = [line.split("\t")[0] for line in done.stdout.splitlines() if f"\t{OWNER}\t" in line]
    assert found == tables


def test_the_page_shows_the_readers_and_the_subject(world: World) -> None:
    table = world.table(world.key())

    done = command(world.aws, table, "--format", "html")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("<!doctype html>")
    assert f"<code>{OWNER}</code>" in done.stdout


def test_an_account_that_may_not_be_listed_is_cannot_tell(world: World) -> None:
    user = world.user()
    table = world.table(world.key(user.arn))

    done = command(world.aws, table, credentials=user.credentials)

    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be listed, so a reader could be overlooked" in done.stderr
    assert "iam:GetAccountAuthorizationDetails" in done.stderr


def test_a_missing_table_is_one_message(world: World) -> None:
    done = command(world.aws, "never-made")

    assert (done.returncode, done.stdout) == (2, "")
    assert "never-made" in done.stderr


ACTIONS = ("dynamodb:GetItem", "dynamodb:*", "kms:Decrypt", "kms:*", "*", "s3:*", "dynamodb:Query")


def statement(random: Random, actions: Sequence[str] = ACTIONS, **more: object) -> dict[str, Any]:
    condition = random.choice(
        [
            {},
            {},
            {"StringEquals": {"aws:RequestedRegion": random.choice([REGION, "eu-west-1"])}},
            {"StringLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/*"}},
        ]
    )
    effect = random.choices(["Allow", "Deny"], [5, 1])[0]
    element = random.choices(["Action", "NotAction"], [8, 1])[0] if actions is ACTIONS else "Action"
    made = {
        "Effect": effect,
        element: random.sample(actions, random.randint(1, min(3, len(actions)))),
        "Resource": "*",
        **more,
    }
    return {**made, "Condition": condition} if condition else made


@pytest.mark.parametrize("seed", range(4))
def test_predictions_agree_with_the_reads_of_every_user(
    world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Generated worlds, in which every user reads: no reader is hidden, none is invented, none is unclear."""
    random = Random(seed)  # noqa: S311  # worlds, not secrets
    users = [world.user(policy=None) for _ in range(12)]
    for user in users:
        world.user_policy(user, *(statement(random) for _ in range(random.randint(1, 3))))
    named = [
        {"AWS": [one.arn for one in random.sample(users, 3)]},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "*",
    ]
    of_key = ("kms:Decrypt", "kms:Encrypt")  # a policy that nobody could change any more is refused
    statements = [
        statement(random, of_key, Principal=random.choice(named)) for _ in range(random.randint(0, 3))
    ]
    key = world.key()
    table = world.table(key)
    policy = key_policy(statements=tuple(statements))
    world.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
    if random.random() < 0.5:
        world.table_policy(table, statement(random, Principal=random.choice(named)))

    monkeypatch.setenv("AWS_ENDPOINT_URL", world.aws.endpoint_url)
    predicted = read_predictions(world, table)

    proven = {user.arn: reads(world, user.credentials, table) for user in users}
    assert {arn: predicted[arn] for arn in proven} == {
        arn: Grade.YES if allowed else Grade.NO for arn, allowed in proven.items()
    }


def read_predictions(world: World, table: str) -> dict[str, Grade]:
    owner = world.aws.owner
    session = boto3.Session(owner.access_key_id, owner.secret_access_key, region_name=REGION)
    connections = Connections(session, REGION, 4)
    (place,) = survey(connections, [Target(table, REGION)], Parallel(1, Console(quiet=True)))
    account = read_account(connections, ACCOUNT)
    assert not isinstance(account, Unknown)
    return {row.principal.arn: row.read.grade for row in rows(account, subject_of(place))}


def reads(world: World, credentials: Credentials, table: str) -> bool:
    dynamodb = world.aws.client("dynamodb", credentials, region=REGION)
    answers = []
    by_id = {"KeyConditionExpression": "id = :id", "ExpressionAttributeValues": {":id": {"S": "1"}}}
    for call, arguments in (
        (dynamodb.get_item, {"Key": {"id": {"S": "1"}}}),
        (dynamodb.query, by_id),
        (dynamodb.scan, {}),
    ):
        try:
            call(TableName=table, **arguments)
            answers.append(True)
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDeniedException":
                raise
            answers.append(False)
    return any(answers)
