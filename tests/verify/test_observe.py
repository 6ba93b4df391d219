"""What the local AWS cannot show, by stubbed answers: replicas, other kinds of key, refusals, secrets."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.stub import ANY, Stubber
from rich.console import Console

from verify.aws_errors import REDACTED, answer_of_error
from verify.classify import Outcome
from verify.connections import Connections
from verify.declared import DeclaredTable
from verify.inventory import Place, Target, survey
from verify.observe import (
    Grant,
    Key,
    Rotation,
    Table,
    Unknown,
    is_aws_managed_alias,
    observe_key,
    observe_table,
)
from verify.parallel import Parallel
from verify.principals import Principal
from verify.probe import ProbeItem, Prober
from verify.settings_findings import settings_findings

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


@pytest.fixture
def aws() -> StubbedConnections:
    return StubbedConnections()


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


def queue_table(
    aws: StubbedConnections, region: str, key: str | None, *replicas: str, **more: object
) -> None:
    stub = aws.stub("dynamodb", region)
    answer = described_table(region, key, *replicas, **more)
    stub.add_response("describe_table", answer, {"TableName": "orders"})
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


def test_a_replica_with_the_aws_owned_key_that_nobody_declared_differs(aws: StubbedConnections) -> None:
    queue_table(aws, "us-east-1", KEYS["us-east-1"], "eu-west-1")
    queue_table(aws, "eu-west-1", None, "us-east-1")
    queue_key(aws, "us-east-1")
    assert ("replica-key-kind", "eu-west-1") in found(surveyed(aws))


def test_a_declared_replica_that_is_not_there_differs(aws: StubbedConnections) -> None:
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


def test_a_table_that_has_lost_its_key_differs(aws: StubbedConnections) -> None:
    key = KEYS["us-east-1"]
    queue_table(aws, "us-east-1", key, TableStatus="INACCESSIBLE_ENCRYPTION_CREDENTIALS")
    aws.stub("kms").add_client_error("describe_key", "NotFoundException", f"Key '{key}' does not exist")
    assert found(surveyed(aws)) == [("table-inaccessible", "us-east-1"), ("key-missing", "us-east-1")]


def test_a_table_on_its_way_to_another_key_is_noted(aws: StubbedConnections) -> None:
    key = KEYS["us-east-1"]
    updating = {"Status": "UPDATING", "SSEType": "KMS", "KMSMasterKeyArn": key}
    queue_table(aws, "us-east-1", key, SSEDescription=updating)
    queue_key(aws, "us-east-1")
    (finding,) = settings_findings(surveyed(aws))
    assert (finding.kind, finding.severity) == ("encryption-updating", "note")


@pytest.mark.parametrize(("spec", "origin"), [("SYMMETRIC_DEFAULT", "EXTERNAL"), ("RSA_2048", "AWS_KMS")])
def test_a_kind_of_key_without_rotation_is_noted(aws: StubbedConnections, spec: str, origin: str) -> None:
    queue_table(aws, "us-east-1", KEYS["us-east-1"])
    queue_key(aws, "us-east-1", KeySpec=spec, Origin=origin)
    (finding,) = settings_findings(surveyed(aws))
    assert (finding.kind, finding.severity) == ("rotation-not-available", "note")


def test_each_setting_that_may_not_be_read_is_unknown_by_itself(aws: StubbedConnections) -> None:
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
        Grant("1", USER, ("Decrypt", "Encrypt"), None),
        Grant("abc", "dynamodb.us-east-1.amazonaws.com", ("Decrypt",), "orders"),
    )
    assert key.rotation == Rotation(enabled=False, period_in_days=None)
    assert key.deletion_date == "2026-12-24T00:00:00+00:00"


def test_a_backup_whose_key_may_not_be_read_is_unknown_by_itself(aws: StubbedConnections) -> None:
    stub = aws.stub("dynamodb")
    stub.add_response("describe_table", described_table("us-east-1", KEYS["us-east-1"]))
    arn = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders/backup/01637783246833-c5e2b5ee"
    stub.add_response("list_backups", {"BackupSummaries": [{"BackupName": "before", "BackupArn": arn}]})
    stub.add_client_error("describe_backup", "AccessDeniedException", "no")
    table = observe_table(aws, "orders", "us-east-1")
    assert isinstance(table, Table)
    assert not isinstance(table.backups, Unknown)
    assert table.backups[0].key_arn == Unknown("dynamodb:DescribeBackup", "AccessDeniedException", "no")


def test_only_aws_can_make_an_alias_that_begins_with_aws() -> None:
    assert is_aws_managed_alias(f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/aws/dynamodb")
    assert not is_aws_managed_alias(f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/awsome")
    assert not is_aws_managed_alias(KEYS["us-east-1"])


JAVA = "com.amazonaws.services.kms.model"


@pytest.mark.parametrize(
    ("code", "message", "status", "expected"),
    [
        (
            "AccessDeniedException",
            (f"KMS key access denied error: {JAVA}.AWSKMSException: The ciphertext refers to a master key "
            "that does not exist, does not exist in this region, or you are not allowed to access."),
            400,
            Outcome.DENIED_BY_KMS,
        ),
        (
            "ValidationException",
            f"KMS validation error: {JAVA}.KMSInvalidStateException: {KEY_ID} is pending deletion.",
            400,
            Outcome.KEY_PENDING_DELETION,
        ),
        ("InternalServerError", f"KMS internal error: {JAVA}.AWSKMSException", 500, Outcome.COULD_NOT_TELL),
        ("ProvisionedThroughputExceededException", "slow down", 400, Outcome.COULD_NOT_TELL),
        ("ResourceNotFoundException", "Requested resource not found", 400, Outcome.COULD_NOT_TELL),
    ],
)  # fmt: skip
def test_a_probe_tells_what_aws_answered(
    aws: StubbedConnections, code: str, message: str, status: int, expected: Outcome
) -> None:
    queue_table(aws, "us-east-1", KEYS["us-east-1"])
    table = observe_table(aws, "orders", "us-east-1")
    assert isinstance(table, Table)
    stub = aws.stub("dynamodb")
    meta = {"RequestId": "4KBNVRGD25RG1KEO9UT4V3FQDJVV4KQNSO5AEMVJF66Q9ASUAAJG"}
    stub.add_client_error("get_item", code, message, status, response_meta=meta, expected_params=ANY_GET)
    who = Principal(USER, USER, "test", aws)
    (result,) = Prober(who, table, ProbeItem.for_table(table)).run(("GetItem",))
    assert (result.outcome, result.answer.code, result.answer.message) == (expected, code, message)
    assert result.answer.request_id == meta["RequestId"]
    assert result.principal == USER


ANY_GET = {"TableName": "orders", "Key": ANY, "ConsistentRead": True}


def test_another_accounts_table_is_named_by_its_arn(aws: StubbedConnections) -> None:
    queue_table(aws, "us-east-1", KEYS["us-east-1"])
    table = observe_table(aws, "orders", "us-east-1")
    assert isinstance(table, Table)
    aws.stub("dynamodb").add_client_error(
        "get_item", "AccessDeniedException", "no", expected_params={**ANY_GET, "TableName": table.arn}
    )
    who = Principal("arn:aws:iam::444455556666:role/app", "x", "test", aws)
    Prober(who, table, ProbeItem.for_table(table)).run(("GetItem",))
    aws.stub("dynamodb").assert_no_pending_responses()


def test_a_secret_that_aws_quotes_is_not_kept() -> None:
    """SignatureDoesNotMatch quotes the request as AWS saw it, session token and all."""
    token = "IQoJb3JpZ2luX2VjEXAMPLETOKEN"
    said = f"The Canonical String should have been 'POST x-amz-security-token:{token}'"
    error = ClientError({"Error": {"Code": "SignatureDoesNotMatch", "Message": said}}, "GetItem")
    answer = answer_of_error(error, (token, ""))
    assert token not in answer.message
    assert REDACTED in answer.message


def test_an_error_that_never_reached_aws_has_its_own_name() -> None:
    assert answer_of_error(ReadTimeoutError(endpoint_url="https://x")).code == "ReadTimeoutError"


def test_retries_are_botocores_standard_ones_and_bounded() -> None:
    config = Connections(boto3.Session("a", "b"), "us-east-1", 7).client("dynamodb").meta.config
    assert (config.retries["mode"], config.retries["total_max_attempts"]) == ("standard", 8)
    assert config.max_pool_connections == 7


def test_renewed_connections_share_nothing_with_the_old_ones() -> None:
    old = Connections(boto3.Session("a", "b"), "us-east-1")
    assert old.client("dynamodb") is old.client("dynamodb")
    assert old.renewed().client("dynamodb") is not old.client("dynamodb")
