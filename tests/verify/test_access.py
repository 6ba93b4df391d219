"""Access on an AWS that enforces policies: declarations, calls and findings."""

from collections.abc import Callable

import pytest

from encrypted_tables.verify.collect.observe import Unknown
from encrypted_tables.verify.compare.findings import Severity
from encrypted_tables.verify.report.report import Report
from local.process import Credentials
from tests.verify.world import World, declare, kinds, outcomes

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


def test_a_declared_key_user_who_is_denied_by_kms_differs(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key()
    report = verified(declare(world.table(key), key, {user.arn: "keyUser"}, user))
    assert kinds(report, user.arn) == {"declared-but-denied"}
    assert report.verdict.exit_status == 1


def test_a_user_added_to_the_key_policy_outside_the_stack_differs(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key()
    table = world.table(key)
    world.set_key_users(key, user.arn)
    report = verified(declare(table, key, user=user))
    assert kinds(report, user.arn) == {"allowed-but-not-declared", "undeclared-principal"}
    assert report.verdict.exit_status == 1


def test_a_user_allowed_by_an_iam_policy_outside_the_stack_differs(world: World, verified: Verified) -> None:
    """The console's key policy leaves the decision to IAM, so only the call shows the access."""
    user = world.user()
    key = world.key()
    table = world.table(key)
    world.user_policy(user, {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"})
    report = verified(declare(table, key, user=user))
    assert kinds(report) == {"allowed-but-not-declared"}


def test_a_user_without_dynamodb_permissions_is_denied_by_iam(world: World, verified: Verified) -> None:
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
    differing = {cell.call for cell in report.access if cell.as_declared is False}
    assert differing == set(ITEM_CALLS)
    assert {f.todo for f in report.findings if f.kind == "declared-but-denied"} == {
        "Allow these calls in its IAM policies, or remove it from the declaration."
    }


def test_reads_do_not_prove_that_a_key_user_can_write(world: World, verified: Verified) -> None:
    user = world.user(policy=None)
    world.user_policy(user, {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "*"})
    key = world.key(user.arn)
    declared = declare(world.table(key), key, {user.arn: "keyUser"}, user)

    assert verified(declared).verdict.exit_status == 0
    report = verified(declared, read_only=True)

    assert kinds(report, user.arn) == {"access-unknown"}
    assert report.verdict.exit_status == 2
    assert {f.todo for f in report.findings if f.kind == "access-unknown"} == {
        "IAM may allow writes: verify again without --read-only."
    }


def test_a_key_user_who_can_only_read_is_as_declared_but_a_reader_writer_is_not(
    world: World, verified: Verified
) -> None:
    """The key policy allows reading and writing; IAM decides which item calls a key user can make."""
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
def test_an_unusable_key_is_not_reported_as_a_denial(
    world: World, verified: Verified, break_key: Callable[..., None], outcome: str, kind: str
) -> None:
    """Nobody can read with an unusable key, so it does not prove that the user has no access."""
    user, outsider = world.user(), world.user()
    key = world.key(user.arn)
    table = world.table(key)
    break_key(world.client("kms"), key)
    report = verified(declare(table, key, {user.arn: "keyUser"}, user))
    assert {outcomes(report, user.arn)[call] for call in ITEM_CALLS} == {outcome}
    assert {kind, "declared-but-denied"} <= kinds(report)
    report = verified(declare(table, key, user=outsider))
    assert kinds(report, outsider.arn) == {"access-unknown"}


def test_a_table_with_the_aws_owned_key_is_read_by_a_user_with_full_access(
    world: World, verified: Verified
) -> None:
    user = world.user()
    key = world.key()
    report = verified(declare(world.table(None), key, user=user))
    assert {"not-customer-managed-key", "other-key", "allowed-but-not-declared"} == kinds(report)


def test_settings_that_the_verifier_cannot_read_are_unknown_and_not_findings(
    world: World, verified: Verified, as_caller: AsCaller
) -> None:
    user = world.user(policy=None)
    names = ["dynamodb:DescribeTable", "dynamodb:*Item", "dynamodb:Query", "dynamodb:Scan"]
    world.user_policy(user, {"Effect": "Allow", "Action": names, "Resource": "*"})
    key = world.key(user.arn)
    table = world.table(key)
    as_caller(user.credentials)
    report = verified(declare(table, key, {user.arn: "keyUser"}))
    assert kinds(report) == {"could-not-read", "account-not-read"}
    assert report.verdict.exit_status == 2


def test_unreadable_control_policies_are_a_note_that_names_the_missing_permission(
    world: World, verified: Verified, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = Unknown("organizations:ListParents", "AccessDeniedException", "not authorized")
    monkeypatch.setattr("encrypted_tables.verify.run.read_control_policies", lambda *_: refused)
    user = world.user()
    key = world.key()

    report = verified(declare(world.table(key), key, user=user))

    (note,) = (one for one in report.findings if one.kind == "control-policies-not-read")
    assert note.severity is Severity.NOTE
    assert "organizations:ListParents: AccessDeniedException" in note.text


def test_read_only_makes_no_put(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key(user.arn)
    report = verified(declare(world.table(key), key, {user.arn: "keyUser"}, user), read_only=True)
    assert set(outcomes(report, user.arn)) == {"DescribeTable", "GetItem", "Query", "Scan"}
    assert report.verdict.exit_status == 0


def test_a_deleted_table_differs(world: World, verified: Verified) -> None:
    key = world.key()
    report = verified(declare("never-made", key))
    assert (kinds(report), report.verdict.exit_status) == ({"table-missing"}, 1)


def test_no_answer_from_aws_is_unknown(
    world: World, verified: Verified, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection error is not a denial."""
    key = world.key()
    table = world.table(key)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")
    monkeypatch.setattr("encrypted_tables.verify.collect.connections._ATTEMPTS", 1)
    report = verified(declare(table, key))
    assert (kinds(report), report.verdict.exit_status) == ({"could-not-read"}, 2)
