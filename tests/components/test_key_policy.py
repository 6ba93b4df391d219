"""Key policies: what the console writes, byte for byte, and the least that people need."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components.key_policy import (
    MAXIMUM_BYTES,
    PROFILES,
    Document,
    KeyAccess,
    KeyPolicyError,
    ProtectedTable,
    console_policy,
    strict_policy,
    to_json,
)
from components.principals import Scope

GOLDEN = Path(__file__).parent / "golden" / "key-consolepolicy-3.json"
OWN = "arn:aws:iam::111122223333"
TABLE = ProtectedTable("orders", "eu-west-1", Scope("aws", "111122223333"))
ACCESS = KeyAccess(
    administrators=[f"{OWN}:user/bob"],
    users=[f"{OWN}:role/app", f"{OWN}:user/ann"],
    other_accounts=["arn:aws:iam::444455556666:root"],
    deployers=[f"{OWN}:role/deploy"],
)
USE = {"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:GenerateDataKey"}


def statements(document: Document) -> Mapping[str, Mapping[str, Any]]:
    return {statement["Sid"]: statement for statement in document["Statement"]}


def test_the_console_profile_equals_the_consoles_policy_byte_for_byte() -> None:
    assert json.dumps(console_policy(ACCESS, TABLE), indent=4) + "\n" == GOLDEN.read_text()


def test_a_statement_without_principals_is_left_out() -> None:
    assert list(statements(console_policy(KeyAccess(), TABLE))) == ["Enable IAM User Permissions"]
    assert list(statements(strict_policy(KeyAccess(), TABLE))) == ["KeyManagementByAccount"]


def test_administrators_of_a_multi_region_key_replicate_it_too() -> None:
    policy = statements(console_policy(ACCESS, replace(TABLE, is_multi_region=True)))

    actions = policy["Allow access for Key Administrators"]["Action"]
    assert actions[-2:] == ["kms:ReplicateKey", "kms:UpdatePrimaryRegion"]


def test_administrators_of_a_strict_key_can_neither_use_it_nor_let_others_use_it() -> None:
    policy = statements(strict_policy(ACCESS, TABLE))

    for sid in ("KeyManagementByAccount", "KeyAdministration"):
        actions = set(policy[sid]["Action"])
        assert actions & {*USE, "kms:CreateGrant"} == set()
        assert not any("*" in action for action in actions)
        assert "kms:PutKeyPolicy" in actions


def test_a_strict_key_user_decrypts_this_tables_items_through_dynamodb_and_no_more() -> None:
    usage = statements(strict_policy(ACCESS, TABLE))["KeyUsage"]

    assert usage["Action"] == "kms:Decrypt"
    assert usage["Principal"] == {"AWS": [f"{OWN}:role/app", f"{OWN}:user/ann"]}
    assert usage["Condition"] == {
        "StringEquals": {
            "kms:ViaService": "dynamodb.eu-west-1.amazonaws.com",
            "kms:CallerAccount": "111122223333",
            "kms:EncryptionContext:aws:dynamodb:tableName": "orders",
            "kms:EncryptionContext:aws:dynamodb:subscriberId": "111122223333",
        }
    }


def test_other_accounts_have_separate_statements() -> None:
    elsewhere = "arn:aws:iam::777788889999:role/reader"
    access = replace(ACCESS, users=[*ACCESS.users, elsewhere])

    usage = statements(strict_policy(access, TABLE))["KeyUsageByOtherAccounts"]

    assert usage["Principal"] == {"AWS": ["arn:aws:iam::444455556666:root", elsewhere]}
    assert usage["Condition"]["StringEquals"]["kms:CallerAccount"] == ["444455556666", "777788889999"]


def test_a_deployer_can_create_grants_for_the_table_and_for_applications_of_this_table() -> None:
    policy = statements(strict_policy(ACCESS, TABLE))

    granting = {sid for sid, statement in policy.items() if "kms:CreateGrant" in statement["Action"]}
    assert granting == {"TableCreationGrant", "ApplicationGrants"}
    assert policy["TableCreationGrant"]["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    applications = policy["ApplicationGrants"]["Condition"]
    assert applications["ForAllValues:StringEquals"] == {"kms:GrantOperations": "Decrypt"}
    assert applications["Null"] == {"kms:GrantOperations": "false"}
    assert applications["StringEquals"]["kms:EncryptionContext:aws:dynamodb:tableName"] == "orders"


def test_without_application_grants_a_deployer_can_create_grants_for_the_table_only() -> None:
    policy = statements(strict_policy(replace(ACCESS, application_grants=False), TABLE))

    granting = {sid for sid, statement in policy.items() if "kms:CreateGrant" in statement["Action"]}
    assert granting == {"TableCreationGrant"}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_service_users_can_create_grants_for_aws_services_only(
    profile: Callable[[KeyAccess, ProtectedTable], Document],
) -> None:
    role = (
        f"{OWN}:role/aws-service-role/replication.dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBReplication"
    )

    policy = statements(profile(replace(ACCESS, service_users=[role]), TABLE))

    assert policy["KeyServiceGrants"]["Principal"] == {"AWS": role}
    assert policy["KeyServiceGrants"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def test_too_many_principals_are_refused_with_the_size_and_the_limit() -> None:
    many = [f"{OWN}:role/{number:060}" for number in range(400)]

    with pytest.raises(KeyPolicyError, match=f"{MAXIMUM_BYTES:,}.*Name fewer principals"):
        to_json(strict_policy(replace(ACCESS, users=many), TABLE))


def test_the_error_names_characters_that_kms_rejects() -> None:
    with pytest.raises(KeyPolicyError, match="€"):
        to_json(strict_policy(replace(ACCESS, statements=[{"Sid": "€", "Principal": {"AWS": "x"}}]), TABLE))


def test_a_duplicate_sid_is_refused() -> None:
    for profile in PROFILES.values():
        for sid in statements(profile(ACCESS, TABLE)):
            more = {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": "kms:Sign", "Resource": "*"}

            with pytest.raises(KeyPolicyError, match=f"two statements have the Sid '{sid}'"):
                profile(replace(ACCESS, statements=[more]), TABLE)


def test_in_china_arns_have_the_partition_and_service_names_stay_the_same() -> None:
    user = "arn:aws-cn:iam::111122223333:user/ann"
    table = ProtectedTable("orders", "cn-north-1", Scope("aws-cn", "111122223333"))

    policy = statements(strict_policy(KeyAccess(users=[user], deployers=[user]), table))

    assert policy["KeyManagementByAccount"]["Principal"] == {"AWS": "arn:aws-cn:iam::111122223333:root"}
    via = policy["KeyUsage"]["Condition"]["StringEquals"]["kms:ViaService"]
    assert via == "dynamodb.cn-north-1.amazonaws.com"
    grantees = policy["ApplicationGrants"]["Condition"]["ArnLike"]["kms:GranteePrincipal"]
    assert grantees == "arn:aws-cn:iam::111122223333:role/*"


def test_the_maximum_size_is_accepted_and_counts_bytes() -> None:
    frame = len(to_json({"x": ""}))

    assert len(to_json({"x": "a" * (MAXIMUM_BYTES - frame)})) == MAXIMUM_BYTES
    with pytest.raises(KeyPolicyError, match="32,769 bytes, but KMS accepts at most 32,768"):
        to_json({"x": "a" * (MAXIMUM_BYTES - frame + 1)})
    with pytest.raises(KeyPolicyError, match="bytes"):
        to_json({"x": "é" * (MAXIMUM_BYTES // 2)})


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_additional_statements_come_last_unchanged(
    profile: Callable[[KeyAccess, ProtectedTable], Document],
) -> None:
    more = {"Sid": "Audit", "Effect": "Allow", "Principal": {"AWS": f"{OWN}:role/audit"}, "Action": "kms:*"}

    assert profile(replace(ACCESS, statements=[more]), TABLE)["Statement"][-1] == more


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_the_account_statement_can_be_left_out(
    profile: Callable[[KeyAccess, ProtectedTable], Document],
) -> None:
    named = [s["Principal"]["AWS"] for s in profile(replace(ACCESS, account_root=False), TABLE)["Statement"]]

    assert TABLE.scope.root not in named
