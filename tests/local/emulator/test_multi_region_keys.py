"""Keys that exist in several Regions."""

from local.process import LocalAws
from tests.local.emulator.resources import (
    ACCOUNT,
    error_of,
    make_key,
)


def test_a_replica_key_has_the_same_id_and_a_separate_policy(aws: LocalAws) -> None:
    primary = make_key(aws, MultiRegion=True)
    identifier = primary.rpartition("/")[2]
    assert identifier.startswith("mrk-")

    replica = aws.client("kms").replicate_key(KeyId=primary, ReplicaRegion="eu-west-1")["ReplicaKeyMetadata"]

    assert replica["Arn"] == f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{identifier}"
    there = aws.client("kms", region="eu-west-1")
    assert (
        there.describe_key(KeyId=identifier)["KeyMetadata"]["MultiRegionConfiguration"]["MultiRegionKeyType"]
        == "REPLICA"
    )


def test_a_replica_key_decrypts_what_the_primary_key_encrypted(aws: LocalAws) -> None:
    primary = make_key(aws, MultiRegion=True)
    aws.client("kms").replicate_key(KeyId=primary, ReplicaRegion="eu-west-1")
    ciphertext = aws.client("kms").encrypt(KeyId=primary, Plaintext=b"x")["CiphertextBlob"]

    assert aws.client("kms", region="eu-west-1").decrypt(CiphertextBlob=ciphertext)["Plaintext"] == b"x"


def test_a_primary_key_is_deleted_only_after_its_replicas(aws: LocalAws) -> None:
    primary, kms = make_key(aws, MultiRegion=True), aws.client("kms")
    kms.replicate_key(KeyId=primary, ReplicaRegion="eu-west-1")

    assert kms.schedule_key_deletion(KeyId=primary)["KeyState"] == "PendingReplicaDeletion"


def test_a_key_of_one_region_cannot_be_replicated(aws: LocalAws) -> None:
    error = error_of(aws.client("kms").replicate_key, KeyId=make_key(aws), ReplicaRegion="eu-west-1")

    assert error.code == "UnsupportedOperationException"
