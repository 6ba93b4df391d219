"""The assertions for a team's own tests, and the fixtures in a separate test run."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from encrypted_tables.verify.assertions import assert_allowed, assert_denied
from local.process import Credentials, LocalAws
from tests.verify.world import User, World

ROOT = Path(__file__).resolve().parents[2]
AsCaller = Callable[[Credentials | None], None]


@pytest.fixture(autouse=True)
def _owner(as_caller: AsCaller) -> None:
    as_caller(None)


def session(user: User) -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=user.credentials.access_key_id,
        aws_secret_access_key=user.credentials.secret_access_key,
    )


def failure(check: Callable[..., object], *arguments: object, **options: object) -> str:
    with pytest.raises(pytest.fail.Exception) as error:
        check(*arguments, **options)
    return str(error.value)


def test_a_denied_principal_passes_and_an_allowed_one_fails(world: World) -> None:
    kept_out, let_in = world.user(), world.user()
    table = world.table(world.key(let_in.arn))
    assert [one.outcome.value for one in assert_denied(table, session(kept_out))] == ["denied-by-kms"] * 3
    assert [one.call for one in assert_allowed(table, session(let_in))] == ["GetItem", "Query", "Scan"]
    output = failure(assert_denied, table, session(let_in))
    assert f"{let_in.arn} on {table}: expected denied by IAM or denied by KMS, found" in output
    assert "Scan: allowed" in output
    assert "GetItem: denied by KMS KMS key access denied" in failure(assert_allowed, table, session(kept_out))
    assert world.items(table) == []


def test_an_assertion_can_require_denial_by_kms_or_by_iam(world: World) -> None:
    by_kms, by_iam = world.user(), world.user(policy=None)
    table = world.table(world.key())
    assert_denied(table, session(by_kms), by="kms")
    assert_denied(table, session(by_iam), by="iam")
    assert "expected denied by KMS, found" in failure(assert_denied, table, session(by_iam), by="kms")


def test_an_inconclusive_answer_fails_both_assertions(world: World) -> None:
    user = world.user()
    key = world.key(user.arn)
    table = world.table(key)
    world.client("kms").disable_key(KeyId=key)
    assert "key disabled" in failure(assert_denied, table, session(user))
    assert "key disabled" in failure(assert_allowed, table, session(user))


def test_a_role_is_assumed(world: World) -> None:
    role, stranger = world.role(), world.role()
    table = world.table(world.key(role))
    assert_allowed(table, role)
    assert_denied(table, stranger, by="kms", calls=["GetItem"])


def test_a_principal_that_cannot_be_used_fails(world: World) -> None:
    user = world.user()
    table = world.table(world.key())
    assert "sts:AssumeRole failed" in failure(assert_denied, table, user.arn.replace(":user/", ":role/"))
    assert "dynamodb:DescribeTable" in failure(assert_denied, "no-such-table", session(user))
    wrong = boto3.Session(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="wrong")
    assert "sts:GetCallerIdentity failed" in failure(assert_denied, table, wrong)
    with pytest.raises(ValueError, match=r"calls: give any of GetItem.*PutItem"):
        assert_denied(table, session(user), calls=["PutItem"])


def test_the_fixtures_work_in_tests_of_another_project(world: World, aws: LocalAws, tmp_path: Path) -> None:
    user = world.user()
    table = world.table(world.key())
    (tmp_path / "test_team.py").write_text(
        f"def test_denied(assert_denied):\n    assert_denied({table!r}, 'reader')\n\n"
        f"def test_allowed(assert_allowed):\n    assert_allowed({table!r}, 'reader')\n"
    )
    one = user.credentials
    (tmp_path / "credentials").write_text(
        f"[reader]\naws_access_key_id={one.access_key_id}\naws_secret_access_key={one.secret_access_key}\n"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        **aws.environment(),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "FAILED test_team.py::test_allowed" in done.stdout
