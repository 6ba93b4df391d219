"""DynamoDB types against the local AWS: made, changed, read, imported, replaced, deleted."""

import json
from collections.abc import Callable
from typing import Any

import grpc
import pytest

from local.process import LocalAws
from tests.local.event_patterns import recorded
from tests.local.provider.protocol import Plugin, RefusedError, Resource, message_of

KEY = "aws:kms/key:Key"
TABLE = "aws:dynamodb/table:Table"
REPLICA = "aws:dynamodb/tableReplica:TableReplica"
RESOURCE_POLICY = "aws:dynamodb/resourcePolicy:ResourcePolicy"
ACCOUNT = "111122223333"

Unique = Callable[[str], str]


def table(name: str, **more: object) -> dict[str, Any]:
    """The inputs of an on-demand table."""
    return {
        "name": name,
        "hashKey": "id",
        "attributes": [{"name": "id", "type": "S"}],
        "billingMode": "PAY_PER_REQUEST",
        **more,
    }


def encrypted(key: Resource) -> dict[str, Any]:
    return {"enabled": True, "kmsKeyArn": key.state["arn"]}


def index(name: str, hash_key: str, projection: str = "ALL") -> dict[str, Any]:
    return {"name": name, "hashKey": hash_key, "projectionType": projection}


def attributes(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "type": "S"} for name in names]


@pytest.fixture
def key(plugin: Plugin) -> Resource:
    return plugin.create(KEY, {})


def test_a_table_is_created_from_its_inputs(
    plugin: Plugin, aws: LocalAws, key: Resource, unique: Unique
) -> None:
    name = unique("orders")
    made = plugin.create(
        TABLE,
        table(
            name,
            rangeKey="at",
            attributes=attributes("id", "at", "owner"),
            serverSideEncryption=encrypted(key),
            pointInTimeRecovery={"enabled": True, "recoveryPeriodInDays": 7},
            ttl={"enabled": True, "attributeName": "expires"},
            streamEnabled=True,
            streamViewType="NEW_IMAGE",
            globalSecondaryIndexes=[index("by-owner", "owner")],
            localSecondaryIndexes=[{"name": "by-self", "rangeKey": "owner", "projectionType": "KEYS_ONLY"}],
            tags={"team": "data"},
        ),
    )
    dynamodb = aws.client("dynamodb")
    found = dynamodb.describe_table(TableName=name)["Table"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]

    assert (made.id, made.state["arn"]) == (name, found["TableArn"])
    assert found["SSEDescription"]["KMSMasterKeyArn"] == key.state["arn"]
    assert found["SSEDescription"]["Status"] == "ENABLED"
    assert backups["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] == 7
    assert made.state["ttl"] == {"enabled": True, "attributeName": "expires"}
    assert made.state["streamArn"] == found["LatestStreamArn"]
    assert [i["IndexName"] for i in found["GlobalSecondaryIndexes"]] == ["by-owner"]
    assert [i["IndexName"] for i in found["LocalSecondaryIndexes"]] == ["by-self"]
    assert plugin.refresh(made) == made
    assert list(plugin.diff(made, made.inputs).diffs) == []


@pytest.mark.parametrize("encryption", [None, {"enabled": False}, {"enabled": True}])
def test_a_table_with_a_key_of_aws_has_no_diff(
    plugin: Plugin, aws: LocalAws, unique: Unique, encryption: dict[str, Any] | None
) -> None:
    """AWS owned key (none, or disabled) and AWS managed key (enabled without a key)."""
    made = plugin.create(TABLE, table(unique("aws-key"), serverSideEncryption=encryption))
    found = aws.client("dynamodb").describe_table(TableName=made.id)["Table"]

    wanted = bool(encryption and encryption["enabled"])
    assert ("SSEDescription" in found) == wanted
    assert (made.state.get("serverSideEncryption") or {}).get("kmsKeyArn", "") == ""
    assert plugin.refresh(made) == made
    assert list(plugin.diff(made, made.inputs).diffs) == []


def test_every_mutable_property_of_a_table_changes_in_place(
    plugin: Plugin, aws: LocalAws, key: Resource, unique: Unique
) -> None:
    name = unique("changing")
    made = plugin.create(
        TABLE,
        table(
            name,
            attributes=attributes("id", "a", "b"),
            globalSecondaryIndexes=[index("by-a", "a"), index("by-b", "b")],
            tags={"a": "1", "b": "2"},
        ),
    )
    changed = plugin.update(
        made,
        table(
            name,
            attributes=attributes("id", "b", "c"),
            globalSecondaryIndexes=[index("by-b", "b", "KEYS_ONLY"), index("by-c", "c")],
            serverSideEncryption=encrypted(key),
            pointInTimeRecovery={"enabled": True},
            ttl={"enabled": True, "attributeName": "expires"},
            deletionProtectionEnabled=True,
            streamEnabled=True,
            streamViewType="KEYS_ONLY",
            tableClass="STANDARD_INFREQUENT_ACCESS",
            tags={"b": "3"},
        ),
    )
    found = aws.client("dynamodb").describe_table(TableName=name)["Table"]
    indexes = {i["IndexName"]: i["Projection"]["ProjectionType"] for i in found["GlobalSecondaryIndexes"]}

    assert indexes == {"by-b": "KEYS_ONLY", "by-c": "ALL"}
    assert found["SSEDescription"]["KMSMasterKeyArn"] == key.state["arn"]
    assert found["DeletionProtectionEnabled"] is True
    assert found["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    assert found["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert changed.state["pointInTimeRecovery"]["enabled"] is True
    assert changed.state["tags"] == {"b": "3"}
    back = plugin.update(changed, table(name))
    assert back.state["deletionProtectionEnabled"] is False
    assert list(plugin.diff(back, table(name)).diffs) == []
    plugin.delete(back)
    assert plugin.refresh(back) is None


def requests_for(aws: LocalAws, name: str, region: str = "us-east-1") -> list[dict[str, Any]]:
    """The parameters of the requests that changed a table, without those that name it, in their order."""
    names = ("TagResource", "UntagResource", "UpdateContinuousBackups", "UpdateTable", "UpdateTimeToLive")
    events = sorted(recorded(aws, names, region), key=lambda event: str(event["eventTime"]))
    requests = [event["requestParameters"] for event in events]
    named = ("tableName", "resourceArn")
    return [
        {field: value for field, value in request.items() if field not in named}
        for request in requests
        if any(str(request.get(field, "")).endswith(name) for field in named)
    ]


def test_an_update_sends_its_requests_in_the_order_of_the_official_plugin(
    plugin: Plugin, aws: LocalAws, key: Resource, unique: Unique
) -> None:
    name, units = unique("order"), {"readCapacity": 1, "writeCapacity": 1}
    made = plugin.create(
        TABLE,
        {
            **table(name, attributes=attributes("id", "a", "b"), tags={"a": "1"}, **units),
            "billingMode": "PROVISIONED",
            "globalSecondaryIndexes": [{**index("by-a", "a"), **units}, {**index("by-b", "b"), **units}],
        },
    )
    assert requests_for(aws, name) == []
    limits = {"maxReadRequestUnits": 10}

    plugin.update(
        made,
        table(
            name,
            attributes=attributes("id", "b", "c"),
            globalSecondaryIndexes=[{**index("by-b", "b"), "onDemandThroughput": limits}, index("by-c", "c")],
            onDemandThroughput=limits,
            tableClass="STANDARD_INFREQUENT_ACCESS",
            serverSideEncryption=encrypted(key),
            deletionProtectionEnabled=True,
            streamEnabled=True,
            streamViewType="KEYS_ONLY",
            ttl={"enabled": True, "attributeName": "expires"},
            pointInTimeRecovery={"enabled": True},
            tags={"b": "2"},
        ),
    )

    together = {"billingMode", "deletionProtectionEnabled", "onDemandThroughput", "streamSpecification"}
    assert [one.keys() for one in requests_for(aws, name)] == [
        {"tagKeys"},
        {"tags"},
        {"globalSecondaryIndexUpdates"},
        {"tableClass"},
        together | {"globalSecondaryIndexUpdates"},
        {"attributeDefinitions", "globalSecondaryIndexUpdates"},
        {"sSESpecification"},
        {"timeToLiveSpecification"},
        {"pointInTimeRecoverySpecification"},
    ]


LIMITS = {"maxReadRequestUnits": 10, "maxWriteRequestUnits": 5}
READ_LIMIT = {"maxReadRequestUnits": 10}
NO_LIMITS = {"maxReadRequestUnits": -1, "maxWriteRequestUnits": -1}


BOTH = {"onDemandThroughput", "globalSecondaryIndexes"}


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (LIMITS, LIMITS, set()),
        (LIMITS, READ_LIMIT, {"globalSecondaryIndexes"}),
        (LIMITS, None, BOTH),
        (READ_LIMIT, {**READ_LIMIT, "maxWriteRequestUnits": -1}, {"globalSecondaryIndexes"}),
        (None, NO_LIMITS, BOTH),
        (None, None, set()),
    ],
)
def test_limits_differ_as_the_official_plugin_finds(
    plugin: Plugin,
    unique: Unique,
    before: dict[str, int] | None,
    after: dict[str, int] | None,
    changed: set[str],
) -> None:
    name = unique("limits")

    def limited(limits: dict[str, int] | None) -> dict[str, Any]:
        own = {**index("by-a", "a"), **({"onDemandThroughput": limits} if limits else {})}
        return table(
            name,
            attributes=attributes("id", "a"),
            onDemandThroughput=limits,
            globalSecondaryIndexes=[own],
        )

    made = plugin.create(TABLE, limited(before))
    found = {path.partition(".")[0] for path in plugin.diff(made, limited(after)).detailedDiff}

    assert found == changed


def test_all_limits_of_a_table_are_removed_only_by_minus_one(
    plugin: Plugin, aws: LocalAws, unique: Unique
) -> None:
    made = plugin.create(TABLE, table(unique("limited"), onDemandThroughput=LIMITS))

    with pytest.raises(grpc.RpcError) as failure:
        plugin.update(made, table(made.id))
    assert "At least one of ProvisionedThroughput, BillingMode" in message_of(failure)

    none = plugin.update(made, table(made.id, onDemandThroughput=NO_LIMITS))
    assert "onDemandThroughput" not in none.state
    assert "OnDemandThroughput" not in aws.client("dynamodb").describe_table(TableName=made.id)["Table"]
    assert list(plugin.diff(none, table(made.id)).diffs) == []


def test_the_key_of_a_table_changes_in_place_and_once(
    plugin: Plugin, aws: LocalAws, key: Resource, unique: Unique
) -> None:
    """AWS allows four changes a day: only a change of the ARN may cost one."""
    name, other = unique("rekeyed"), plugin.create(KEY, {})
    made = plugin.create(TABLE, table(name, serverSideEncryption=encrypted(key)))
    news = table(name, serverSideEncryption=encrypted(other))
    assert sorted(plugin.diff(made, news).detailedDiff) == ["serverSideEncryption.kmsKeyArn"]

    changed = plugin.update(made, news)

    found = aws.client("dynamodb").describe_table(TableName=name)["Table"]["SSEDescription"]
    assert (found["Status"], found["KMSMasterKeyArn"]) == ("ENABLED", other.state["arn"])
    for days in range(7, 12):
        recovery = {"enabled": True, "recoveryPeriodInDays": days}
        changed = plugin.update(changed, {**news, "pointInTimeRecovery": recovery})
    assert changed.state["pointInTimeRecovery"]["recoveryPeriodInDays"] == 11


@pytest.mark.parametrize(
    ("change", "replaced"),
    [
        ({"hashKey": "pk", "attributes": attributes("pk")}, ["hashKey"]),
        ({"rangeKey": "at", "attributes": attributes("id", "at")}, ["rangeKey"]),
        ({"region": "eu-west-1"}, ["region"]),
        (
            {
                "attributes": attributes("id", "x"),
                "localSecondaryIndexes": [{"name": "lsi", "rangeKey": "x", "projectionType": "ALL"}],
            },
            ["localSecondaryIndexes"],
        ),
    ],
)
def test_a_replacement_with_the_same_name_deletes_the_table_first(
    plugin: Plugin, unique: Unique, change: dict[str, Any], replaced: list[str]
) -> None:
    name = unique("replaced")
    made = plugin.create(TABLE, table(name))
    difference = plugin.diff(made, table(name, **change))

    assert (list(difference.replaces), difference.deleteBeforeReplace) == (replaced, True)


def test_a_replacement_with_another_name_creates_the_table_first(plugin: Plugin, unique: Unique) -> None:
    made = plugin.create(TABLE, table(unique("named")))
    difference = plugin.diff(made, table(unique("named")))
    assert (list(difference.replaces), difference.deleteBeforeReplace) == (["name"], False)


def test_capacity_and_billing_mode_change_in_place(plugin: Plugin, aws: LocalAws, unique: Unique) -> None:
    name = unique("capacity")
    provisioned = {**table(name), "billingMode": "PROVISIONED", "readCapacity": 2, "writeCapacity": 3}
    made = plugin.create(TABLE, provisioned)
    found = aws.client("dynamodb").describe_table(TableName=name)["Table"]["ProvisionedThroughput"]
    assert (found["ReadCapacityUnits"], found["WriteCapacityUnits"]) == (2, 3)

    more = plugin.update(made, {**provisioned, "readCapacity": 5})
    assert (more.state["readCapacity"], more.state["writeCapacity"]) == (5, 3)
    on_demand = plugin.update(more, table(name, onDemandThroughput={"maxReadRequestUnits": 10}))
    assert on_demand.state["billingMode"] == "PAY_PER_REQUEST"
    assert on_demand.state["onDemandThroughput"]["maxReadRequestUnits"] == 10


def test_refresh_sees_changes_made_outside_the_program(
    plugin: Plugin, aws: LocalAws, key: Resource, unique: Unique
) -> None:
    declared = table(unique("drift"), serverSideEncryption=encrypted(key))
    made = plugin.create(TABLE, declared)
    aws.client("dynamodb").update_table(TableName=made.id, SSESpecification={"Enabled": False})

    found = plugin.refresh(made)

    assert found
    assert found.state["serverSideEncryption"]["enabled"] is False
    assert [change.split(".")[0] for change in plugin.diff(found, declared).detailedDiff] == [
        "serverSideEncryption"
    ] * len(plugin.diff(found, declared).detailedDiff)
    restored = plugin.update(found, declared)
    assert restored.state["serverSideEncryption"] == encrypted(key)


def test_refresh_drops_a_table_deleted_outside_the_program(
    plugin: Plugin, aws: LocalAws, unique: Unique
) -> None:
    made = plugin.create(TABLE, table(unique("lost")))
    aws.client("dynamodb").delete_table(TableName=made.id)

    assert plugin.refresh(made) is None
    plugin.delete(made)


def test_a_protected_table_is_not_deleted(plugin: Plugin, unique: Unique) -> None:
    made = plugin.create(TABLE, table(unique("protected"), deletionProtectionEnabled=True))
    with pytest.raises(grpc.RpcError) as failure:
        plugin.delete(made)
    assert message_of(failure).startswith(f"deleting DynamoDB Table ({made.id}): operation error DeleteTable")
    assert plugin.refresh(made) == made


def test_a_table_is_imported_by_its_name(plugin: Plugin, key: Resource, unique: Unique) -> None:
    made = plugin.create(
        TABLE,
        table(unique("found"), serverSideEncryption=encrypted(key), pointInTimeRecovery={"enabled": True}),
    )
    imported = plugin.import_(TABLE, made.id)

    assert imported
    assert imported.state["arn"] == made.state["arn"]
    assert imported.inputs["serverSideEncryption"] == encrypted(key)
    assert {"arn", "streamArn", "tagsAll"} & set(imported.inputs) == set()
    assert list(plugin.diff(imported, imported.inputs).diffs) == []
    assert list(plugin.diff(imported, made.inputs).diffs) == []


def test_a_resource_of_another_region_is_imported_with_its_region(plugin: Plugin, unique: Unique) -> None:
    made = plugin.create(TABLE, table(unique("abroad"), region="eu-west-1"))
    assert made.state["arn"].split(":")[3] == "eu-west-1"
    assert plugin.import_(TABLE, made.id) is None

    imported = plugin.import_(TABLE, f"{made.id}@eu-west-1")

    assert imported
    assert (imported.id, imported.state["region"]) == (made.id, "eu-west-1")
    assert imported.inputs["region"] == "eu-west-1"


def test_a_restore_sets_encryption_and_indexes_and_the_next_update_the_other_settings(
    plugin: Plugin, aws: LocalAws, key: Resource, unique: Unique
) -> None:
    before, after = unique("before"), unique("after")
    indexes = {
        "attributes": attributes("id", "owner"),
        "globalSecondaryIndexes": [index("by-owner", "owner")],
    }
    source = plugin.create(TABLE, table(before, pointInTimeRecovery={"enabled": True}, **indexes))
    dynamodb = aws.client("dynamodb")
    dynamodb.put_item(TableName=before, Item={"id": {"S": "1"}})

    made = plugin.create(
        TABLE,
        table(
            after,
            restoreSourceTableArn=source.state["arn"],
            restoreToLatestTime=True,
            serverSideEncryption=encrypted(key),
            tableClass="STANDARD_INFREQUENT_ACCESS",
            streamEnabled=True,
            streamViewType="NEW_IMAGE",
            deletionProtectionEnabled=True,
            tags={"team": "orders"},
            **indexes,
        ),
    )
    found = dynamodb.describe_table(TableName=after)["Table"]
    assert "TableClassSummary" not in found
    missing = {"tableClass", "streamEnabled", "deletionProtectionEnabled", "tags"}
    assert missing - {path.partition(".")[0] for path in plugin.diff(made, made.inputs).detailedDiff} == set()
    plugin.update(made, made.inputs)

    found = dynamodb.describe_table(TableName=after)["Table"]
    assert dynamodb.scan(TableName=after)["Count"] == 1
    assert found["SSEDescription"]["KMSMasterKeyArn"] == key.state["arn"]
    assert found["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert (found["StreamSpecification"]["StreamViewType"], found["DeletionProtectionEnabled"]) == (
        "NEW_IMAGE",
        True,
    )
    assert [i["IndexName"] for i in found["GlobalSecondaryIndexes"]] == ["by-owner"]
    assert made.state["restoreSourceTableArn"] == source.state["arn"]


def test_a_restored_table_has_the_billing_mode_of_its_source_and_its_source_can_be_removed(
    plugin: Plugin, unique: Unique
) -> None:
    before = plugin.create(TABLE, table(unique("before"), pointInTimeRecovery={"enabled": True}))
    units = {"billingMode": "PROVISIONED", "readCapacity": 2, "writeCapacity": 2}
    wanted = {**table(unique("after")), **units}

    made = plugin.create(
        TABLE, {**wanted, "restoreSourceName": before.id, "restoreDateTime": "2026-11-01T09:30:00Z"}
    )
    assert made.state["billingMode"] == "PAY_PER_REQUEST"
    changed = plugin.update(made, made.inputs)
    assert changed.state["billingMode"] == "PROVISIONED"

    kept = plugin.diff(changed, {**wanted, "restoreDateTime": "2026-11-01T09:30:00Z"})
    assert (list(kept.diffs), list(kept.replaces)) == (["restoreSourceName"], [])
    other = plugin.diff(changed, {**changed.inputs, "restoreSourceName": "other"})
    assert list(other.replaces) == ["restoreSourceName"]


def test_a_restored_table_needs_no_key_schema_and_one_source(plugin: Plugin, unique: Unique) -> None:
    before = plugin.create(TABLE, table(unique("before"), pointInTimeRecovery={"enabled": True}))
    restored = {"name": unique("after"), "billingMode": "PAY_PER_REQUEST"}

    made = plugin.create(
        TABLE, {**restored, "restoreSourceName": before.id, "restoreDateTime": "2026-11-01T09:30:00Z"}
    )
    with pytest.raises(RefusedError) as refused:
        plugin.create(
            TABLE,
            {
                **restored,
                "restoreSourceName": before.id,
                "restoreBackupArn": f"{before.state['arn']}/backup/1",
                "restoreDateTime": "2026-11-01T09:30:00Z",
                "restoreToLatestTime": True,
            },
        )

    assert made.state["hashKey"] == "id"
    assert set(refused.value.reasons) == {"restoreSourceName", "restoreToLatestTime"}


def test_a_refused_key_leaves_no_table_and_one_message(
    plugin: Plugin, aws: LocalAws, key: Resource, unique: Unique
) -> None:
    name = unique("refused")
    aws.client("kms").disable_key(KeyId=key.id)
    with pytest.raises(grpc.RpcError) as failure:
        plugin.create(TABLE, table(name, serverSideEncryption=encrypted(key)))

    message = message_of(failure)
    assert message.startswith("creating DynamoDB Table: operation error CreateTable")
    assert "ValidationException" in message
    assert message.count("operation error") == 1
    assert name not in aws.client("dynamodb").list_tables()["TableNames"]


def test_inline_replicas_are_added_and_removed_with_keys_of_their_regions(
    plugin: Plugin, aws: LocalAws, unique: Unique
) -> None:
    primary = plugin.create(KEY, {"multiRegion": True})
    local = plugin.create(
        "aws:kms/replicaKey:ReplicaKey", {"primaryKeyArn": primary.state["arn"], "region": "eu-west-1"}
    )
    declared = table(
        unique("global"),
        serverSideEncryption=encrypted(primary),
        streamEnabled=True,
        streamViewType="NEW_AND_OLD_IMAGES",
        tags={"team": "data"},
        replicas=[
            {
                "regionName": "eu-west-1",
                "kmsKeyArn": local.state["arn"],
                "pointInTimeRecovery": True,
                "propagateTags": True,
            }
        ],
    )
    made = plugin.create(TABLE, declared)
    there = aws.client("dynamodb", region="eu-west-1").describe_table(TableName=made.id)["Table"]

    assert there["SSEDescription"]["KMSMasterKeyArn"] == local.state["arn"]
    assert made.state["replicas"][0]["arn"] == there["TableArn"]
    assert plugin.refresh(made) == made
    assert list(plugin.diff(made, declared).diffs) == []
    without = plugin.update(made, {**declared, "replicas": []})
    assert "replicas" not in without.state
    plugin.delete(plugin.update(without, declared))
    for region in ("us-east-1", "eu-west-1"):
        names = aws.client("dynamodb", region=region).list_tables()["TableNames"]
        assert made.id not in names


def replicated(plugin: Plugin, name: str, **replica: object) -> dict[str, Any]:
    """The inputs of a table with a replica, each with a new key."""
    there = plugin.create(KEY, {"region": "eu-west-1"})
    return table(
        name,
        serverSideEncryption=encrypted(plugin.create(KEY, {})),
        streamEnabled=True,
        streamViewType="NEW_AND_OLD_IMAGES",
        replicas=[{"regionName": "eu-west-1", "kmsKeyArn": there.state["arn"], **replica}],
    )


def test_the_keys_of_a_table_and_its_replicas_change_in_one_request(
    plugin: Plugin, aws: LocalAws, unique: Unique
) -> None:
    """Then the replica is deleted and created again, as by the official plugin."""
    made = plugin.create(TABLE, replicated(plugin, unique("keys")))
    wanted = replicated(plugin, made.id)

    changed = plugin.update(made, wanted)

    keys, deleted, created = requests_for(aws, made.id)[-3:]
    assert {one["update"]["regionName"] for one in keys["replicaUpdates"]} == {"us-east-1", "eu-west-1"}
    assert [*deleted["replicaUpdates"][0], *created["replicaUpdates"][0]] == ["delete", "create"]
    for region, key in (
        ("us-east-1", wanted["serverSideEncryption"]["kmsKeyArn"]),
        ("eu-west-1", wanted["replicas"][0]["kmsKeyArn"]),
    ):
        found = aws.client("dynamodb", region=region).describe_table(TableName=made.id)["Table"]
        assert found["SSEDescription"]["KMSMasterKeyArn"] == key
    assert list(plugin.diff(changed, wanted).diffs) == []


def test_recovery_and_protection_of_a_replica_change_one_after_the_other(
    plugin: Plugin, unique: Unique
) -> None:
    safe = {"pointInTimeRecovery": True, "deletionProtectionEnabled": True}
    made = plugin.create(TABLE, replicated(plugin, unique("safe"), **safe))
    replica = {**made.inputs["replicas"][0], **dict.fromkeys(safe, False)}
    wanted = {**made.inputs, "replicas": [replica]}

    first = plugin.update(made, wanted)
    second = plugin.update(first, wanted)

    states = [{name: one.state["replicas"][0][name] for name in safe} for one in (first, second)]
    assert states == [
        {"pointInTimeRecovery": False, "deletionProtectionEnabled": True},
        {"pointInTimeRecovery": False, "deletionProtectionEnabled": False},
    ]
    plugin.delete(second)


def test_a_separate_replica_is_created_and_deleted(plugin: Plugin, unique: Unique) -> None:
    primary = plugin.create(KEY, {"multiRegion": True})
    local = plugin.create(
        "aws:kms/replicaKey:ReplicaKey", {"primaryKeyArn": primary.state["arn"], "region": "eu-west-1"}
    )
    main = plugin.create(
        TABLE,
        table(
            unique("main"),
            serverSideEncryption=encrypted(primary),
            streamEnabled=True,
            streamViewType="NEW_AND_OLD_IMAGES",
        ),
    )
    declared = {
        "globalTableArn": main.state["arn"],
        "kmsKeyArn": local.state["arn"],
        "region": "eu-west-1",
        "tags": {"team": "data"},
    }
    replica = plugin.create(REPLICA, declared)

    assert replica.id == f"{main.id}:us-east-1"
    assert replica.state["kmsKeyArn"] == local.state["arn"]
    assert plugin.refresh(replica) == replica
    refreshed = plugin.refresh(main)  # ignoreChanges on `replicas` is what the SDK tells its users
    assert refreshed
    assert list(plugin.diff(refreshed, main.inputs, ["replicas"]).diffs) == []
    changed = plugin.update(replica, {**declared, "pointInTimeRecovery": True, "tags": {"team": "ops"}})
    assert (changed.state["pointInTimeRecovery"], changed.state["tags"]) == (True, {"team": "ops"})
    plugin.delete(changed)
    assert plugin.refresh(changed) is None
    assert plugin.refresh(main) is not None


def test_a_replica_in_the_tables_own_region_is_refused(plugin: Plugin, unique: Unique) -> None:
    main = plugin.create(TABLE, table(unique("main")))
    with pytest.raises(grpc.RpcError) as failure:
        plugin.create(REPLICA, {"globalTableArn": main.state["arn"]})
    assert "it cannot be in us-east-1, the main table's Region" in message_of(failure)


def test_a_resource_policy_is_created_changed_and_deleted(
    plugin: Plugin, aws: LocalAws, unique: Unique
) -> None:
    main = plugin.create(TABLE, table(unique("shared")))

    def policy(action: str) -> str:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/owner"},
            "Action": action,
            "Resource": main.state["arn"],
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    declared = {"resourceArn": main.state["arn"], "policy": policy("dynamodb:GetItem")}
    made = plugin.create(RESOURCE_POLICY, declared)
    assert made.id == main.state["arn"]
    assert plugin.refresh(made) == made

    changed = plugin.update(made, {**declared, "policy": policy("dynamodb:Query")})
    text = aws.client("dynamodb").get_resource_policy(ResourceArn=main.state["arn"])["Policy"]
    assert json.loads(text)["Statement"][0]["Action"] == "dynamodb:Query"
    assert changed.state["policy"] == policy("dynamodb:Query")
    plugin.delete(changed)
    assert plugin.refresh(changed) is None
