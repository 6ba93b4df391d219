"""Settings that the local AWS cannot show, by stubbed answers: replicas, other kinds of key, refusals."""

from datetime import UTC, datetime
from typing import Any

import pytest

from encrypted_tables.verify.collect.grants import Grant
from encrypted_tables.verify.collect.observe import (
    Key,
    Rotation,
    Table,
    Unknown,
    is_aws_managed_alias,
    observe_key,
    observe_table,
)
from encrypted_tables.verify.compare.settings_findings import settings_findings
from tests.verify.stubbed import (
    ACCOUNT,
    KEY_ID,
    KEYS,
    USER,
    StubbedConnections,
    described_backup,
    described_table,
    found,
    queue_key,
    queue_table,
    service_grant,
    surveyed,
)


@pytest.fixture
def aws() -> StubbedConnections:
    return StubbedConnections()


def test_a_replica_is_read_in_its_own_region_with_its_own_key(aws: StubbedConnections) -> None:
    for region, key in KEYS.items():
        queue_table(aws, region, key, *KEYS)
        queue_key(aws, region, MultiRegion=True)
    places = surveyed(aws, replicas={"eu-west-1": {"keyArn": KEYS["eu-west-1"]}})
    assert [(p.region, p.is_replica, p.key_kind) for p in places] == [
        ("us-east-1", False, "customer managed key"),
        ("eu-west-1", True, "customer managed key"),
    ]
    assert found(places) == []


def test_a_replica_on_another_kind_of_key_differs(aws: StubbedConnections) -> None:
    queue_table(aws, "us-east-1", KEYS["us-east-1"], "eu-west-1")
    queue_table(aws, "eu-west-1", KEYS["eu-west-1"], "us-east-1")
    queue_key(aws, "us-east-1")
    queue_key(aws, "eu-west-1", KeyManager="AWS")
    places = surveyed(aws, replicas={"eu-west-1": {"keyArn": KEYS["eu-west-1"]}})
    assert found(places) == [("not-customer-managed-key", "eu-west-1"), ("replica-key-kind", "eu-west-1")]
    texts = [one.text for one in settings_findings(places) if one.kind == "replica-key-kind"]
    assert texts == ["the replica has an AWS managed key, the table in us-east-1 has a customer managed key."]


def test_an_undeclared_replica_with_the_aws_owned_key_differs(aws: StubbedConnections) -> None:
    queue_table(aws, "us-east-1", KEYS["us-east-1"], "eu-west-1")
    queue_table(aws, "eu-west-1", None, "us-east-1")
    queue_key(aws, "us-east-1")
    assert ("replica-key-kind", "eu-west-1") in found(surveyed(aws))


def test_an_undeclared_replica_differs(aws: StubbedConnections) -> None:
    for region, key in KEYS.items():
        queue_table(aws, region, key, *KEYS)
        queue_key(aws, region)
    assert found(surveyed(aws)) == [("undeclared-replica", "eu-west-1")]


def test_a_backup_whose_key_no_longer_exists_cannot_be_restored(aws: StubbedConnections) -> None:
    old = KEYS["us-east-1"].replace("0d1f", "ffff")
    arn = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders/backup/01637783246833-c5e2b5ee"
    stub = aws.stub("dynamodb")
    stub.add_response("describe_table", described_table("us-east-1", KEYS["us-east-1"]))
    stub.add_client_error("get_resource_policy", "PolicyNotFoundException")
    stub.add_response("list_backups", {"BackupSummaries": [{"BackupName": "before", "BackupArn": arn}]})
    stub.add_response("describe_backup", described_backup(arn, old))
    queue_key(aws, "us-east-1")
    aws.stub("kms").add_client_error("describe_key", "NotFoundException", f"Key '{old}' does not exist")
    (finding,) = settings_findings(surveyed(aws))
    assert (finding.kind, finding.severity) == ("backup-lost", "differs")


def test_a_missing_declared_replica_differs(aws: StubbedConnections) -> None:
    queue_table(aws, "us-east-1", KEYS["us-east-1"])
    queue_key(aws, "us-east-1")
    aws.stub("dynamodb", "eu-west-1").add_client_error("describe_table", "ResourceNotFoundException", "no")
    places = surveyed(aws, replicas={"eu-west-1": {"keyArn": KEYS["eu-west-1"]}})
    assert found(places) == [("table-missing", "eu-west-1")]


def test_a_replica_on_another_key_than_its_declared_one_differs(aws: StubbedConnections) -> None:
    for region, key in KEYS.items():
        queue_table(aws, region, key, *KEYS)
        queue_key(aws, region)
    declared = KEYS["eu-west-1"].replace("0d1f", "ffff")
    assert found(surveyed(aws, replicas={"eu-west-1": {"keyArn": declared}})) == [("other-key", "eu-west-1")]


def test_a_table_whose_key_is_inaccessible_differs(aws: StubbedConnections) -> None:
    key = KEYS["us-east-1"]
    queue_table(aws, "us-east-1", key, TableStatus="INACCESSIBLE_ENCRYPTION_CREDENTIALS")
    aws.stub("kms").add_client_error("describe_key", "NotFoundException", f"Key '{key}' does not exist")
    assert found(surveyed(aws)) == [("table-inaccessible", "us-east-1"), ("key-missing", "us-east-1")]


def test_a_running_change_of_the_key_is_a_note(aws: StubbedConnections) -> None:
    key = KEYS["us-east-1"]
    updating = {"Status": "UPDATING", "SSEType": "KMS", "KMSMasterKeyArn": key}
    queue_table(aws, "us-east-1", key, SSEDescription=updating)
    queue_key(aws, "us-east-1")
    (finding,) = settings_findings(surveyed(aws))
    assert (finding.kind, finding.severity) == ("encryption-updating", "note")


@pytest.mark.parametrize(("spec", "origin"), [("SYMMETRIC_DEFAULT", "EXTERNAL"), ("RSA_2048", "AWS_KMS")])
def test_a_key_that_cannot_rotate_is_a_note(aws: StubbedConnections, spec: str, origin: str) -> None:
    queue_table(aws, "us-east-1", KEYS["us-east-1"])
    queue_key(aws, "us-east-1", KeySpec=spec, Origin=origin)
    (finding,) = settings_findings(surveyed(aws))
    assert (finding.kind, finding.severity) == ("rotation-not-available", "note")


def test_a_setting_that_may_not_be_read_is_unknown_and_others_are_read(aws: StubbedConnections) -> None:
    metadata = {"KeyId": KEY_ID, "Arn": KEYS["us-east-1"], "KeyManager": "CUSTOMER", "KeyState": "Enabled"}
    stub = aws.stub("kms")
    stub.add_response("describe_key", {"KeyMetadata": {**metadata, "KeySpec": "SYMMETRIC_DEFAULT"}})
    for call in ("list_aliases", "get_key_rotation_status", "get_key_policy", "list_grants"):
        stub.add_client_error(call, "AccessDeniedException", f"no {call}")
    key = observe_key(aws, KEYS["us-east-1"])
    assert isinstance(key, Key)
    assert [key.aliases, key.rotation, key.policy, key.grants] == [
        Unknown("kms:ListAliases", "AccessDeniedException", "no list_aliases"),
        Unknown("kms:GetKeyRotationStatus", "AccessDeniedException", "no get_key_rotation_status"),
        Unknown("kms:GetKeyPolicy", "AccessDeniedException", "no get_key_policy"),
        Unknown("kms:ListGrants", "AccessDeniedException", "no list_grants"),
    ]


def test_every_page_of_grants_and_aliases_is_read(aws: StubbedConnections) -> None:
    stub = aws.stub("kms")
    metadata: dict[str, Any] = {"KeyId": KEY_ID, "Arn": KEYS["us-east-1"], "KeyManager": "CUSTOMER"}
    metadata |= {"KeyState": "PendingDeletion", "DeletionDate": datetime(2026, 12, 24, tzinfo=UTC)}
    stub.add_response("describe_key", {"KeyMetadata": {**metadata, "KeySpec": "SYMMETRIC_DEFAULT"}})
    for name, more in (("alias/a", True), ("alias/b", False)):
        page: dict[str, Any] = {"Aliases": [{"AliasName": name}], "Truncated": more}
        stub.add_response("list_aliases", {**page, "NextMarker": "m"} if more else page)
    stub.add_response("get_key_rotation_status", {"KeyRotationEnabled": False})
    stub.add_response("get_key_policy", {"Policy": "{}"})
    mine = {"GrantId": "1", "GranteePrincipal": USER, "Operations": ["Encrypt", "Decrypt"]}
    stub.add_response("list_grants", {"Grants": [mine], "Truncated": True, "NextMarker": "m"})
    stub.add_response("list_grants", {"Grants": [service_grant("us-east-1")], "Truncated": False})
    key = observe_key(aws, KEYS["us-east-1"])
    assert isinstance(key, Key)
    assert key.aliases == ("alias/a", "alias/b")
    assert key.grants == (
        Grant("1", USER, ("Decrypt", "Encrypt")),
        Grant(
            "abc",
            "dynamodb.us-east-1.amazonaws.com",
            ("Decrypt",),
            context_subset={"aws:dynamodb:tableName": "orders"},
        ),
    )
    assert key.rotation == Rotation(enabled=False, period_in_days=None)
    assert key.deletion_date == "2026-12-24T00:00:00+00:00"


def test_a_backup_whose_key_may_not_be_read_is_unknown_and_others_are_read(aws: StubbedConnections) -> None:
    stub = aws.stub("dynamodb")
    stub.add_response("describe_table", described_table("us-east-1", KEYS["us-east-1"]))
    arn = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders/backup/01637783246833-c5e2b5ee"
    stub.add_client_error("get_resource_policy", "PolicyNotFoundException")
    stub.add_response("list_backups", {"BackupSummaries": [{"BackupName": "before", "BackupArn": arn}]})
    stub.add_client_error("describe_backup", "AccessDeniedException", "no")
    table = observe_table(aws, "orders", "us-east-1")
    assert isinstance(table, Table)
    assert not isinstance(table.backups, Unknown)
    assert table.backups[0].key_arn == Unknown("dynamodb:DescribeBackup", "AccessDeniedException", "no")


def test_an_alias_that_begins_with_aws_belongs_to_an_aws_managed_key() -> None:
    assert is_aws_managed_alias(f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/dynamodb")
    assert not is_aws_managed_alias(f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/awsome")
    assert not is_aws_managed_alias(KEYS["us-east-1"])
