"""Names, numbers and states of KMS keys, aliases and grants."""

from datetime import datetime, timedelta

import pytest

from local.process import LocalAws
from tests.local.emulator.resources import (
    ACCOUNT,
    error_of,
    make_key,
    make_user,
    name,
    other_client,
)


def days_until(deletion: datetime, aws: LocalAws, key: str) -> int:
    """The days between a key's creation and its deletion, both by the clock of the local AWS."""
    created: datetime = aws.client("kms").describe_key(KeyId=key)["KeyMetadata"]["CreationDate"]
    return round((deletion - created) / timedelta(days=1))


def test_deletion_is_scheduled_and_cancelling_it_leaves_the_key_disabled(aws: LocalAws) -> None:
    key, kms = make_key(aws), aws.client("kms")

    scheduled = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)

    assert scheduled["KeyState"] == "PendingDeletion"
    assert days_until(scheduled["DeletionDate"], aws, key) == 7
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"


def test_the_default_deletion_window_is_30_days(aws: LocalAws) -> None:
    key = make_key(aws)

    scheduled = aws.client("kms").schedule_key_deletion(KeyId=key)

    assert days_until(scheduled["DeletionDate"], aws, key) == 30


@pytest.mark.parametrize("days", [6, 31])
def test_a_deletion_window_is_7_to_30_days(aws: LocalAws, days: int) -> None:
    error = error_of(aws.client("kms").schedule_key_deletion, KeyId=make_key(aws), PendingWindowInDays=days)

    assert error.code == "ValidationException"
    assert error.message.startswith("1 validation error detected: ")


def test_a_key_pending_deletion_cannot_be_used_or_changed(aws: LocalAws) -> None:
    key, kms = make_key(aws), aws.client("kms")
    ciphertext = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=key)

    for call, arguments in [
        (kms.encrypt, {"KeyId": key, "Plaintext": b"x"}),
        (kms.decrypt, {"CiphertextBlob": ciphertext}),
        (kms.enable_key, {"KeyId": key}),
        (kms.disable_key, {"KeyId": key}),
        (kms.enable_key_rotation, {"KeyId": key}),
        (kms.create_alias, {"AliasName": f"alias/{name('a')}", "TargetKeyId": key}),
        (kms.tag_resource, {"KeyId": key, "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        (kms.update_key_description, {"KeyId": key, "Description": "x"}),
        (kms.schedule_key_deletion, {"KeyId": key}),
        (kms.rotate_key_on_demand, {"KeyId": key}),
    ]:
        error = error_of(call, **arguments)
        assert (error.code, error.message) == ("KMSInvalidStateException", f"{key} is pending deletion.")


def test_cancelling_a_deletion_that_is_not_scheduled_is_an_error(aws: LocalAws) -> None:
    assert (
        error_of(aws.client("kms").cancel_key_deletion, KeyId=make_key(aws)).code
        == "KMSInvalidStateException"
    )


def test_a_disabled_key_neither_encrypts_nor_rotates(aws: LocalAws) -> None:
    key, kms = make_key(aws), aws.client("kms")
    kms.disable_key(KeyId=key)

    assert error_of(kms.encrypt, KeyId=key, Plaintext=b"x").code == "DisabledException"
    assert error_of(kms.enable_key_rotation, KeyId=key).code == "DisabledException"


@pytest.mark.parametrize("days", [89, 2561])
def test_a_rotation_period_is_90_to_2560_days(aws: LocalAws, days: int) -> None:
    error = error_of(
        other_client(aws, "kms").enable_key_rotation, KeyId=make_key(aws), RotationPeriodInDays=days
    )

    assert error.code == "ValidationException"


def test_rotation_is_yearly_when_no_period_is_given(aws: LocalAws) -> None:
    key, kms = make_key(aws), aws.client("kms")
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False

    kms.enable_key_rotation(KeyId=key)

    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)


def test_only_symmetric_keys_rotate(aws: LocalAws) -> None:
    key = make_key(aws, KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")

    assert error_of(aws.client("kms").enable_key_rotation, KeyId=key).code == "UnsupportedOperationException"


def test_on_demand_rotation_keeps_key_and_data_and_is_limited_to_25(aws: LocalAws) -> None:
    key, kms = make_key(aws), aws.client("kms")
    ciphertext = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    for _ in range(25):
        kms.rotate_key_on_demand(KeyId=key)

    assert error_of(kms.rotate_key_on_demand, KeyId=key).code == "LimitExceededException"
    assert len(kms.list_key_rotations(KeyId=key)["Rotations"]) == 25
    assert kms.decrypt(CiphertextBlob=ciphertext)["KeyId"] == key


def test_a_description_has_at_most_8192_characters(aws: LocalAws) -> None:
    kms = aws.client("kms")
    kms.create_key(Description="x" * 8192)

    assert error_of(kms.create_key, Description="x" * 8193).code == "ValidationException"


def test_an_alias_is_unique_and_moves_by_update(aws: LocalAws) -> None:
    kms, alias = aws.client("kms"), f"alias/{name('orders')}"
    first, second = make_key(aws), make_key(aws)
    kms.create_alias(AliasName=alias, TargetKeyId=first)

    assert error_of(kms.create_alias, AliasName=alias, TargetKeyId=second).code == "AlreadyExistsException"
    kms.update_alias(AliasName=alias, TargetKeyId=second)
    assert kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"] == second


@pytest.mark.parametrize(
    ("alias", "code"),
    [
        ("alias/aws/mine", "NotAuthorizedException"),
        ("alias/with space", "ValidationException"),
        ("orders", "ValidationException"),
        ("alias/", "ValidationException"),
        ("alias/" + "x" * 251, "ValidationException"),
    ],
)
def test_kms_refuses_the_alias(aws: LocalAws, alias: str, code: str) -> None:
    assert error_of(aws.client("kms").create_alias, AliasName=alias, TargetKeyId=make_key(aws)).code == code


def test_a_key_has_at_most_50_aliases(aws: LocalAws) -> None:
    kms, key = aws.client("kms"), make_key(aws)
    for number in range(50):
        kms.create_alias(AliasName=f"alias/{name('many')}-{number}", TargetKeyId=key)

    error = error_of(kms.create_alias, AliasName=f"alias/{name('many')}", TargetKeyId=key)

    assert error.code == "LimitExceededException"


def test_creating_an_alias_needs_permission_on_the_key_and_on_the_alias(aws: LocalAws) -> None:
    key = make_key(aws)
    someone = make_user(aws)
    kms, alias = aws.client("kms", someone.credentials), f"alias/{name('mine')}"

    error = error_of(kms.create_alias, AliasName=alias, TargetKeyId=key)

    assert error.code == "AccessDeniedException"
    assert f"arn:aws:kms:us-east-1:{ACCOUNT}:{alias}" in error.message


@pytest.mark.parametrize("operation", ["describe_key", "disable_key", "get_key_policy"])
def test_the_error_names_a_missing_key(aws: LocalAws, operation: str) -> None:
    missing = "1234abcd-12ab-34cd-56ef-1234567890ab"

    error = error_of(getattr(aws.client("kms"), operation), KeyId=missing)

    arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{missing}"
    assert (error.code, error.message) == ("NotFoundException", f"Key '{arn}' does not exist")


def test_tags_have_limits(aws: LocalAws) -> None:
    kms, key = aws.client("kms"), make_key(aws)

    long = error_of(kms.tag_resource, KeyId=key, Tags=[{"TagKey": "k" * 129, "TagValue": ""}])
    reserved = error_of(kms.tag_resource, KeyId=key, Tags=[{"TagKey": "aws:x", "TagValue": ""}])

    assert (long.code, reserved.code) == ("ValidationException", "TagException")
