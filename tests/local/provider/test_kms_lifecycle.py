"""KMS types against the local AWS: made, changed, read, imported, deleted."""

import json
import threading
from collections.abc import Callable
from typing import Any

import grpc
import pytest

from local.process import LocalAws
from local.provider.values import Secret
from tests.local.event_patterns import recorded
from tests.local.provider.protocol import Plugin, RefusedError, Resource, message_of

KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"
REPLICA_KEY = "aws:kms/replicaKey:ReplicaKey"
ACCOUNT = "111122223333"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"

Unique = Callable[[str], str]


def policy(*users: str) -> str:
    """A key policy that lets the account manage the key and the users decrypt."""
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    ]
    if users:
        statements.append(
            {"Effect": "Allow", "Principal": {"AWS": list(users)}, "Action": "kms:Decrypt", "Resource": "*"}
        )
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_a_key_is_created_from_its_inputs(plugin: Plugin) -> None:
    key = plugin.create(
        KEY,
        {
            "description": "for tables",
            "policy": policy(),
            "enableKeyRotation": True,
            "rotationPeriodInDays": 90,
            "deletionWindowInDays": 7,
            "tags": {"team": "data"},
        },
    )
    assert plugin.aws
    kms = plugin.aws.client("kms")
    metadata = kms.describe_key(KeyId=key.id)["KeyMetadata"]
    rotation = kms.get_key_rotation_status(KeyId=key.id)

    assert metadata["Description"] == "for tables"
    assert metadata["Arn"] == key.state["arn"]
    assert (rotation["KeyRotationEnabled"], rotation["RotationPeriodInDays"]) == (True, 90)
    assert key.state["tagsAll"] == {"team": "data"}
    assert key.state["policy"] == policy()
    assert key.state["region"] == "us-east-1"


def test_a_key_without_a_policy_has_the_default_policy_of_kms(plugin: Plugin) -> None:
    key = plugin.create(KEY, {})
    assert json.loads(key.state["policy"])["Statement"][0]["Principal"]["AWS"] == ROOT
    assert list(plugin.diff(key, {}).diffs) == []


def test_every_mutable_property_of_a_key_changes_in_place(plugin: Plugin, unique: Unique) -> None:
    user = plugin.create("aws:iam/user:User", {"name": unique("reader")})
    key = plugin.create(KEY, {"policy": policy(), "tags": {"a": "1", "b": "2"}})

    changed = plugin.update(
        key,
        {
            "description": "new",
            "policy": policy(user.state["arn"]),
            "enableKeyRotation": True,
            "rotationPeriodInDays": 180,
            "isEnabled": False,
            "tags": {"b": "3", "c": ""},
        },
    )

    assert plugin.aws
    kms = plugin.aws.client("kms")
    metadata = kms.describe_key(KeyId=key.id)["KeyMetadata"]
    document = json.loads(kms.get_key_policy(KeyId=key.id, PolicyName="default")["Policy"])
    tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=key.id)["Tags"]}
    assert (metadata["Description"], metadata["KeyState"]) == ("new", "Disabled")
    assert document["Statement"][1]["Principal"]["AWS"] in ([user.state["arn"]], user.state["arn"])
    assert tags == {"b": "3", "c": ""}
    assert changed.state["rotationPeriodInDays"] == 180
    assert plugin.update(changed, {"policy": policy(user.state["arn"])}).state["isEnabled"] is True


def test_refresh_sees_changes_made_outside_the_program(plugin: Plugin) -> None:
    news = {"description": "as declared", "policy": policy(), "tags": {"a": "1"}}
    key = plugin.create(KEY, news)
    assert plugin.aws
    kms = plugin.aws.client("kms")
    kms.update_key_description(KeyId=key.id, Description="drifted")
    kms.tag_resource(KeyId=key.id, Tags=[{"TagKey": "b", "TagValue": "2"}])

    found = plugin.refresh(key)

    assert found
    assert found.inputs["description"] == "drifted"
    assert found.state["tags"] == {"a": "1", "b": "2"}
    assert sorted(plugin.diff(found, news).detailedDiff) == ["description", "tags.b"]
    assert list(plugin.diff(found, news, ["description", "tags"]).diffs) == []


def test_refresh_of_an_untouched_key_changes_nothing(plugin: Plugin) -> None:
    key = plugin.create(KEY, {"policy": policy(), "deletionWindowInDays": 7})
    assert plugin.refresh(key) == key


def test_a_key_pending_deletion_counts_as_deleted(plugin: Plugin) -> None:
    key = plugin.create(KEY, {"deletionWindowInDays": 7})
    plugin.delete(key)

    assert plugin.aws
    metadata = plugin.aws.client("kms").describe_key(KeyId=key.id)["KeyMetadata"]
    days = round((metadata["DeletionDate"] - metadata["CreationDate"]).total_seconds() / 86_400)
    assert (metadata["KeyState"], days) == ("PendingDeletion", 7)
    assert plugin.refresh(key) is None
    plugin.delete(key)  # once more: an interrupted destroy is repeated


def test_a_key_is_imported_by_its_id(plugin: Plugin) -> None:
    key = plugin.create(KEY, {"description": "old", "enableKeyRotation": True})
    imported = plugin.import_(KEY, key.id)

    assert imported
    assert imported.state["arn"] == key.state["arn"]
    assert imported.inputs["description"] == "old"
    assert imported.inputs["enableKeyRotation"] is True
    assert "arn" not in imported.inputs
    assert list(plugin.diff(imported, imported.inputs).diffs) == []


def test_importing_a_key_that_does_not_exist_finds_nothing(plugin: Plugin) -> None:
    assert plugin.import_(KEY, "8f9a0b1c-2d3e-4f50-8a6b-7c8d9e0f1a2b") is None


def test_a_policy_with_an_unknown_principal_gives_the_error_of_aws(plugin: Plugin) -> None:
    missing = f"arn:aws:iam::{ACCOUNT}:user/nobody"
    with pytest.raises(grpc.RpcError) as failure:
        plugin.create(KEY, {"policy": policy(missing)}, timeout=1)
    message = failure.value.details()
    assert message.startswith("creating KMS Key: operation error CreateKey")
    assert "MalformedPolicyDocumentException: Policy contains a statement" in message


def test_a_user_created_while_a_key_is_retried_is_accepted(plugin: Plugin, unique: Unique) -> None:
    """It takes seconds until KMS knows a new user: the create operation waits instead of failing."""
    assert plugin.aws
    name = unique("late")
    iam = plugin.aws.client("iam")
    timer = threading.Timer(1.0, lambda: iam.create_user(UserName=name))
    timer.start()
    try:
        key = plugin.create(KEY, {"policy": policy(f"arn:aws:iam::{ACCOUNT}:user/{name}")})
    finally:
        timer.join()
    assert key.id


def test_an_alias_moves_to_another_key(plugin: Plugin, unique: Unique) -> None:
    first, second = plugin.create(KEY, {}), plugin.create(KEY, {})
    name = f"alias/{unique('moving')}"
    alias = plugin.create(ALIAS, {"name": name, "targetKeyId": first.state["arn"]})
    assert alias.state["targetKeyArn"] == first.state["arn"]
    assert alias.state["targetKeyId"] == first.id  # whatever the program gave
    assert list(plugin.diff(alias, {"name": name, "targetKeyId": first.id}).diffs) == []

    moved = plugin.update(alias, {"name": name, "targetKeyId": second.id})
    assert moved.state["targetKeyArn"] == second.state["arn"]

    plugin.delete(moved)
    assert plugin.refresh(moved) is None
    plugin.delete(moved)


def test_an_alias_without_a_name_gets_one(plugin: Plugin) -> None:
    key = plugin.create(KEY, {})
    alias = plugin.create(ALIAS, {"targetKeyId": key.id}, name="mine")
    assert alias.id.startswith("alias/mine-")
    assert alias.inputs["name"] == alias.id


def test_an_alias_name_that_aws_reserves_is_refused_before_any_call(plugin: Plugin) -> None:
    with pytest.raises(RefusedError) as refused:
        plugin.check(ALIAS, "it", {"name": "alias/aws/dynamodb", "targetKeyId": "k"})
    assert "aws/" in refused.value.reasons["name"]


def test_a_separate_key_policy_is_set_and_reset(plugin: Plugin, unique: Unique) -> None:
    user = plugin.create("aws:iam/user:User", {"name": unique("reader")})
    key = plugin.create(KEY, {})
    news = {"keyId": key.id, "policy": policy()}
    own = plugin.create("aws:kms/keyPolicy:KeyPolicy", news)
    changed = plugin.update(own, {**news, "policy": policy(user.state["arn"])})
    assert user.state["arn"] in changed.state["policy"]

    plugin.delete(changed)
    assert plugin.aws
    text = plugin.aws.client("kms").get_key_policy(KeyId=key.id, PolicyName="default")["Policy"]
    assert user.state["arn"] not in text


def test_a_grant_is_created_and_revoked(plugin: Plugin, unique: Unique) -> None:
    user = plugin.create("aws:iam/user:User", {"name": unique("grantee")})
    key = plugin.create(KEY, {})
    grant = plugin.create(
        "aws:kms/grant:Grant",
        {
            "keyId": key.id,
            "granteePrincipal": user.state["arn"],
            "operations": ["Decrypt", "DescribeKey"],
            "constraints": [{"encryptionContextEquals": {"table": "orders"}}],
        },
    )
    assert isinstance(grant.state["grantToken"], Secret)
    assert plugin.refresh(grant) is not None
    assert plugin.aws
    [made] = plugin.aws.client("kms").list_grants(KeyId=key.id)["Grants"]
    assert made["Constraints"] == {
        "EncryptionContextEquals": {"table": "orders"},
        "EncryptionContextSubset": {},
    }
    plugin.delete(grant)
    assert plugin.refresh(grant) is None


def test_a_replica_key_is_created_in_its_region(plugin: Plugin) -> None:
    primary = plugin.create(KEY, {"multiRegion": True, "policy": policy()})
    replica = plugin.create(
        "aws:kms/replicaKey:ReplicaKey",
        {
            "primaryKeyArn": primary.state["arn"],
            "region": "eu-west-1",
            "policy": policy(),
            "description": "r",
        },
    )
    assert replica.id == primary.id
    assert replica.state["arn"].split(":")[3] == "eu-west-1"
    changed = plugin.update(replica, {**replica.inputs, "description": "changed"})
    assert plugin.aws
    there = plugin.aws.client("kms", region="eu-west-1").describe_key(KeyId=replica.id)["KeyMetadata"]
    assert there["Description"] == "changed"
    plugin.delete(changed)
    assert plugin.refresh(changed) is None
    assert plugin.refresh(primary) is not None


def test_without_rotation_the_period_of_a_key_is_0(plugin: Plugin, aws: LocalAws) -> None:
    """The official plugin finds a difference as long as the program names one, and changes nothing."""
    rotating = plugin.create(KEY, {"enableKeyRotation": True, "rotationPeriodInDays": 180})

    off = plugin.update(rotating, {"enableKeyRotation": False, "rotationPeriodInDays": 180})
    assert off.state["rotationPeriodInDays"] == 0
    still = plugin.update(off, {"enableKeyRotation": False, "rotationPeriodInDays": 200})

    assert list(plugin.diff(still, still.inputs).diffs) == ["rotationPeriodInDays"]
    calls = recorded(aws, ["DisableKeyRotation"])
    assert [call["requestParameters"]["keyId"] for call in calls].count(rotating.id) == 1


def test_a_replica_key_and_its_primary_key_are_not_read_as_each_other(plugin: Plugin) -> None:
    primary = plugin.create(KEY, {"multiRegion": True})
    inputs = {"primaryKeyArn": primary.state["arn"], "region": "eu-west-1"}
    replica = plugin.create(REPLICA_KEY, inputs)

    for kind, other, text in (
        (KEY, replica, "multi-Region primary key"),
        (REPLICA_KEY, primary, "is not a multi-Region replica key"),
    ):
        region = {"region": other.state["region"]}
        with pytest.raises(grpc.RpcError) as failure:
            plugin.refresh(Resource(plugin.urn(kind, "it"), other.id, region, region))
        assert text in message_of(failure)
