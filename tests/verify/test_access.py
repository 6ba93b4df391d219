"""Access on a real, enforcing AWS: what is declared, what is tried, and what the difference is called."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from local_aws.process import Credentials
from tests.verify.world import ACCOUNT, FULL_ACCESS, World, declare, kinds, outcomes
from verify.principals import CredentialSources
from verify.report import Report

ITEM_CALLS = ("GetItem", "PutItem", "Query", "Scan")
READ_ONLY = ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]
Verified = Callable[..., Report]
AsCaller = Callable[[Credentials | None], None]


def test_full_access_to_dynamodb_is_denied_by_kms_as_declared(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key()
    table = world.table(key)
    report = verified(declare(table, key, user=user))
    assert outcomes(report, user.arn) == {
        "DescribeTable": "allowed",
        **dict.fromkeys(ITEM_CALLS, "denied-by-kms"),
    }
    assert (report.verdict.value, report.verdict.exit_status) == ("as-declared", 0)


def test_a_key_user_reads_and_writes_as_declared(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key(user.arn)
    table = world.table(key)
    report = verified(declare(table, key, {user.arn: "keyUser"}, user))
    assert set(outcomes(report, user.arn).values()) == {"allowed"}
    assert report.verdict.exit_status == 0


def test_a_declared_key_user_whom_the_key_denies_differs(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key()
    report = verified(declare(world.table(key), key, {user.arn: "keyUser"}, user))
    assert kinds(report, user.arn) == {"declared-but-denied"}
    assert report.verdict.exit_status == 1


def test_a_user_let_in_by_the_key_policy_behind_the_stacks_back_differs(
    world: World, verified: Verified
) -> None:
    user = world.user()
    key = world.key()
    table = world.table(key)
    world.set_key_users(key, user.arn)
    report = verified(declare(table, key, user=user))
    assert kinds(report, user.arn) == {"allowed-but-not-declared", "undeclared-principal"}
    assert report.verdict.exit_status == 1


def test_a_user_let_in_by_an_iam_policy_behind_the_stacks_back_differs(
    world: World, verified: Verified
) -> None:
    """The console's key policy leaves it to IAM, so the key policy shows nothing; only the call does."""
    user = world.user()
    key = world.key()
    table = world.table(key)
    world.user_policy(user, {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"})
    report = verified(declare(table, key, user=user))
    assert kinds(report) == {"allowed-but-not-declared"}


def test_a_user_without_dynamodb_rights_is_denied_by_iam(world: World, verified: Verified) -> None:
    user = world.user(policy=None)
    key = world.key()
    report = verified(declare(world.table(key), key, user=user))
    assert set(outcomes(report, user.arn).values()) == {"denied-by-iam"}
    assert report.verdict.exit_status == 0


def test_a_key_user_who_may_make_no_item_call_differs(world: World, verified: Verified) -> None:
    user = world.user(policy=None)
    key = world.key(user.arn)
    report = verified(declare(world.table(key), key, {user.arn: "keyUser"}, user))
    assert kinds(report, user.arn) == {"declared-but-denied"}


def test_a_key_user_who_may_only_read_is_as_declared_but_no_reader_writer(
    world: World, verified: Verified
) -> None:
    """The key opens the table; which item calls a key user makes is for IAM to say."""
    user = world.user(policy=None)
    world.user_policy(user, {"Effect": "Allow", "Action": READ_ONLY, "Resource": "*"})
    key = world.key(user.arn)
    table = world.table(key)
    found = outcomes(verified(declare(table, key, {user.arn: "keyUser"}, user)), user.arn)
    assert found["GetItem"] == "allowed"
    assert found["PutItem"] == "denied-by-iam"
    assert verified(declare(table, key, {user.arn: "keyUser"}, user)).verdict.exit_status == 0
    report = verified(declare(table, key, {user.arn: "readerWriter"}, user))
    assert kinds(report, user.arn) == {"declared-but-denied"}


def test_a_reader_who_can_write_differs(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key(user.arn)
    report = verified(declare(world.table(key), key, {user.arn: "reader"}, user))
    (finding,) = [one for one in report.findings if one.principal == user.arn]
    assert finding.kind == "allowed-but-not-declared"
    assert "PutItem: allowed" in finding.text


def test_a_key_administrator_who_reads_differs(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key(user.arn)
    report = verified(declare(world.table(key), key, {user.arn: "keyAdministrator"}, user))
    assert kinds(report, user.arn) == {"allowed-but-not-declared"}


def test_an_explicit_deny_in_the_key_policy_is_a_denial_by_kms(world: World, verified: Verified) -> None:
    user = world.user()
    deny = {"Effect": "Deny", "Principal": {"AWS": user.arn}, "Action": "kms:Decrypt", "Resource": "*"}
    key = world.key(user.arn, statements=(deny,))
    report = verified(declare(world.table(key), key, {user.arn: "keyUser"}, user))
    assert outcomes(report, user.arn)["GetItem"] == "denied-by-kms"


@pytest.mark.parametrize(
    ("break_key", "outcome", "kind"),
    [
        (lambda kms, key: kms.disable_key(KeyId=key), "key-disabled", "key-not-enabled"),
        (
            lambda kms, key: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7),
            "key-pending-deletion",
            "key-pending-deletion",
        ),
    ],
)
def test_an_unusable_key_is_told_from_a_denial(
    world: World, verified: Verified, break_key: Callable[..., None], outcome: str, kind: str
) -> None:
    """Nobody reads through an unusable key, so the user who is to be kept out is not proven to be."""
    user, outsider = world.user(), world.user()
    key = world.key(user.arn)
    table = world.table(key)
    break_key(world.client("kms"), key)
    report = verified(declare(table, key, {user.arn: "keyUser"}, user))
    assert {outcomes(report, user.arn)[call] for call in ITEM_CALLS} == {outcome}
    assert {kind, "declared-but-denied"} <= kinds(report)
    report = verified(declare(table, key, user=outsider))
    assert kinds(report, outsider.arn) == {"access-unknown"}


def test_a_table_with_the_aws_owned_key_keeps_no_full_access_user_out(
    world: World, verified: Verified
) -> None:
    user = world.user()
    key = world.key()
    report = verified(declare(world.table(None), key, user=user))
    assert {"not-customer-managed-key", "other-key", "allowed-but-not-declared"} == kinds(report)


def test_a_role_is_assumed_and_proven(world: World, verified: Verified) -> None:
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


def test_an_access_key_file_and_a_profile_are_principals(
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


def test_a_missing_profile_is_told(world: World, verified: Verified) -> None:
    key = world.key()
    report = verified(declare(world.table(key), key), sources=CredentialSources(profiles=("nobody",)))
    assert [(one.source, one.reason) for one in report.untried] == [
        ("profile nobody", "The config profile (nobody) could not be found")
    ]
    assert report.verdict.exit_status == 2


def test_a_role_that_may_not_be_assumed_is_told_when_asked_for_and_predicted_when_declared(
    world: World, verified: Verified
) -> None:
    role = world.role()
    nobody = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    world.client("iam").update_assume_role_policy(
        RoleName=role.rsplit("/", 1)[-1], PolicyDocument=json.dumps(nobody)
    )
    key = world.key(role)
    table = world.table(key)
    outputs = declare(table, key, {role: "keyUser"})
    assert {cell.basis for cell in verified(outputs).access if cell.principal == role} == {"predicted"}
    assert verified(outputs).verdict.exit_status == 0
    asked = verified(outputs, sources=CredentialSources(assume_roles=(role,)))
    assert kinds(asked) == {"credentials-unusable"}


def test_a_principal_without_credentials_is_predicted_and_never_proven(
    world: World, verified: Verified
) -> None:
    let_in, kept_out, delegated = world.user(), world.user(), world.user()
    world.user_policy(delegated, {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"})
    key = world.key(let_in.arn)
    table = world.table(key)
    access = {let_in.arn: "keyUser", kept_out.arn: "keyUser", delegated.arn: "keyUser"}
    report = verified(declare(table, key, access))
    assert outcomes(report, let_in.arn) == dict.fromkeys(ITEM_CALLS, "allowed")
    assert outcomes(report, kept_out.arn) == dict.fromkeys(ITEM_CALLS, "denied-by-kms")
    assert outcomes(report, delegated.arn) == dict.fromkeys(ITEM_CALLS, "allowed")
    assert {c.basis for c in report.access if c.principal in access} == {"predicted"}
    assert kinds(report, kept_out.arn) == {"declared-but-denied"}
    assert kinds(report, let_in.arn) == set()
    proof = verified(declare(table, key, {let_in.arn: "keyUser"}), require_proof=True)
    assert (kinds(proof), proof.verdict.exit_status) == ({"only-predicted"}, 2)


def test_who_is_named_in_the_key_policy_is_predicted_though_nobody_declared_it(
    world: World, verified: Verified
) -> None:
    stranger = world.user()
    key = world.key(stranger.arn)
    report = verified(declare(world.table(key), key))
    assert outcomes(report, stranger.arn) == dict.fromkeys(ITEM_CALLS, "allowed")
    assert kinds(report, stranger.arn) == {"undeclared-principal", "allowed-but-not-declared"}


def test_an_unusable_key_is_predicted_to_serve_nobody(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key(user.arn)
    table = world.table(key)
    world.client("kms").disable_key(KeyId=key)
    report = verified(declare(table, key, {user.arn: "keyUser"}))
    assert outcomes(report, user.arn) == dict.fromkeys(ITEM_CALLS, "key-disabled")


def test_a_grant_for_another_table_is_predicted_to_let_nobody_in(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key()
    table = world.table(key)
    grant = {"KeyId": key, "GranteePrincipal": user.arn, "Operations": ["Decrypt"]}
    context = {"aws:dynamodb:tableName": "invoices"}
    world.client("kms").create_grant(**grant, Constraints={"EncryptionContextSubset": context})
    outputs = declare(table, key, {user.arn: "keyUser"})
    assert outcomes(verified(outputs), user.arn) == dict.fromkeys(ITEM_CALLS, "denied-by-kms")
    world.client("kms").create_grant(
        **grant, Constraints={"EncryptionContextSubset": {"aws:dynamodb:tableName": table}}
    )
    assert outcomes(verified(outputs), user.arn) == dict.fromkeys(ITEM_CALLS, "allowed")


def test_predictions_agree_with_proofs(world: World, verified: Verified) -> None:
    """Each user is predicted without its credentials and then proven with them."""
    users = [world.user(policy=policy) for policy in (FULL_ACCESS, FULL_ACCESS, None, None, FULL_ACCESS)]
    world.user_policy(users[3], {"Effect": "Allow", "Action": READ_ONLY, "Resource": "*"})
    world.user_policy(users[4], {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"})
    key = world.key(users[0].arn, users[2].arn, users[3].arn, users[4].arn)
    table = world.table(key)
    access = {user.arn: "keyUser" for user in users}
    predicted = verified(declare(table, key, access))
    for user in users:
        proven = outcomes(verified(declare(table, key, access, user)), user.arn)
        proven.pop("DescribeTable")
        assert outcomes(predicted, user.arn) == proven


def test_another_account_is_predicted_from_the_key_policy(world: World, verified: Verified) -> None:
    other = "arn:aws:iam::444455556666:root"
    allow = {"Effect": "Allow", "Principal": {"AWS": other}, "Action": "kms:Decrypt", "Resource": "*"}
    open_key, closed_key = world.key(statements=(allow,)), world.key()
    report = verified(declare(world.table(open_key), open_key, {other: "otherAccount"}))
    assert (outcomes(report, other)["GetItem"], report.verdict.exit_status) == ("allowed", 0)
    report = verified(declare(world.table(closed_key), closed_key, {other: "otherAccount"}))
    assert kinds(report, other) == {"declared-but-denied"}


def test_a_user_as_the_caller_is_held_to_its_declaration(
    world: World, verified: Verified, as_caller: AsCaller
) -> None:
    """Who cannot change the key policy is no exception for being the one who verifies."""
    user = world.user()
    key = world.key(user.arn)
    table = world.table(key)
    as_caller(user.credentials)
    report = verified(declare(table, key))
    assert "allowed-but-not-declared" in kinds(report, user.arn)


def test_who_can_change_the_key_policy_reads_with_a_note_only(world: World, verified: Verified) -> None:
    key = world.key()
    report = verified(declare(world.table(key), key))
    assert [one.kind for one in report.findings] == ["key-manager-reads"]
    assert report.verdict.exit_status == 0


def test_what_the_verifier_may_not_read_is_unknown_and_no_finding(
    world: World, verified: Verified, as_caller: AsCaller
) -> None:
    user = world.user(policy=None)
    names = ["dynamodb:DescribeTable", "dynamodb:*Item", "dynamodb:Query", "dynamodb:Scan"]
    world.user_policy(user, {"Effect": "Allow", "Action": names, "Resource": "*"})
    key = world.key(user.arn)
    table = world.table(key)
    as_caller(user.credentials)
    report = verified(declare(table, key, {user.arn: "keyUser"}))
    assert kinds(report) == {"could-not-read"}
    assert report.verdict.exit_status == 2


def test_the_root_user_is_refused(world: World, verified: Verified, as_caller: AsCaller) -> None:
    key = world.key()
    table = world.table(key)
    as_caller(world.aws.root)
    with pytest.raises(Exception, match=f"arn:aws:iam::{ACCOUNT}:root is a root user"):
        verified(declare(table, key))


def test_read_only_tries_no_put(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key(user.arn)
    report = verified(declare(world.table(key), key, {user.arn: "keyUser"}, user), read_only=True)
    assert set(outcomes(report, user.arn)) == {"DescribeTable", "GetItem", "Query", "Scan"}
    assert report.verdict.exit_status == 0


def test_a_table_that_is_gone_differs(world: World, verified: Verified) -> None:
    key = world.key()
    report = verified(declare("never-made", key))
    assert (kinds(report), report.verdict.exit_status) == ({"table-missing"}, 1)


def test_no_answer_from_aws_is_unknown(
    world: World, verified: Verified, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens on the port: that is no denial."""
    key = world.key()
    table = world.table(key)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")
    monkeypatch.setattr("verify.connections._ATTEMPTS", 1)
    report = verified(declare(table, key))
    assert (kinds(report), report.verdict.exit_status) == ({"could-not-read"}, 2)
