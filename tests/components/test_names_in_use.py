"""Names that are made of other names: held to AWS's limits, and never used twice."""

from typing import Any

import pytest

from components.caller import Caller
from components.preflight import preflight
from components.principals import Scope
from components.problems import validated
from components.settings_error import SettingsError
from components.table_settings import TableSettings

CALLER = Caller("arn:aws:iam::111122223333:user/owner", Scope("aws", "111122223333"), "eu-west-1")


def problems(name: str = "orders", **more: object) -> list[str]:
    settings = validated("table", {"partition_key": "id", **more}, TableSettings)
    return [str(problem) for problem in preflight(name, settings, CALLER)]


@pytest.mark.parametrize("name", ["or", "the orders", "orders/eu", "x" * 256])
def test_a_component_with_a_name_that_is_invalid_for_a_table_needs_a_table_name(name: str) -> None:
    first = problems(name)[0]

    assert first.startswith(f"tableName: is left out, and {name!r} is not a name for DynamoDB")
    assert problems(name, table_name="orders") == []


def test_a_table_name_that_is_too_long_for_an_alias_needs_an_alias() -> None:
    assert problems("x" * 250) == []
    (reported,) = problems("x" * 251)

    assert reported.startswith("keyAlias: is left out, and 'alias/xxx")
    assert problems("x" * 251, key_alias="orders") == []


def test_a_duplicate_alias_is_refused_with_or_without_its_prefix() -> None:
    reported = problems(key_alias="alias/orders", additional_key_aliases=["sales", "orders", "alias/sales"])

    assert reported == [
        "additionalKeyAliases[1]: 'alias/orders' is already an alias of the key.",
        "additionalKeyAliases[2]: 'alias/sales' is already an alias of the key.",
    ]


def test_a_duplicate_of_the_default_alias_is_refused() -> None:
    assert problems("or.ders", additional_key_aliases=["or-ders"]) == [
        "additionalKeyAliases[0]: 'alias/or-ders' is already an alias of the key."
    ]


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({"note": "R&D"}, "the tag value 'R&D' has '&'"),
        ({"a!": "b"}, "the tag key 'a!' has '!'"),
        ({"AWS:x": "b"}, "is reserved"),
        ({"": "b"}, "a tag key is empty"),
        ({"k" * 129: "b"}, "has 129 characters; AWS accepts at most 128"),
        ({"k": "v" * 257}, "has 257 characters; AWS accepts at most 256"),
    ],
)
def test_the_error_names_tags_that_aws_rejects(tags: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        problems(tags=tags)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "tags",
    [
        {"Owner": "x", "owner": "y"},
        {"cost centre": "4711"},
        {"team": "Müller/Öl"},
        {"a": ""},
        {"x" * 128: "v" * 256},
    ],
)
def test_tags_may_have_letters_of_any_language_digits_spaces_and_empty_values(tags: dict[str, str]) -> None:
    assert problems(tags=tags) == []


OTHER = "arn:aws:dynamodb:eu-west-1:444455556666:table/orders"
STATEMENT = {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "dynamodb:GetItem"}
OWN = OTHER.replace("444455556666", "111122223333")


@pytest.mark.parametrize(
    ("setting", "path"),
    [
        ({"key_arn": "arn:aws:kms:eu-west-1:444455556666:key/1"}, "keyArn"),
        ({"restore_from": {"table_arn": OTHER}}, "restoreFrom.tableArn"),
        ({"restore_from": {"backup_arn": f"{OTHER}/backup/1"}}, "restoreFrom.backupArn"),
    ],
)
def test_a_key_or_restore_source_of_another_account_is_refused(setting: dict[str, Any], path: str) -> None:
    assert problems(**setting) == [
        f"{path}: is in account 444455556666, but the table is in 111122223333; give one in 111122223333."
    ]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ({"restore_from": {"table_arn": OWN}}, "restoreFrom.tableArn: is the table itself"),
        (
            {"restore_from": {"table_arn": OWN.replace("arn:aws:", "arn:aws-cn:")}},
            "restoreFrom.tableArn: is in the partition aws-cn, but the table is in aws.",
        ),
        ({"region": "cn-north-1"}, "region: 'cn-north-1' is in the partition aws-cn"),
        ({"replica_regions": ["us-gov-west-1"]}, "replicaRegions[0]: 'us-gov-west-1' is in the partition"),
        ({"replica_regions": ["eu-west-1"]}, "replicaRegions[0]: 'eu-west-1' is the table's own Region."),
        (
            {"replica_regions": ["eu-west-2", "us-east-1"], "replica_consistency": "STRONG"},
            "replicaRegions[1]: 'us-east-1' and 'eu-west-1' are in different parts of the world",
        ),
        ({"former_names": {"order-table": "x"}}, "formerNames.order-table: is not the name of a resource of"),
        ({"former_names": {"orders-tabel": "x"}}, "formerNames.orders-tabel: is not the name of a resource"),
        (
            {"application_access": {"app": {"role": "arn:aws:iam::444455556666:role/a", "access": "READ"}}},
            "applicationAccess.app.role: role arn:aws:iam::444455556666:role/a is of another account",
        ),
        (
            {
                "application_access": {
                    "app": {"role": "arn:aws-cn:iam::111122223333:role/a", "access": "READ"}
                }
            },
            "applicationAccess.app.role: 'arn:aws-cn:iam::111122223333:role/a' is in the partition aws-cn",
        ),
        (
            {"resource_policy_statements": [{**STATEMENT, "Sid": "a" * 20_480}]},
            "resourcePolicyStatements: make a policy of 20,",
        ),
    ],
)
def test_values_that_aws_never_accepts_are_reported(setting: dict[str, Any], expected: str) -> None:
    (problem,) = problems(**setting)

    assert problem.startswith(expected)


def test_a_restore_time_in_the_future_is_refused() -> None:
    source = {"table_arn": OWN, "date_time": "9999-01-01T00:00:00Z"}

    assert problems("restored", restore_from=source) == [
        "restoreFrom.dateTime: is 9999-01-01T00:00:00Z, which is in the future; give a time before now."
    ]
