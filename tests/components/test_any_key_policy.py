"""For any input, the result is a document that KMS accepts, with exactly the named principals."""

import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.caller import Caller
from components.key_access import key_policy
from components.key_policy import MAXIMUM_BYTES, ProtectedTable
from components.key_settings import KeySettings
from components.principals import Scope, canonical_principal
from components.settings_error import SettingsError
from local.process import LocalAws, running

SCOPE = Scope("aws", "111122223333")
CALLER = Caller("arn:aws:iam::111122223333:user/owner", SCOPE, "us-east-1")
NAMES = st.from_regex(r"[A-Za-z0-9+=,.@_-]{1,64}", fullmatch=True)
PATHS = st.lists(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True), max_size=2).map(
    lambda parts: "".join(f"{part}/" for part in parts)
)
ACCOUNTS = st.from_regex(r"[0-9]{12}", fullmatch=True)
PEOPLE = st.builds("{}/{}{}".format, st.sampled_from(["user", "role"]), PATHS, NAMES)
SPELLINGS = st.one_of(PEOPLE, st.builds("arn:aws:iam::{}:{}".format, ACCOUNTS, PEOPLE))
NAMED = st.lists(SPELLINGS, max_size=8)
TABLES = st.from_regex(r"[a-zA-Z0-9_.-]{3,255}", fullmatch=True).map(
    lambda name: ProtectedTable(name, "us-east-1", SCOPE)
)
OTHERS = st.lists(ACCOUNTS.filter(lambda account: account != SCOPE.account_id), max_size=3)
SETTINGS = st.fixed_dictionaries(
    {
        "key_policy_profile": st.sampled_from(["strict", "console"]),
        "key_administrators": NAMED,
        "key_users": NAMED,
        "key_service_users": NAMED,
        "other_accounts": OTHERS,
        "deployers": NAMED,
        "multi_region": st.booleans(),
    }
)
PEOPLE_SETTINGS = ("key_administrators", "key_users", "key_service_users", "other_accounts")


def rendered(given_settings: Mapping[str, Any], table: ProtectedTable) -> dict[str, Any]:
    text = key_policy(KeySettings.model_validate(given_settings), table, CALLER)
    assert isinstance(text, str)
    assert len(text.encode()) <= MAXIMUM_BYTES
    document: dict[str, Any] = json.loads(text)
    return document


def principals(statement: Mapping[str, Any]) -> list[str]:
    named = statement["Principal"]["AWS"]
    return [named] if isinstance(named, str) else list(named)


@given(SETTINGS, TABLES)
def test_the_document_has_exactly_the_named_principals(
    given_settings: dict[str, Any], table: ProtectedTable
) -> None:
    strict = given_settings["key_policy_profile"] == "strict"
    settings_named = (*PEOPLE_SETTINGS, "deployers") if strict else PEOPLE_SETTINGS
    named = {canonical_principal(p, SCOPE) for s in settings_named for p in given_settings[s]}

    statements = rendered(given_settings, table)["Statement"]

    assert {p for statement in statements for p in principals(statement)} == named | {SCOPE.root}
    assert all(len(set(principals(s))) == len(principals(s)) for s in statements)


@given(SETTINGS, TABLES)
def test_each_statement_follows_the_grammar_of_iam(
    given_settings: dict[str, Any], table: ProtectedTable
) -> None:
    document = rendered(given_settings, table)

    sids = [statement["Sid"] for statement in document["Statement"]]
    assert document["Version"] == "2012-10-17"
    assert len(set(sids)) == len(sids)
    for statement in document["Statement"]:
        assert set(statement) <= {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
        assert (statement["Effect"], statement["Resource"]) == ("Allow", "*")
        assert principals(statement) != []


@given(SETTINGS, TABLES, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(
    given_settings: dict[str, Any], table: ProtectedTable, chance: random.Random
) -> None:
    shuffled = {
        name: chance.sample([*value, *value], 2 * len(value)) if isinstance(value, list) else value
        for name, value in given_settings.items()
    }

    assert rendered(shuffled, table) == rendered(given_settings, table)


@given(st.integers(1, 900), TABLES)
@settings(max_examples=30)
def test_a_document_fits_or_the_error_says_how_to_shorten_it(number: int, table: ProtectedTable) -> None:
    people = {"key_users": [f"role/{one:040}" for one in range(number)], "deployers": ["user/d"]}
    policy = {"Version": "2012-10-17", "Statement": []}
    at_least = len(json.dumps(policy)) + sum(len(f"{SCOPE.root[:-4]}role/") + 40 for _ in range(number))

    if at_least > MAXIMUM_BYTES:
        with pytest.raises(SettingsError, match="Name fewer principals"):
            rendered(people, table)
    elif number < 300:
        assert len(principals(statement_of(rendered(people, table), "KeyUsage"))) == number


def statement_of(document: Mapping[str, Any], sid: str) -> Mapping[str, Any]:
    (statement,) = [one for one in document["Statement"] if one["Sid"] == sid]
    found: Mapping[str, Any] = statement
    return found


EXISTING = ["user/owner", "user/ann", "user/team/bob", "role/app", "role/ci/deploy"]
SUBSETS = st.lists(st.sampled_from(EXISTING), max_size=5)
KNOWN = st.fixed_dictionaries(
    {
        "key_policy_profile": st.sampled_from(["strict", "console"]),
        "key_administrators": SUBSETS,
        "key_users": SUBSETS,
        "key_service_users": SUBSETS,
        "other_accounts": st.sampled_from([[], ["444455556666"]]),
        "deployers": st.just(["user/owner"]),
    }
)


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": SCOPE.root}}],
        }
    )
    with running() as local_aws:
        iam = local_aws.client("iam")
        local_aws.open_account("444455556666")
        iam.create_user(UserName="ann")
        iam.create_user(UserName="bob", Path="/team/")
        iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust)
        iam.create_role(RoleName="deploy", Path="/ci/", AssumeRolePolicyDocument=trust)
        yield local_aws


@given(KNOWN)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_kms_accepts_the_document_and_returns_it_unchanged(
    aws: LocalAws, given_settings: dict[str, Any]
) -> None:
    kms = aws.client("kms")
    document = rendered(given_settings, ProtectedTable("orders", "us-east-1", SCOPE))

    key = kms.create_key(Policy=json.dumps(document))["KeyMetadata"]["KeyId"]

    assert json.loads(kms.get_key_policy(KeyId=key)["Policy"]) == document
