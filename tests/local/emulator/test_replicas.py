"""Replicas of tables in other Regions, each with a key of its own."""

from typing import Any

import pytest

from local.process import LocalAws
from tests.local.emulator.resources import error_of, make_key, make_table, sse_of

HERE, THERE = "us-east-1", "eu-west-1"
INVALID = "One or more parameter values were invalid: "


def add_replica(aws: LocalAws, table: str, **replica: object) -> None:
    """Add a replica in the other Region."""
    update = [{"Create": {"RegionName": THERE, **replica}}]
    aws.client("dynamodb").update_table(TableName=table, ReplicaUpdates=update)


@pytest.fixture
def table(aws: LocalAws) -> str:
    return make_table(aws, make_key(aws))


def test_a_replica_is_encrypted_with_the_key_of_its_region(aws: LocalAws, table: str) -> None:
    key = make_key(aws, region=THERE)

    add_replica(aws, table, KMSMasterKeyId=key)

    assert sse_of(aws, table, THERE) == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
    [shown] = aws.client("dynamodb").describe_table(TableName=table)["Table"]["Replicas"]
    assert (shown["RegionName"], shown["ReplicaStatus"], shown["KMSMasterKeyId"]) == (THERE, "ACTIVE", key)
    [grant] = aws.client("kms", region=THERE).list_grants(KeyId=key)["Grants"]
    assert grant["GranteePrincipal"] == f"dynamodb.{THERE}.amazonaws.com"


def test_a_replica_key_of_a_multi_region_key_is_given_by_its_local_arn(aws: LocalAws) -> None:
    primary = make_key(aws, MultiRegion=True)
    replica = aws.client("kms").replicate_key(KeyId=primary, ReplicaRegion=THERE)["ReplicaKeyMetadata"]["Arn"]
    table = make_table(aws, primary)

    error = error_of(lambda: add_replica(aws, table, KMSMasterKeyId=primary))
    assert "Invalid arn us-east-1" in error.message

    add_replica(aws, table, KMSMasterKeyId=replica)
    assert (sse_of(aws, table, THERE) or {})["KMSMasterKeyArn"] == replica


def test_a_replica_without_a_key_is_refused(aws: LocalAws, table: str) -> None:
    error = error_of(lambda: add_replica(aws, table))

    assert error.code == "ValidationException"
    assert error.message == f"{INVALID}KMSMasterKeyId must be specified for each replica."


def test_a_replica_cannot_have_another_type_of_key_than_the_table(aws: LocalAws) -> None:
    error = error_of(lambda: add_replica(aws, make_table(aws), KMSMasterKeyId=make_key(aws, region=THERE)))

    assert (error.code, error.message.startswith(INVALID)) == ("ValidationException", True)


def test_a_replica_with_a_disabled_key_is_refused(aws: LocalAws, table: str) -> None:
    key = make_key(aws, region=THERE)
    aws.client("kms", region=THERE).disable_key(KeyId=key)

    error = error_of(lambda: add_replica(aws, table, KMSMasterKeyId=key))

    assert error.message.startswith("KMS key disabled error: ")
    missing = error_of(aws.client("dynamodb", region=THERE).describe_table, TableName=table)
    assert missing.code == "ResourceNotFoundException"


def test_items_are_replicated_and_each_replica_is_read_with_its_own_key(aws: LocalAws, table: str) -> None:
    key, item = make_key(aws, region=THERE), {"id": {"S": "1"}}
    add_replica(aws, table, KMSMasterKeyId=key)
    there = aws.client("dynamodb", region=THERE)
    assert there.get_item(TableName=table, Key=item)["Item"] == item

    aws.client("kms", region=THERE).disable_key(KeyId=key)

    assert error_of(there.get_item, TableName=table, Key=item).message.startswith("KMS key disabled error: ")
    assert "Item" in aws.client("dynamodb").get_item(TableName=table, Key=item)


def test_each_replica_has_separate_recovery_and_deletion_protection(aws: LocalAws) -> None:
    table = make_table(aws, make_key(aws), DeletionProtectionEnabled=True)
    recovery: dict[str, Any] = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}
    here, there = aws.client("dynamodb"), aws.client("dynamodb", region=THERE)
    here.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=recovery)
    add_replica(aws, table, KMSMasterKeyId=make_key(aws, region=THERE))

    def point_in_time_recovery(dynamodb: Any) -> dict[str, Any]:  # noqa: ANN401  # a client, made at run time
        description = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        found: dict[str, Any] = description["PointInTimeRecoveryDescription"]
        return found

    assert point_in_time_recovery(here)["RecoveryPeriodInDays"] == 7
    assert point_in_time_recovery(there) == {"PointInTimeRecoveryStatus": "DISABLED"}
    assert there.describe_table(TableName=table)["Table"]["DeletionProtectionEnabled"] is False


@pytest.fixture
def replicated(aws: LocalAws, table: str) -> str:
    """A table with a replica."""
    add_replica(aws, table, KMSMasterKeyId=make_key(aws, region=THERE))
    return table


def change_keys(aws: LocalAws, table: str, **keys: str) -> None:
    """Change the keys, given by Region."""
    updates = [
        {"Update": {"RegionName": region.replace("_", "-"), "KMSMasterKeyId": key}}
        for region, key in keys.items()
    ]
    aws.client("dynamodb").update_table(TableName=table, ReplicaUpdates=updates)


def keys_of(aws: LocalAws, table: str) -> list[str]:
    return [(sse_of(aws, table, region) or {})["KMSMasterKeyArn"] for region in (HERE, THERE)]


def test_one_request_changes_the_keys_of_every_region(aws: LocalAws, replicated: str) -> None:
    before, item = keys_of(aws, replicated), {"id": {"S": "1"}}
    here, there = make_key(aws), make_key(aws, region=THERE)

    change_keys(aws, replicated, us_east_1=here, eu_west_1=there)

    assert keys_of(aws, replicated) == [here, there]
    for region, old, new in zip((HERE, THERE), before, (here, there), strict=True):
        kms = aws.client("kms", region=region)
        assert kms.list_grants(KeyId=old)["Grants"] == []
        assert len(kms.list_grants(KeyId=new)["Grants"]) == 1
        assert aws.client("dynamodb", region=region).get_item(TableName=replicated, Key=item)["Item"] == item


def test_a_change_of_the_keys_names_every_region(aws: LocalAws, replicated: str) -> None:
    before = keys_of(aws, replicated)
    for keys in (
        {"eu_west_1": make_key(aws, region=THERE)},
        {"us_east_1": make_key(aws)},
        dict(zip(("us_east_1", "eu_west_1"), before, strict=True)),
    ):
        error = error_of(lambda keys=keys: change_keys(aws, replicated, **keys))

        assert error.message == f"{INVALID}KMSMasterKeyId must be specified for each replica."
    assert keys_of(aws, replicated) == before


def test_a_change_of_the_keys_changes_none_if_one_cannot_be_used(aws: LocalAws, replicated: str) -> None:
    before, disabled = keys_of(aws, replicated), make_key(aws, region=THERE)
    aws.client("kms", region=THERE).disable_key(KeyId=disabled)

    error = error_of(lambda: change_keys(aws, replicated, us_east_1=make_key(aws), eu_west_1=disabled))

    assert error.message.startswith("KMS key disabled error: ")
    assert keys_of(aws, replicated) == before


@pytest.mark.parametrize("region", [HERE, THERE])
def test_the_key_of_a_table_with_replicas_does_not_change_by_its_specification(
    aws: LocalAws, replicated: str, region: str
) -> None:
    specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": make_key(aws, region=region)}

    error = error_of(
        aws.client("dynamodb", region=region).update_table,
        TableName=replicated,
        SSESpecification=specification,
    )

    assert (error.code, "only be updated through ReplicaUpdates" in error.message) == (
        "ValidationException",
        True,
    )


def test_a_change_to_keys_of_aws_is_for_every_region(aws: LocalAws, replicated: str) -> None:
    dynamodb = aws.client("dynamodb")

    dynamodb.update_table(TableName=replicated, SSESpecification={"Enabled": True})
    managed = keys_of(aws, replicated)
    dynamodb.update_table(TableName=replicated, SSESpecification={"Enabled": False})

    for region, key in zip((HERE, THERE), managed, strict=True):
        metadata = aws.client("kms", region=region).describe_key(KeyId=key)["KeyMetadata"]
        assert metadata["KeyManager"] == "AWS"
        assert sse_of(aws, replicated, region) is None


def test_the_stream_of_a_replica_cannot_be_disabled(aws: LocalAws, replicated: str) -> None:
    error = error_of(
        aws.client("dynamodb").update_table,
        TableName=replicated,
        StreamSpecification={"StreamEnabled": False},
    )

    assert (error.code, "cannot be disabled" in error.message) == ("ValidationException", True)


def test_removing_a_replica_retires_its_grant(aws: LocalAws, table: str) -> None:
    key = make_key(aws, region=THERE)
    add_replica(aws, table, KMSMasterKeyId=key)

    aws.client("dynamodb").update_table(TableName=table, ReplicaUpdates=[{"Delete": {"RegionName": THERE}}])

    assert aws.client("kms", region=THERE).list_grants(KeyId=key)["Grants"] == []
    missing = error_of(aws.client("dynamodb", region=THERE).describe_table, TableName=table)
    assert missing.code == "ResourceNotFoundException"


def test_a_protected_replica_is_not_removed(aws: LocalAws, table: str) -> None:
    add_replica(aws, table, KMSMasterKeyId=make_key(aws, region=THERE))
    there = aws.client("dynamodb", region=THERE)
    there.update_table(TableName=table, DeletionProtectionEnabled=True)

    error = error_of(
        aws.client("dynamodb").update_table,
        TableName=table,
        ReplicaUpdates=[{"Delete": {"RegionName": THERE}}],
    )

    assert (error.code, "protected against deletion" in error.message) == ("ValidationException", True)


def test_a_replica_of_a_table_with_the_aws_managed_key_has_the_one_of_its_region(aws: LocalAws) -> None:
    table = make_table(aws, SSESpecification={"Enabled": True})

    add_replica(aws, table)

    there = (sse_of(aws, table, THERE) or {})["KMSMasterKeyArn"]
    metadata = aws.client("kms", region=THERE).describe_key(KeyId=there)["KeyMetadata"]
    assert (metadata["KeyManager"], there != (sse_of(aws, table) or {})["KMSMasterKeyArn"]) == ("AWS", True)
