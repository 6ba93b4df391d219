"""Settings: problems are reported together, each with its path, the value and what to do."""

from typing import Any, get_args

import pulumi
import pytest
from pydantic.alias_generators import to_camel

from components.encrypted_table_args import EncryptedTableArgs
from components.preflight import rule_problems
from components.problems import raise_problems, read_settings, validated
from components.settings_error import SettingsError
from components.table_settings import TableSettings

KEY_ARN = "arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d"
TABLE_ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/before"
BACKUP_ARN = f"{TABLE_ARN}/backup/01489602797149-73d8d5bc"
AWAY_ARN = KEY_ARN.replace("eu-west-1", "us-east-1")


def settings(**more: object) -> TableSettings:
    found, problems = read_settings({"partition_key": {"name": "id"}, **more}, TableSettings)
    raise_problems("table", [*problems, *rule_problems(found)])
    return found


def test_only_a_partition_key_is_required() -> None:
    table = settings()

    assert (table.key_policy_profile, table.enable_key_rotation) == ("strict", True)
    assert (table.point_in_time_recovery, table.is_deletion_protected) == (True, True)
    assert (table.deletion_window_in_days, table.billing_mode) == (30, "PAY_PER_REQUEST")


def test_an_ephemeral_table_can_be_deleted_unless_set_otherwise() -> None:
    assert settings(ephemeral=True).is_deletion_protected is False
    assert settings(ephemeral=True, deletion_protection_enabled=True).is_deletion_protected is True


INDEX: dict[str, Any] = {"name": "by-state", "partition_key": {"name": "state"}}


def included(*attributes: str, name: str = "by-state") -> dict[str, Any]:
    """An index with these attributes besides its keys."""
    return {**INDEX, "name": name, "projection_type": "INCLUDE", "non_key_attributes": attributes}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"deletion_window_in_days": 6},
            "deletion_window_in_days: should be a whole number from 7 to 30, found 6",
        ),
        (
            {"rotation_period_in_days": 89},
            "rotation_period_in_days: should be a whole number from 90",
        ),
        ({"recovery_period_in_days": 36}, "recovery_period_in_days: should be a whole number from 1 to 35"),
        ({"table_name": "or"}, "table_name: 'or' is not a name for DynamoDB"),
        ({"key_alias": "aws/dynamodb"}, "key_alias: 'aws/dynamodb' is reserved"),
        ({"key_alias": "with space"}, "key_alias: 'with space' is not an alias"),
        ({"key_arn": "alias/orders"}, "key_arn: 'alias/orders' is an alias; give the key's ARN"),
        ({"key_arn": "1a2b3c4d"}, "key_arn: '1a2b3c4d' is not a KMS key's ARN"),
        (
            {"key_arn": KEY_ARN, "key_users": ["user/ann"], "multi_region": True},
            "so keyUsers, multiRegion cannot be set",
        ),
        ({"expected_key_users": ["user/ann"]}, "expectedKeyUsers applies only to an existing key"),
        ({"key_arn": KEY_ARN, "expected_key_users": ["*"]}, "expected_key_users[0]: '*' has a wildcard"),
        ({"key_policy_profile": "open"}, "key_policy_profile: should be 'strict' or 'console', found 'open'"),
        ({"key_users": "user/ann"}, "key_users: should be a list, found 'user/ann'"),
        ({"key_users": ["*"]}, "key_users[0]: '*' has a wildcard"),
        ({"key_user": []}, "key_user: unknown setting; did you mean key_users?"),
        ({"ephemeral": "maybe"}, "ephemeral: should be true or false, found 'maybe'"),
        ({"enable_key_rotation": False, "rotation_period_in_days": 90}, "enableKeyRotation is false"),
        ({"key_version": 2, "retained_key_versions": [2]}, "only earlier versions can be retained"),
        ({"sort_key": {"name": "id"}}, "sortKey and partitionKey are the same attribute, 'id'"),
        ({"sort_key": {"name": "at", "type": "D"}}, "sort_key.type: should be 'S', 'N' or 'B', found 'D'"),
        (
            {"global_secondary_indexes": [{**INDEX, "partition_key": {"name": "id", "type": "N"}}]},
            "attribute 'id' has two types: S and N",
        ),
        (
            {"global_secondary_indexes": [{**INDEX, "projection_type": "INCLUDE"}]},
            "global_secondary_indexes[0]: nonKeyAttributes",
        ),
        ({"local_secondary_indexes": [{"name": "by-at", "sort_key": "at"}]}, "need a table with a sortKey"),
        ({"read_capacity": 1}, "readCapacity needs billingMode PROVISIONED"),
        ({"billing_mode": "PROVISIONED", "read_capacity": 1}, "writeCapacity and writeAutoscaling"),
        (
            {
                "billing_mode": "PROVISIONED",
                "write_capacity": 1,
                "read_autoscaling": {"min_capacity": 3, "max_capacity": 2},
            },
            "minCapacity 3 is above maxCapacity 2",
        ),
        (
            {"global_secondary_indexes": [{**INDEX, "read_capacity": 2}]},
            "the capacity of index 'by-state' needs billingMode PROVISIONED",
        ),
        ({"global_secondary_indexes": [INDEX, INDEX]}, "two indexes are named 'by-state'"),
        (
            {"key_version": 3, "retained_key_versions": [1, 1]},
            "retainedKeyVersions has 1 twice",
        ),
        ({"key_version": True}, "key_version: should be a whole number, found true"),
        ({"other_accounts": [5]}, "other_accounts[0]: '5' is not the ARN of a principal"),
        ({"key_users": [], "keyUsers": []}, "is given twice, as key_users and as keyUsers"),
        ({"tags": {"aws:owner": "me"}}, "tags.aws:owner: the tag key 'aws:owner' is reserved"),
        ({"tags": {"secure": True}}, "tags.secure: should be a string, found True"),
        ({"tags": {"note": "x" * 257}}, "has 257 characters; AWS accepts at most 256"),
        ({"tags": {f"tag-{n}": "x" for n in range(51)}}, "tags: has 51 items; AWS accepts at most 50"),
        ({"replica_regions": ["mars"]}, "replica_regions[0]: 'mars' is not a Region"),
        ({"replica_regions": ["eu-west-1", "eu-west-1"]}, "replicaRegions has eu-west-1 twice"),
        ({"region": "eu-west-1", "replica_regions": ["eu-west-1"]}, "is the table's own Region"),
        (
            {"key_arn": KEY_ARN, "replica_regions": ["us-east-1"]},
            "replicaKeyArns must give one for us-east-1",
        ),
        ({"replica_key_arns": {"us-east-1": AWAY_ARN}}, "needs keyArn"),
        (
            {
                "key_arn": KEY_ARN,
                "replica_regions": ["us-east-1"],
                "replica_key_arns": {"us-east-1": KEY_ARN},
            },
            "gives us-east-1 a key in eu-west-1",
        ),
        (
            {"billing_mode": "PROVISIONED", "on_demand_throughput": {"max_read_request_units": 9}},
            "onDemandThroughput needs billingMode PAY_PER_REQUEST",
        ),
        (
            {"on_demand_throughput": {"max_read_request_units": 0}},
            "max_read_request_units: expected at least 1, or -1 to remove a limit; got 0",
        ),
        (
            {"warm_throughput": {"read_units_per_second": 11_999}},
            "warm_throughput.read_units_per_second: should be greater than or equal to 12000, found 11999",
        ),
        ({"restore_from": {}}, "restore_from: give either tableArn or backupArn"),
        ({"restore_from": {"table_arn": "orders"}}, "table_arn: 'orders' is not a table's ARN"),
        (
            {"restore_from": {"backup_arn": BACKUP_ARN, "date_time": "2026-11-01T09:30:00Z"}},
            "restore_from: dateTime needs tableArn",
        ),
        (
            {"restore_from": {"table_arn": TABLE_ARN, "date_time": "2026-11-01T09:30:00"}},
            "date_time: '2026-11-01T09:30:00' is not a time with its offset",
        ),
        (
            {"restore_from": {"table_arn": TABLE_ARN, "date_time": "yesterday"}},
            "date_time: 'yesterday' is not a time",
        ),
        (
            {"import_from": {"bucket": "Orders", "input_format": "CSV"}},
            "import_from.bucket: 'Orders' is not a bucket's name",
        ),
        (
            {"import_from": {"bucket": "orders", "input_format": "ION", "csv_delimiter": ";"}},
            "csvDelimiter and csvHeader need inputFormat CSV, found ION",
        ),
        (
            {
                "import_from": {"bucket": "orders", "input_format": "ION"},
                "restore_from": {"table_arn": TABLE_ARN},
            },
            "restoreFrom and importFrom are both set",
        ),
        (
            {"replica_regions": ["us-east-1"], "replica_consistency": "STRONG"},
            "replicaConsistency STRONG needs two replicaRegions, found 1",
        ),
        (
            {
                "replica_regions": ["us-east-1", "us-west-2"],
                "replica_consistency": "STRONG",
                "ttl_attribute": "expires",
            },
            "DynamoDB does not support ttlAttribute with replicaConsistency STRONG",
        ),
        ({"global_secondary_indexes": [{**INDEX, "sort_key": "state"}]}, "of index 'by-state' are the same"),
        (
            {"sort_key": "at", "local_secondary_indexes": [{"name": "by-id", "sort_key": "id"}]},
            "of index 'by-id' are the same, 'id'",
        ),
        (
            {"global_secondary_indexes": [included(*(f"a{n}" for n in range(21)))]},
            "non_key_attributes: has 21 items; AWS accepts at most 20",
        ),
        (
            {
                "global_secondary_indexes": [
                    included(*(f"a{n}" for n in range(17)), name=f"index-{i}") for i in range(6)
                ]
            },
            "the nonKeyAttributes of all indexes are 102 names; DynamoDB accepts at most 100",
        ),
        ({"global_secondary_indexes": [included("a", "a")]}, "nonKeyAttributes has 'a' twice"),
        (
            {"partition_key": "ä" * 128},
            "has 256 bytes; DynamoDB accepts 1 to 255 in the name of an attribute",
        ),
        ({"ttl_attribute": ""}, "ttl_attribute: '' has 0 bytes"),
        ({"ttl_attribute": "id"}, "ttlAttribute 'id' is a key attribute of type S"),
        (
            {"billing_mode": "PROVISIONED", "write_capacity": 1, "read_capacity": 2**31},
            "read_capacity: should be less than or equal to 2147483647",
        ),
        (
            {
                "billing_mode": "PROVISIONED",
                "write_capacity": 1,
                "read_autoscaling": {"min_capacity": 5, "max_capacity": 9},
                "global_secondary_indexes": [{**INDEX, "read_capacity": 10}],
            },
            "the readCapacity of index 'by-state' is 10, but readAutoscaling keeps it from 5 to 9",
        ),
        ({"replica_regions": ["eu-wset-1"]}, "'eu-wset-1' is not a Region"),
        ({"region": "us-east-11"}, "'us-east-11' is not a Region"),
        ({"key_alias": "alias/"}, "key_alias: 'alias/' is not an alias"),
        ({"additional_key_aliases": [f"a{n}" for n in range(50)]}, "51 aliases; KMS accepts at most 50"),
        ({"former_names": {"": ""}}, "former_names.: '' is not the name of a resource, nor its URN"),
        ({"former_names": {"orders-table": "urn:orders"}}, "'urn:orders' is not the name of a resource"),
        ({"import_from": {"bucket": "a..b", "input_format": "ION"}}, "'a..b' is not a bucket's name"),
        (
            {"import_from": {"bucket": "orders", "input_format": "ION", "key_prefix": "x" * 1025}},
            "key_prefix: ",
        ),
        (
            {
                "import_from": {"bucket": "orders", "input_format": "ION"},
                "sort_key": "at",
                "local_secondary_indexes": [{"name": "by-to", "sort_key": "to"}],
            },
            "DynamoDB creates no localSecondaryIndexes when it imports a table",
        ),
        ({"alarms": {"target_arn": "arn:aws:sqs:eu-west-1:111122223333:a.fifo"}}, "is a FIFO queue"),
        (
            {"key_users": [{"principal": "user/ann", "until": "9999-12-31T23:59:59-05:00"}]},
            "key_users[0].until: '9999-12-31T23:59:59-05:00' is not a date",
        ),
        ({"key_policy_statements": [{"Effect": "Maybe"}]}, "Effect is 'Maybe'; give 'Allow' or 'Deny'"),
        (
            {"key_policy_statements": [{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt"}]},
            "it allows everybody",
        ),
    ],
)
def test_a_mistake_is_reported_with_its_path_the_value_and_what_to_do(
    given: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        settings(**given)

    assert message in str(refused.value)


@pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK gives it no type
def test_a_resource_instead_of_its_arn_is_reported() -> None:
    with pytest.raises(SettingsError, match=r"key_users\[0\]: should be a string, found a resource, Comp"):
        settings(key_users=[pulumi.ComponentResource("tests:index:Role", "app")])


def test_arguments_that_are_not_a_map_are_refused() -> None:
    with pytest.raises(SettingsError, match="table: the arguments should be a map, found None"):
        validated("table", None, TableSettings)


def test_all_mistakes_are_reported_together() -> None:
    with pytest.raises(SettingsError) as refused:
        validated(
            "table", {"deletion_window_in_days": 1, "key_users": ["*"], "tabel_name": "x"}, TableSettings
        )

    paths = [line.split(":")[0].strip() for line in str(refused.value).splitlines()[1:]]
    assert sorted(paths) == ["deletion_window_in_days", "key_users[0]", "partitionKey", "tabel_name"]


def test_rules_about_valid_settings_are_checked_beside_invalid_ones() -> None:
    with pytest.raises(SettingsError) as refused:
        settings(deletion_window_in_days=1, read_capacity=1, write_capacity=1, sort_key="id")

    _, *messages = str(refused.value).splitlines()
    assert messages == [
        "  deletion_window_in_days: should be a whole number from 7 to 30, found 1.",
        "  sortKey and partitionKey are the same attribute, 'id'.",
        "  readCapacity needs billingMode PROVISIONED.",
        "  writeCapacity needs billingMode PROVISIONED.",
    ]


def test_a_rule_about_an_invalid_setting_is_not_checked() -> None:
    with pytest.raises(SettingsError) as refused:
        settings(billing_mode="FREE", read_capacity=1, key_arn="orders", expected_key_users=["user/ann"])

    assert len(str(refused.value).splitlines()) == 3


@pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK gives it no type
def test_outputs_of_other_resources_are_checked_when_they_are_known() -> None:
    given = pulumi.Output.from_input("user/ann")

    some: object = settings(key_users=[given, "user/bob"]).key_users
    all_of_them: object = settings(key_users=given).key_users

    assert some == (given, "user/bob")
    assert all_of_them is given


def test_account_ids_and_tags_that_the_config_command_turns_into_numbers_are_read_as_text() -> None:
    table = settings(other_accounts=[444455556666], tags={"cost-centre": 42})

    assert (table.other_accounts, table.tags) == (("444455556666",), {"cost-centre": "42"})


@pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK gives it no type
def test_an_output_where_a_plain_value_is_needed_is_refused() -> None:
    with pytest.raises(SettingsError, match="table_name: should be a string, found an output"):
        settings(table_name=pulumi.Output.from_input("orders"))


def test_arguments_and_settings_have_the_same_names() -> None:
    arguments = set(EncryptedTableArgs.__annotations__)

    assert arguments == set(TableSettings.model_fields)
    assert {field.alias for field in TableSettings.model_fields.values()} == {to_camel(a) for a in arguments}


NUMBERS = sorted(
    name
    for name, field in TableSettings.model_fields.items()
    if int in (field.annotation, *get_args(field.annotation))
    or any(int in get_args(one) for one in get_args(field.annotation))
)


@pytest.mark.parametrize("name", sorted(TableSettings.model_fields))
def test_a_value_of_the_wrong_type_is_refused_with_the_name_of_its_setting(name: str) -> None:
    with pytest.raises(SettingsError, match=rf"\n  {name}"):
        settings(**{name: object()})


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [True, 1.5, "many", -1])
def test_a_number_that_aws_does_not_accept_is_refused_with_the_name_of_its_setting(
    name: str, value: object
) -> None:
    with pytest.raises(SettingsError, match=rf"{name}|{to_camel(name)}"):
        settings(**{name: value})
