"""Faults that tests inject."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from local.process import LocalAws, LocalAwsError, running, start
from tests.local.emulator.lifetime import ended
from tests.local.emulator.resources import (
    error_of,
    make_key,
    table_request,
)
from tests.local.engine.processes import wait_until


@pytest.fixture
def own(aws: LocalAws) -> LocalAws:
    aws.clear_faults()
    return aws


def test_calls_are_throttled_the_requested_number_of_times(own: LocalAws) -> None:
    own.inject_fault("kms:ListKeys", "throttle", calls=2)
    kms = own.client("kms")

    assert [error_of(kms.list_keys).code for _ in range(2)] == ["ThrottlingException"] * 2
    kms.list_keys()


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("dynamodb", "list_tables", "InternalServerError"),
        ("kms", "list_keys", "KMSInternalException"),
        ("iam", "list_users", "ServiceFailure"),
        ("sts", "get_caller_identity", "InternalFailure"),
    ],
)
def test_a_service_fails_with_its_own_error_code(
    own: LocalAws, service: str, operation: str, code: str
) -> None:
    own.inject_fault(f"{service}:*", "error")

    error = error_of(getattr(own.client(service), operation))

    assert (error.code, error.status) == (code, 500)


def test_a_connection_is_closed_before_the_call_has_an_effect(own: LocalAws) -> None:
    table = "closed-before"
    own.inject_fault("dynamodb:CreateTable", "close")

    with pytest.raises(ConnectionClosedError):
        own.client("dynamodb").create_table(**table_request(table))

    assert table not in own.client("dynamodb").list_tables()["TableNames"]


def test_a_connection_is_closed_after_the_call_had_its_effect(own: LocalAws) -> None:
    table = "closed-after"
    own.inject_fault("dynamodb:CreateTable", "close-after")

    with pytest.raises(ConnectionClosedError):
        own.client("dynamodb").create_table(**table_request(table))

    assert table in own.client("dynamodb").list_tables()["TableNames"]


def test_time_only_goes_forward(own: LocalAws) -> None:
    with pytest.raises(LocalAwsError, match="time only goes forward"):
        own.let_pass(-1)


def test_a_call_is_delayed(own: LocalAws) -> None:
    own.inject_fault("kms:CreateKey", "delay", seconds=3600)
    kms = own.client("kms")
    before = len(kms.list_keys()["Keys"])
    with ThreadPoolExecutor() as background:
        call = background.submit(kms.create_key)
        wait_until(lambda: own.delayed_calls() == 1)
        assert len(kms.list_keys()["Keys"]) == before

        own.let_pass(3600)

        assert call.result()["KeyMetadata"]["KeyState"] == "Enabled"
    assert own.delayed_calls() == 0


def test_the_local_aws_is_killed_at_the_requested_call_and_continues_after_a_restart(tmp_path: Path) -> None:
    aws = start(state_dir=tmp_path)
    aws.inject_fault("kms:CreateKey", "kill-after", skip=1)
    first = make_key(aws)
    with pytest.raises((ConnectionClosedError, EndpointConnectionError)):
        make_key(aws)
    assert ended(aws.pid)
    aws.stop()

    with running(state_dir=tmp_path) as again:
        arns = [one["KeyArn"] for one in again.client("kms").list_keys()["Keys"]]
        assert (len(arns), first in arns) == (2, True)


def test_an_unknown_effect_is_an_error(own: LocalAws) -> None:
    with pytest.raises(LocalAwsError, match="effect is 'explode': give one of close, "):
        own.inject_fault("kms:*", "explode")
