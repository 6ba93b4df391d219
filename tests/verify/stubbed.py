"""Stubs for AWS answers that the local AWS cannot give."""

from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.stub import Stubber
from rich.console import Console

from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.declared import DeclaredTable
from encrypted_tables.verify.collect.inventory import Place, Target, survey
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.verify.compare.settings_findings import settings_findings

ACCOUNT = "111122223333"
KEY_ID = "0d1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b"
KEYS = {region: f"arn:aws:kms:{region}:{ACCOUNT}:key/{KEY_ID}" for region in ("us-east-1", "eu-west-1")}
USER = f"arn:aws:iam::{ACCOUNT}:user/reader"


class StubbedConnections(Connections):
    """Connections whose answers are queued by the test; a call that is not queued fails it."""

    def __init__(self) -> None:
        super().__init__(boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret"), "us-east-1")
        self.stubs: dict[tuple[str, str], Stubber] = {}

    def stub(self, service: str, region: str = "us-east-1") -> Stubber:
        """The queue of a client's answers."""
        if (service, region) not in self.stubs:
            self.stubs[service, region] = Stubber(super().client(service, region))
            self.stubs[service, region].activate()
        return self.stubs[service, region]

    def client(self, service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3 clients have no static type
        """A client that answers from its queue."""
        return self.stub(service, region or "us-east-1").client


def described_table(region: str, key: str | None, *replicas: str, **more: object) -> dict[str, Any]:
    encryption = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
    return {
        "Table": {
            "TableName": "orders",
            "TableArn": f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/orders",
            "TableStatus": "ACTIVE",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "Replicas": [{"RegionName": name} for name in replicas],
            **({"SSEDescription": encryption} if key else {}),
            **more,
        }
    }


def described_backup(backup_arn: str, key: str) -> dict[str, Any]:
    table = described_table("us-east-1", key)["Table"]
    of_table = ("TableName", "KeySchema")
    source = {
        **{name: table[name] for name in of_table},
        "TableId": KEY_ID,
        "TableCreationDateTime": datetime(2026, 11, 1, tzinfo=UTC),
        "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    }
    return {
        "BackupDescription": {
            "BackupDetails": {
                "BackupArn": backup_arn,
                "BackupName": "before",
                "BackupStatus": "AVAILABLE",
                "BackupType": "USER",
                "BackupCreationDateTime": datetime(2026, 11, 2, tzinfo=UTC),
            },
            "SourceTableDetails": source,
            "SourceTableFeatureDetails": {"SSEDescription": table["SSEDescription"]},
        }
    }


def queue_table(
    aws: StubbedConnections, region: str, key: str | None, *replicas: str, **more: object
) -> None:
    stub = aws.stub("dynamodb", region)
    answer = described_table(region, key, *replicas, **more)
    stub.add_response("describe_table", answer, {"TableName": "orders"})
    stub.add_client_error("get_resource_policy", "PolicyNotFoundException")
    stub.add_response("list_backups", {"BackupSummaries": []}, {"TableName": "orders", "BackupType": "ALL"})


def queue_key(aws: StubbedConnections, region: str, **metadata: object) -> None:
    stub = aws.stub("kms", region)
    known = {
        "KeyId": KEY_ID,
        "Arn": KEYS[region],
        "KeyManager": "CUSTOMER",
        "KeyState": "Enabled",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "Origin": "AWS_KMS",
        **metadata,
    }
    stub.add_response("describe_key", {"KeyMetadata": known})
    stub.add_response("list_aliases", {"Aliases": [{"AliasName": "alias/orders"}]})
    if known["KeySpec"] == "SYMMETRIC_DEFAULT" and known["Origin"] == "AWS_KMS":
        stub.add_response("get_key_rotation_status", {"KeyRotationEnabled": True, "RotationPeriodInDays": 90})
    stub.add_response("get_key_policy", {"Policy": '{"Statement": []}'})
    stub.add_response("list_grants", {"Grants": [service_grant(region)]})


def service_grant(region: str) -> dict[str, Any]:
    return {
        "GrantId": "abc",
        "GranteePrincipal": f"dynamodb.{region}.amazonaws.com",
        "Operations": ["Decrypt"],
        "Constraints": {"EncryptionContextSubset": {"aws:dynamodb:tableName": "orders"}},
    }


def surveyed(aws: StubbedConnections, **declared: object) -> list[Place]:
    facts = {"tableName": "orders", "region": "us-east-1", "keyArn": KEYS["us-east-1"], **declared}
    table = DeclaredTable.model_validate(facts)
    places = survey(aws, [Target("orders", "us-east-1", table)], Parallel(1, Console(quiet=True)))
    for stub in aws.stubs.values():
        stub.assert_no_pending_responses()
    return places


def found(places: list[Place]) -> list[tuple[str, str]]:
    return [(finding.kind, finding.region) for finding in settings_findings(places)]
