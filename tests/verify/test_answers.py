"""What is recorded of a call's answer: outcome, code and message, but no secret."""

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.stub import ANY

from encrypted_tables.verify.collect.aws_errors import REDACTED, answer_of_error
from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.credentials import Principal
from encrypted_tables.verify.collect.observe import Table, Unknown, attempt, observe_table
from encrypted_tables.verify.probe.classify import Outcome
from encrypted_tables.verify.probe.probe import ProbeItem, Prober
from tests.verify.stubbed import KEY_ID, KEYS, USER, StubbedConnections, queue_table


@pytest.fixture
def aws() -> StubbedConnections:
    return StubbedConnections()


ANY_GET = {"TableName": "orders", "Key": ANY, "ConsistentRead": True}
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
def test_a_probe_records_the_answer_of_aws(
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


def test_a_table_of_another_account_is_called_by_its_arn(aws: StubbedConnections) -> None:
    queue_table(aws, "us-east-1", KEYS["us-east-1"])
    table = observe_table(aws, "orders", "us-east-1")
    assert isinstance(table, Table)
    aws.stub("dynamodb").add_client_error(
        "get_item", "AccessDeniedException", "no", expected_params={**ANY_GET, "TableName": table.arn}
    )
    who = Principal("arn:aws:iam::444455556666:role/app", "x", "test", aws)
    Prober(who, table, ProbeItem.for_table(table)).run(("GetItem",))
    aws.stub("dynamodb").assert_no_pending_responses()


def test_a_secret_in_an_error_of_aws_is_not_kept() -> None:
    """SignatureDoesNotMatch quotes the request as AWS saw it, session token and all."""
    token = "IQoJb3JpZ2luX2VjEXAMPLETOKEN"
    text = f"The Canonical String should have been 'POST x-amz-security-token:{token}'"
    error = ClientError({"Error": {"Code": "SignatureDoesNotMatch", "Message": text}}, "GetItem")
    answer = answer_of_error(error, (token, ""))
    assert token not in answer.message
    assert REDACTED in answer.message


def test_a_session_token_in_an_error_of_aws_is_not_kept() -> None:
    token = "IQoJb3JpZ2luX2VjEXAMPLETOKEN//////////w=="
    text = f"The Canonical String should have been 'POST\nhost:x\nx-amz-security-token:{token}\n\nhost'"
    refusal = ClientError({"Error": {"Code": "InvalidSignatureException", "Message": text}}, "ListGrants")

    def refused() -> None:
        raise refusal

    unknown = attempt("kms:ListGrants", refused)
    assert isinstance(unknown, Unknown)
    assert token not in unknown.reason
    assert f"x-amz-security-token:{REDACTED}\n\nhost" in unknown.reason


def test_a_connection_error_is_recorded_by_its_name() -> None:
    assert answer_of_error(ReadTimeoutError(endpoint_url="https://x")).code == "ReadTimeoutError"


def test_retries_are_in_botocores_standard_mode_and_limited() -> None:
    config = Connections(boto3.Session("a", "b"), "us-east-1", 7).client("dynamodb").meta.config
    assert (config.retries["mode"], config.retries["total_max_attempts"]) == ("standard", 8)
    assert config.max_pool_connections == 7


def test_renewed_connections_share_nothing_with_the_old_ones() -> None:
    old = Connections(boto3.Session("a", "b"), "us-east-1")
    assert old.client("dynamodb") is old.client("dynamodb")
    assert old.renewed().client("dynamodb") is not old.client("dynamodb")
