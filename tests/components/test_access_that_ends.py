"""Access with an end: the key policy denies it after that time, without a deployment.

`ENDING_CASES=1000` sets how many key users are tried.
"""

import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from components.caller import Caller
from components.key_access import declared_access, ended_access, preflight
from components.key_access import key_policy as rendered
from components.key_policy import ProtectedTable
from components.key_settings import KeySettings
from components.key_user import KeyUser
from components.principals import Scope
from local.process import Credentials, LocalAws, running
from tests.engine.programs import outcome

CASES = int(os.environ.get("ENDING_CASES", "12"))
SCOPE = Scope("aws", "111122223333")
CALLER = Caller("arn:aws:iam::111122223333:user/owner", SCOPE, "us-east-1")
TABLE = ProtectedTable("orders", "us-east-1", SCOPE)
KEY_CACHE = 300
DENIED = "KMS key access denied error"
USERS = 4


def settings(*key_users: object, **more: object) -> KeySettings:
    return KeySettings.model_validate({"key_users": key_users, "deployers": ["user/owner"], **more})


def statements(of: KeySettings) -> dict[str, Any]:
    text = rendered(of, TABLE, CALLER)
    assert isinstance(text, str)
    return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


@pytest.mark.parametrize(
    ("given", "until"),
    [
        ("2027-01-31", "2027-01-31T00:00:00Z"),
        ("2027-01-31 00:00:00 +0000 UTC", "2027-01-31T00:00:00Z"),
        ("2027-01-31 18:00:00 +0100 +0100", "2027-01-31T17:00:00Z"),
        ("2027-01-31T18:00:00-05:00", "2027-01-31T23:00:00Z"),
    ],
)
def test_an_end_is_a_date_or_a_time_also_as_the_engine_writes_it_without_quotes_in_yaml(
    given: str, until: str
) -> None:
    (user,) = settings({"principal": "user/ann", "until": given}).key_users

    assert isinstance(user, KeyUser)
    assert user.until == until


def test_each_end_has_a_statement_with_its_time() -> None:
    policy = statements(
        settings(
            "role/app",
            {"principal": "role/on-call", "until": "2027-01-31"},
            {"principal": "user/ann", "until": "2027-01-31T01:00:00+01:00", "reason": "INC-7"},
            {"principal": "arn:aws:iam::444455556666:role/auditor", "until": "2027-03-01"},
        )
    )

    usage = policy["KeyUsageUntil20270131T000000Z"]
    assert usage["Principal"]["AWS"] == [f"{SCOPE.root[:-4]}role/on-call", f"{SCOPE.root[:-4]}user/ann"]
    assert usage["Condition"]["DateLessThan"] == {"aws:CurrentTime": "2027-01-31T00:00:00Z"}
    assert {key: value for key, value in usage["Condition"].items() if key != "DateLessThan"} == policy[
        "KeyUsage"
    ]["Condition"]
    other = policy["KeyUsageUntil20270301T000000ZByOtherAccounts"]
    assert other["Condition"]["StringEquals"]["kms:CallerAccount"] == "444455556666"


def test_a_temporary_user_of_a_console_key_can_create_no_grant() -> None:
    policy = statements(
        settings("user/ann", {"principal": "user/bob", "until": "2027-01-31"}, key_policy_profile="console")
    )

    assert policy["Allow use of the key until 20270131T000000Z"]["Principal"]["AWS"].endswith("user/bob")
    assert policy["Allow attachment of persistent resources"]["Principal"]["AWS"].endswith("user/ann")


def test_the_declaration_states_the_end_and_the_reason() -> None:
    declared = declared_access(
        settings({"principal": "user/ann", "until": "2027-01-31", "reason": "INC-7"}), CALLER
    )

    assert isinstance(declared, list)
    assert {
        "principal": f"{SCOPE.root[:-4]}user/ann",
        "role": "keyUser",
        "until": "2027-01-31T00:00:00Z",
        "reason": "INC-7",
    } in declared


def test_an_entry_that_has_ended_is_reported_for_removal() -> None:
    past, future = "2020-01-31", (datetime.now(UTC) + timedelta(days=1)).isoformat()
    found = ended_access(
        settings({"principal": "user/ann", "until": future}, {"principal": "user/bob", "until": past})
    )

    assert [str(problem) for problem in found] == [
        "keyUsers[1]: the access of user/bob ended at 2020-01-31T00:00:00Z. Remove the entry."
    ]


def test_a_key_user_is_listed_once_with_one_end() -> None:
    (problem,) = preflight(
        settings("user/ann", {"principal": "user/ann", "until": "2027-01-31"}), TABLE, CALLER
    )

    assert str(problem) == (
        "keyUsers[1]: 'user/ann' is listed twice: until 2027-01-31T00:00:00Z, and until further notice. "
        "Keep one of the two."
    )


@dataclass
class Clock:
    """The local AWS with a clock that tests can advance."""

    aws: LocalAws
    passed: float = 0
    people: dict[str, Credentials] = field(default_factory=dict)

    def now(self) -> float:
        return time.time() + self.passed

    def go_to(self, moment: float) -> None:
        """Let time pass until then."""
        seconds = max(0.0, moment - self.now())
        self.aws.let_pass(seconds)
        self.passed += seconds


@pytest.fixture(scope="module")
def clock() -> Iterator[Clock]:
    with running(table_key_cache_seconds=KEY_CACHE) as aws:
        found = Clock(aws)
        iam = aws.client("iam")
        for number in range(USERS):
            name = f"temporary-{number}"
            iam.create_user(UserName=name)
            iam.attach_user_policy(
                UserName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
            )
            key = iam.create_access_key(UserName=name)["AccessKey"]
            found.people[name] = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
        yield found


@pytest.mark.parametrize("profile", ["strict", "console"])
def test_access_is_denied_once_its_end_and_the_key_cache_have_passed(clock: Clock, profile: str) -> None:
    chance = random.Random(profile)  # noqa: S311  # no secret
    for case in range(CASES // 2 // USERS or 1):
        ends = {name: int(clock.now()) + chance.randint(3_600, 30 * 86_400) for name in clock.people}
        table = f"{profile}-{case}"
        key = make_table(clock.aws, table, profile, ends)
        for name, end in sorted(ends.items(), key=lambda pair: pair[1]):
            clock.go_to(end - 60)
            if clock.now() < end:  # two ends can be less than a minute apart
                assert reads(clock, name, table) == "allowed"
                assert gains(clock, name, key) == []
            clock.go_to(end + KEY_CACHE + 1)
            assert reads(clock, name, table) == DENIED
        assert {reads(clock, name, table) for name in ends} == {DENIED}


def make_table(aws: LocalAws, table: str, profile: str, ends: dict[str, int]) -> str:
    entries = [
        {"principal": f"user/{name}", "until": datetime.fromtimestamp(end, UTC).isoformat()}
        for name, end in ends.items()
    ]
    policy = rendered(
        settings(*entries, key_policy_profile=profile), ProtectedTable(table, "us-east-1", SCOPE), CALLER
    )
    key: str = aws.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]
    aws.client("dynamodb").create_table(
        TableName=table,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    return key


def reads(clock: Clock, name: str, table: str) -> str:
    dynamodb = clock.aws.client("dynamodb", clock.people[name])
    return outcome(lambda: dynamodb.get_item(TableName=table, Key={"id": {"S": "1"}}))


def gains(clock: Clock, name: str, key: str) -> list[str]:
    """The allowed calls that would give permanent access."""
    kms = clock.aws.client("kms", clock.people[name])
    owner = f"{SCOPE.root[:-4]}user/{name}"
    calls = {
        "CreateGrant": lambda: kms.create_grant(KeyId=key, GranteePrincipal=owner, Operations=["Decrypt"]),
        "PutKeyPolicy": lambda: kms.put_key_policy(
            KeyId=key,
            Policy=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Principal": {"AWS": owner}, "Action": "kms:*", "Resource": "*"}
                    ],
                }
            ),
        ),
    }
    return [call for call, make in calls.items() if outcome(make) == "allowed"]
