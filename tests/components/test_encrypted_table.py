"""The resources that `EncryptedTable` registers: children, protection, dependencies."""

import gc
import json
from typing import Any
from weakref import ReferenceType, ref

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime.mocks import MockCallArgs

from components import EncryptedTable, SettingsError
from tests.components.recorder import ACCOUNT, CALLER, KEY_ID, REGION, Registration, World, register

OWN_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}"


def registered(world: World | None = None, **more: Any) -> dict[str, Registration]:  # noqa: ANN401  # arguments
    """The registrations of a table named `orders` with these arguments."""
    args: Any = {"partition_key": {"name": "id"}, **more}
    return register(lambda: EncryptedTable("orders", args), world)


def policy_of(key: Registration) -> dict[str, Any]:
    policy: dict[str, Any] = json.loads(key.inputs["policy"])
    return policy


def test_a_table_comes_with_its_key_and_alias_as_its_children() -> None:
    found = registered()

    assert {name: one.type for name, one in found.items()} == {
        "orders": "encrypted-tables:index:EncryptedTable",
        "orders-key": "aws:kms/key:Key",
        "orders-alias": "aws:kms/alias:Alias",
        "orders-table": "aws:dynamodb/table:Table",
    }
    assert {one.parent for name, one in found.items() if name != "orders"} == {"orders"}


def test_the_table_is_encrypted_with_the_keys_arn_and_depends_on_it() -> None:
    table = registered()["orders-table"]

    assert table.inputs["serverSideEncryption"] == {
        "enabled": True,
        "kmsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/orders-key",
    }
    urns = table.request.propertyDependencies["serverSideEncryption"].urns
    assert [urn.rpartition("::")[2] for urn in urns] == ["orders-key"]


@pytest.mark.parametrize("ephemeral", [False, True])
def test_key_and_table_are_kept_unless_the_table_is_ephemeral(ephemeral: bool) -> None:
    found = registered(ephemeral=ephemeral)

    kept = {name for name, one in found.items() if one.is_kept}
    assert kept == (set() if ephemeral else {"orders-key", "orders-table"})
    assert not found["orders-alias"].request.protect
    assert found["orders-table"].inputs["deletionProtectionEnabled"] is not ephemeral


def test_secure_defaults() -> None:
    found = registered()

    assert found["orders-key"].inputs["enableKeyRotation"] is True
    assert found["orders-key"].inputs["deletionWindowInDays"] == 30
    assert found["orders-table"].inputs["pointInTimeRecovery"] == {
        "enabled": True,
        "recoveryPeriodInDays": 35,
    }
    assert found["orders-table"].inputs["billingMode"] == "PAY_PER_REQUEST"


def test_the_deployer_is_key_administrator_when_none_is_named() -> None:
    statements = {s["Sid"]: s for s in policy_of(registered()["orders-key"])["Statement"]}

    assert statements["KeyAdministration"]["Principal"] == {"AWS": CALLER}
    assert statements["TableCreation"]["Principal"] == {"AWS": CALLER}


def test_a_session_counts_as_its_role_including_the_path() -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/session"

    policy = policy_of(registered(World(caller=session))["orders-key"])

    assert "assumed-role" not in json.dumps(policy)
    assert f"arn:aws:iam::{ACCOUNT}:role/ci/deploy" in json.dumps(policy)


def test_aws_is_asked_once_for_many_tables() -> None:
    world = World()

    def program() -> None:
        for number in range(5):
            EncryptedTable(f"table-{number}", {"partition_key": {"name": "id"}})

    register(program, world)

    assert sorted(world.calls) == [
        "aws:index/getCallerIdentity:getCallerIdentity",
        "aws:index/getRegion:getRegion",
    ]


def test_each_replica_has_its_own_key_alias_and_policy_and_the_same_protection() -> None:
    found = registered(replica_regions=["us-east-1"], tags={"team": "orders"})

    away = found["orders-key-us-east-1"]
    assert away.inputs["region"] == "us-east-1"
    assert "dynamodb.us-east-1.amazonaws.com" in away.inputs["policy"]
    assert "dynamodb.eu-west-1.amazonaws.com" not in away.inputs["policy"]
    assert found["orders-alias-us-east-1"].inputs["targetKeyId"] == "orders-key-us-east-1"
    assert found["orders-table"].inputs["replicas"] == [
        {
            "regionName": "us-east-1",
            "kmsKeyArn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/orders-key-us-east-1",
            "pointInTimeRecovery": True,
            "deletionProtectionEnabled": True,
            "propagateTags": True,
        }
    ]
    assert found["orders-table"].inputs["streamViewType"] == "NEW_AND_OLD_IMAGES"
    assert away.is_kept


def test_a_multi_region_key_is_replicated() -> None:
    found = registered(replica_regions=["us-east-1"], multi_region=True)

    assert found["orders-key"].inputs["multiRegion"] is True
    assert found["orders-key-us-east-1"].type == "aws:kms/replicaKey:ReplicaKey"


def test_an_earlier_key_is_kept_and_the_alias_moves_to_the_new_one() -> None:
    found = registered(key_version=3, retained_key_versions=[1, 2])

    assert {"orders-key", "orders-key-2", "orders-key-3"} <= set(found)
    assert found["orders-alias"].inputs["targetKeyId"] == "orders-key-3"


def test_an_existing_key_is_used_without_creating_one() -> None:
    found = registered(key_arn=OWN_KEY)

    assert set(found) == {"orders", "orders-table"}
    assert found["orders-table"].inputs["serverSideEncryption"]["kmsKeyArn"] == OWN_KEY


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"keyManager": "AWS"}, "not a customer managed key"),
        ({"keyState": "PendingDeletion"}, "in the state PendingDeletion"),
        ({"keyUsage": "SIGN_VERIFY"}, "ENCRYPT_DECRYPT"),
        ({"customerMasterKeySpec": "RSA_2048"}, "SYMMETRIC_DEFAULT"),
    ],
)
def test_an_unsuitable_existing_key_is_refused(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        registered(World(key=facts), key_arn=OWN_KEY)


def test_all_wrong_arguments_are_reported_together() -> None:
    with pytest.raises(SettingsError) as refused:
        registered(deletion_window_in_days=3, sort_key={"name": "id"}, key_users=["user/nobody", "*"])

    assert [line.split(":")[0].strip() for line in str(refused.value).splitlines()[1:]] == [
        "key_users[1]",
        "deletion_window_in_days",
        "sortKey and partitionKey are the same attribute, 'id'.",
    ]


def test_wrong_arguments_are_reported_where_aws_does_not_say_who_deploys() -> None:
    class Away(World):
        def call(self, _: MockCallArgs) -> dict[str, Any]:  # type: ignore[override]  # as in World
            return {}

    with pytest.raises(SettingsError, match="deletion_window_in_days"):
        registered(Away(), deletion_window_in_days=3)


def test_a_root_user_cannot_deploy_a_strict_table_without_naming_deployers() -> None:
    world = World(caller=f"arn:aws:iam::{ACCOUNT}:root")

    with pytest.raises(SettingsError, match="deployers"):
        registered(world)

    assert "orders-key" in registered(world, deployers=["role/deploy"])
    assert "orders-key" in registered(world, key_policy_profile="console")


def test_an_application_role_gets_a_policy_for_the_table_and_a_grant_for_its_key() -> None:
    def program() -> None:
        role = aws.iam.Role("app", name="app", assume_role_policy="{}")
        EncryptedTable("orders", {"partition_key": {"name": "id"}}).grant_read(role)

    found = register(program)

    policy = json.loads(found["orders-read-_-app"].inputs["policy"])
    grant = found["orders-read-grant-_-app"].inputs
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
    assert policy["Statement"][0]["Resource"] == [table, f"{table}/index/*"]
    assert "dynamodb:PutItem" not in policy["Statement"][0]["Action"]
    assert grant["operations"] == ["Decrypt"]
    assert grant["constraints"] == [
        {
            "encryptionContextSubset": {
                "aws:dynamodb:tableName": "orders",
                "aws:dynamodb:subscriberId": ACCOUNT,
            }
        }
    ]


@pytest.mark.parametrize("grantee", ["arn:aws:iam::111122223333:role/app", None, 5])
def test_access_can_be_granted_only_to_roles(grantee: Any) -> None:  # noqa: ANN401  # whatever users try
    def program() -> None:
        EncryptedTable("orders", {"partition_key": {"name": "id"}}).grant_read(grantee)

    with pytest.raises(SettingsError, match=r"expected an aws.iam.Role, found"):
        register(program)


def test_granting_the_same_access_twice_is_an_error() -> None:
    def program() -> None:
        role = aws.iam.Role("app", name="app", assume_role_policy="{}")
        table = EncryptedTable("orders", {"partition_key": {"name": "id"}})
        table.grant_read(role)
        table.grant_read(role)

    with pytest.raises(SettingsError, match="role 'app' is granted read access twice"):
        register(program)


@pytest.mark.parametrize(
    ("given", "warned"),
    [
        ({"deployers": ["role/deploy"]}, True),
        ({"deployers": []}, True),
        ({"deployers": ["role/deploy", "user/owner"]}, False),
        ({}, False),
        ({"deployers": ["role/deploy"], "key_policy_profile": "console"}, False),
    ],
)
def test_deploying_as_somebody_who_is_not_a_deployer_gives_a_warning(
    given: dict[str, Any], warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, _resource: warnings.append(message))

    registered(**given)

    assert ["is not among the deployers" in message for message in warnings] == [True] * warned


def test_a_grant_that_the_key_policy_would_refuse_is_refused_at_once() -> None:
    def program() -> None:
        role = aws.iam.Role("app", name="app", assume_role_policy="{}")
        table = EncryptedTable("orders", {"partition_key": {"name": "id"}, "application_grants": False})
        table.grant_read(role)

    with pytest.raises(SettingsError, match="applicationGrants is false"):
        register(program)


def test_a_user_of_the_same_stack_can_be_a_key_user() -> None:
    def program() -> None:
        user = aws.iam.User("ann", name="ann")
        EncryptedTable("orders", {"partition_key": {"name": "id"}, "key_users": [user.arn]})

    key = register(program)["orders-key"]

    assert f"arn:aws:iam::{ACCOUNT}:user/ann" in key.inputs["policy"]
    assert [u.rpartition("::")[2] for u in key.request.propertyDependencies["policy"].urns] == ["ann"]


def test_an_invalid_principal_from_an_output_is_one_clear_message() -> None:
    def program() -> None:
        EncryptedTable(
            "orders", {"partition_key": {"name": "id"}, "key_users": [pulumi.Output.from_input("*")]}
        )

    with pytest.raises(SettingsError, match=r"^key of table 'orders': keyUsers\[0\]: '\*' has a wildcard"):
        register(program)


def test_autoscaled_capacity_is_not_reset_by_the_next_update() -> None:
    bounds = {"min_capacity": 2, "max_capacity": 9}
    world = World(table={"billingMode": "PROVISIONED", "readCapacity": 5, "writeCapacity": 9})
    found = registered(world, billing_mode="PROVISIONED", read_autoscaling=bounds, write_autoscaling=bounds)

    table = found["orders-table"]
    assert {"readCapacity", "writeCapacity"} < set(table.request.ignoreChanges)
    assert (table.inputs["readCapacity"], table.inputs["writeCapacity"]) == (5, 9)
    assert found["orders-read-capacity"].inputs["maxCapacity"] == 9
    assert found["orders-write-utilization"].type == "aws:appautoscaling/policy:Policy"


BACKUP = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/before/backup/01489602797149-73d8d5bc"


@pytest.mark.parametrize(
    ("given", "inputs"),
    [
        (
            {"restore_from": {"table_arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/before"}},
            {
                "restoreSourceTableArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/before",
                "restoreToLatestTime": True,
            },
        ),
        (
            {
                "restore_from": {
                    "table_arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/before",
                    "date_time": "2026-11-01T10:30:00+01:00",
                }
            },
            {
                "restoreSourceTableArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/before",
                "restoreDateTime": "2026-11-01T09:30:00Z",
            },
        ),
        ({"restore_from": {"backup_arn": BACKUP}}, {"restoreBackupArn": BACKUP}),
        (
            {
                "import_from": {
                    "bucket": "orders-export",
                    "bucket_owner": 444455556666,
                    "input_format": "CSV",
                    "csv_delimiter": ";",
                    "csv_header": ["id", "total"],
                }
            },
            {
                "importTable": {
                    "inputFormat": "CSV",
                    "inputCompressionType": "NONE",
                    "s3BucketSource": {"bucket": "orders-export", "bucketOwner": "444455556666"},
                    "inputFormatOptions": {"csv": {"delimiter": ";", "headerLists": ["id", "total"]}},
                }
            },
        ),
        (
            {
                "on_demand_throughput": {"max_read_request_units": 100},
                "warm_throughput": {"write_units_per_second": 8000},
            },
            {
                "onDemandThroughput": {"maxReadRequestUnits": 100},
                "warmThroughput": {"writeUnitsPerSecond": 8000},
            },
        ),
    ],
    ids=["latest", "at a time", "backup", "files", "throughput"],
)
def test_restores_imports_and_throughput_limits_are_passed_to_dynamodb(
    given: dict[str, Any], inputs: dict[str, Any]
) -> None:
    table = registered(**given)["orders-table"]

    assert {name: table.inputs.get(name) for name in inputs} == inputs
    assert table.inputs["serverSideEncryption"]["enabled"] is True


def test_a_changed_restore_or_import_source_never_replaces_the_table() -> None:
    ignored = set(registered(ttl_attribute="expires_at")["orders-table"].request.ignoreChanges)

    assert ignored == {
        "importTable",
        "restoreBackupArn",
        "restoreDateTime",
        "restoreSourceTableArn",
        "restoreToLatestTime",
    }


def test_a_table_of_the_same_stack_can_be_restored_from() -> None:
    def program() -> None:
        before = EncryptedTable("before", {"partition_key": {"name": "id"}})
        EncryptedTable(
            "after",
            {"partition_key": {"name": "id"}, "restore_from": {"table_arn": before.table_arn}},
        )

    table = register(program)["after-table"]

    assert table.inputs["restoreSourceTableArn"] == f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/before"


def test_replicas_have_the_consistency_mode_of_the_table() -> None:
    found = registered(replica_regions=["eu-west-2", "eu-central-1"], replica_consistency="STRONG")

    assert [r["consistencyMode"] for r in found["orders-table"].inputs["replicas"]] == ["STRONG", "STRONG"]


def test_a_registered_component_stays_in_memory_only_if_the_program_keeps_it() -> None:
    """Memory that a large program keeps costs time, because each garbage collection walks it."""
    made: list[ReferenceType[EncryptedTable]] = []
    register(lambda: made.append(ref(EncryptedTable("orders", {"partition_key": {"name": "id"}}))))

    gc.collect()
    assert [one() for one in made] == [None]
