"""Available credentials: of the caller, files, profiles and roles; and unusable ones."""

from collections.abc import Callable
from pathlib import Path

import pytest

from encrypted_tables.verify.collect.credentials import CredentialSources
from encrypted_tables.verify.report.report import Report
from local.process import Credentials
from tests.verify.world import ACCOUNT, World, declare, kinds, outcomes

ITEM_CALLS = ("GetItem", "PutItem", "Query", "Scan")
READ_ONLY = ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]
Verified = Callable[..., Report]
AsCaller = Callable[[Credentials | None], None]


def test_a_role_is_assumed_and_its_access_proven(world: World, verified: Verified) -> None:
    role, stranger = world.role(), world.role()
    key = world.key(role)
    table = world.table(key)
    report = verified(
        declare(table, key, {role: "keyUser"}), sources=CredentialSources(assume_roles=(stranger,))
    )
    assert outcomes(report, role)["GetItem"] == "allowed"
    assert outcomes(report, stranger)["GetItem"] == "denied-by-kms"
    sts = {row.arn: row.sts_arn for row in report.principals}
    assert (
        sts[role]
        == f"{role.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/encrypted-tables-verify"
    )
    assert report.verdict.exit_status == 0


def test_an_access_key_file_and_a_profile_identify_principals(
    world: World, verified: Verified, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_file, of_profile = world.user(), world.user()
    key = world.key(of_profile.arn)
    csv_file = tmp_path / "user_accessKeys.csv"
    one = of_file.credentials
    csv_file.write_text(f"Access key ID,Secret access key\n{one.access_key_id},{one.secret_access_key}\n")
    two = of_profile.credentials
    config = tmp_path / "credentials"
    config.write_text(
        f"[auditor]\naws_access_key_id={two.access_key_id}\naws_secret_access_key={two.secret_access_key}\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(config))
    sources = CredentialSources(csv_files=(csv_file,), profiles=("auditor",))
    report = verified(declare(world.table(key), key, {of_profile.arn: "keyUser"}), sources=sources)
    assert outcomes(report, of_file.arn)["GetItem"] == "denied-by-kms"
    assert outcomes(report, of_profile.arn)["GetItem"] == "allowed"
    assert [r.source for r in report.principals] == ["caller", "file user_accessKeys.csv", "profile auditor"]


def test_credentials_that_do_not_work_are_not_a_denial(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key()
    table = world.table(key)
    world.client("iam").update_access_key(
        UserName=user.name, AccessKeyId=user.credentials.access_key_id, Status="Inactive"
    )
    report = verified(declare(table, key, user=user))
    assert kinds(report) == {"credentials-unusable"}
    assert report.verdict.exit_status == 2
    assert user.credentials.secret_access_key not in str(report.untried)


def test_a_missing_profile_is_reported(world: World, verified: Verified) -> None:
    key = world.key()
    report = verified(declare(world.table(key), key), sources=CredentialSources(profiles=("nobody",)))
    assert [(one.source, one.reason) for one in report.untried] == [
        ("profile nobody", "The config profile (nobody) could not be found")
    ]
    assert report.verdict.exit_status == 2


def test_the_caller_is_compared_with_its_declaration(
    world: World, verified: Verified, as_caller: AsCaller
) -> None:
    """The caller of verify is not an exception, unless it can change the key policy."""
    user = world.user()
    key = world.key(user.arn)
    table = world.table(key)
    as_caller(user.credentials)
    report = verified(declare(table, key))
    assert "allowed-but-not-declared" in kinds(report, user.arn)


def test_reads_by_a_principal_that_can_change_the_key_policy_are_a_note(
    world: World, verified: Verified
) -> None:
    key = world.key()
    report = verified(declare(world.table(key), key))
    assert [one.kind for one in report.findings] == ["key-manager-reads"]
    assert report.verdict.exit_status == 0


def test_the_root_user_is_refused(world: World, verified: Verified, as_caller: AsCaller) -> None:
    key = world.key()
    table = world.table(key)
    as_caller(world.aws.root)
    with pytest.raises(Exception, match=f"arn:aws:iam::{ACCOUNT}:root is a root user"):
        verified(declare(table, key))
