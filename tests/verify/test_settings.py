"""Settings of tables and keys, each one wrong in turn."""

import json
from collections.abc import Callable

from encrypted_tables.verify.collect.observe import Key, Rotation, Table, Unknown
from encrypted_tables.verify.compare.findings import Finding
from encrypted_tables.verify.report.report import Report
from tests.verify.world import World, declare, key_policy, kinds

Verified = Callable[..., Report]


def of_kind(report: Report, kind: str) -> Finding:
    (found,) = [one for one in report.findings if one.kind == kind]
    return found


def test_every_setting_is_in_the_report(world: World, verified: Verified) -> None:
    key = world.key()
    alias = f"alias/{world.name('orders')}"
    world.client("kms").create_alias(AliasName=alias, TargetKeyId=key)
    table = world.table(key, (("id", "S"), ("at", "N")))
    report = verified(declare(table, key, keyAlias=alias))
    (place,) = report.tables
    seen, its_key = place.table, place.key
    assert isinstance(seen, Table)
    assert isinstance(its_key, Key)
    assert (place.key_kind, seen.key_arn, seen.status) == ("customer managed key", key, "ACTIVE")
    assert [(a.name, a.type) for a in seen.primary_key] == [("id", "S"), ("at", "N")]
    assert (its_key.state, its_key.aliases) == ("Enabled", (alias,))
    assert its_key.rotation == Rotation(enabled=True, period_in_days=365)
    assert json.loads(str(its_key.policy)) == json.loads(key_policy())
    assert not isinstance(its_key.grants, Unknown)
    assert [(grant.table_name, grant.is_for_dynamodb) for grant in its_key.grants] == [(table, True)]
    assert report.verdict.exit_status == 0


def test_a_key_that_is_not_rotated_differs(world: World, verified: Verified) -> None:
    key = world.key(rotation=False)
    assert kinds(verified(declare(world.table(key), key))) == {"rotation-off"}


def test_a_table_on_another_key_than_the_declared_one_differs(world: World, verified: Verified) -> None:
    declared, actual = world.key(), world.key()
    finding = of_kind(verified(declare(world.table(actual), declared)), "other-key")
    assert declared in finding.text
    assert actual in finding.text


def test_the_aws_owned_key_is_not_a_customer_managed_key(world: World, verified: Verified) -> None:
    report = verified(declare(world.table(None), world.key()))
    assert "AWS owned key" in of_kind(report, "not-customer-managed-key").text


def test_the_aws_managed_key_is_not_a_customer_managed_key(world: World, verified: Verified) -> None:
    """DynamoDB shows SSEType KMS for both; only the key's manager tells them apart."""
    table = world.table(None)
    world.client("dynamodb").update_table(
        TableName=table, SSESpecification={"Enabled": True, "SSEType": "KMS"}
    )
    report = verified(declare(table, world.key()))
    assert isinstance(report.tables[0].table, Table)
    assert report.tables[0].table.encryption_status == "ENABLED"
    assert "AWS managed key" in of_kind(report, "not-customer-managed-key").text


def test_an_alias_of_another_key_differs(world: World, verified: Verified) -> None:
    key, other = world.key(), world.key()
    alias = f"alias/{world.name('orders')}"
    world.client("kms").create_alias(AliasName=alias, TargetKeyId=other)
    finding = of_kind(verified(declare(world.table(key), key, keyAlias=alias)), "alias-elsewhere")
    assert alias in finding.text


def test_a_deleted_users_id_in_the_key_policy_differs(world: World, verified: Verified) -> None:
    user = world.user(policy=None)
    key = world.key(user.arn)
    table = world.table(key)
    iam = world.client("iam")
    iam.delete_access_key(UserName=user.name, AccessKeyId=user.credentials.access_key_id)
    iam.delete_user(UserName=user.name)
    report = verified(declare(table, key))
    assert str(of_kind(report, "orphaned-principal").principal).startswith("AIDA")
    assert kinds(report) == {"orphaned-principal"}


def test_a_deleted_users_id_in_a_denial_differs(world: World, verified: Verified) -> None:
    user = world.user(policy=None)
    deny = {"Effect": "Deny", "Principal": {"AWS": user.arn}, "Action": "kms:Decrypt", "Resource": "*"}
    key = world.key(statements=(deny,))
    table = world.table(key)
    iam = world.client("iam")
    iam.delete_access_key(UserName=user.name, AccessKeyId=user.credentials.access_key_id)
    iam.delete_user(UserName=user.name)
    assert kinds(verified(declare(table, key))) == {"orphaned-principal"}


def test_an_undeclared_service_or_identity_provider_differs(world: World, verified: Verified) -> None:
    saml = "arn:aws:iam::111122223333:saml-provider/corporate"
    named = {"Service": "lambda.amazonaws.com", "Federated": saml}
    allow = {"Effect": "Allow", "Principal": named, "Action": "kms:*", "Resource": "*"}
    key = world.key(statements=(allow,))
    report = verified(declare(world.table(key), key))
    found = {one.principal for one in report.findings if one.kind == "undeclared-principal"}
    assert (found, report.verdict.exit_status) == ({"lambda.amazonaws.com", saml}, 1)


def test_a_recreated_user_with_the_same_name_is_denied(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key(user.arn)
    table = world.table(key)
    iam = world.client("iam")
    iam.delete_access_key(UserName=user.name, AccessKeyId=user.credentials.access_key_id)
    iam.detach_user_policy(UserName=user.name, PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess")
    iam.delete_user(UserName=user.name)
    iam.create_user(UserName=user.name)
    report = verified(declare(table, key, {user.arn: "keyUser"}))
    assert {"orphaned-principal", "declared-but-denied"} == kinds(report)


def test_an_undeclared_principal_of_another_account_differs(world: World, verified: Verified) -> None:
    foreign = {"AWS": ["arn:aws:iam::444455556666:root", "*"]}
    allow = {"Effect": "Allow", "Principal": foreign, "Action": "kms:Decrypt", "Resource": "*"}
    key = world.key(statements=(allow,))
    report = verified(declare(world.table(key), key))
    found = {one.principal for one in report.findings if one.kind == "undeclared-principal"}
    assert found == {"arn:aws:iam::444455556666:root", "*"}


def test_an_undeclared_grant_differs(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key()
    table = world.table(key)
    world.client("kms").create_grant(KeyId=key, GranteePrincipal=user.arn, Operations=["Decrypt"])
    report = verified(declare(table, key, user=user))
    assert kinds(report, user.arn) == {"undeclared-grant", "allowed-but-not-declared"}


def test_a_grant_is_predicted_for_a_principal_without_credentials(world: World, verified: Verified) -> None:
    user = world.user()
    key = world.key()
    table = world.table(key)
    world.client("kms").create_grant(KeyId=key, GranteePrincipal=user.arn, Operations=["Decrypt"])
    report = verified(declare(table, key, {user.arn: "keyUser"}))
    assert kinds(report, user.arn) == set()


def test_a_table_whose_service_grant_was_revoked_differs(world: World, verified: Verified) -> None:
    key = world.key()
    table = world.table(key)
    kms = world.client("kms")
    for grant in kms.list_grants(KeyId=key)["Grants"]:
        kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    assert "service-grant-missing" in kinds(verified(declare(table, key)))


def test_a_usable_key_of_a_backup_is_a_note_and_an_unusable_one_differs(
    world: World, verified: Verified
) -> None:
    old, new = world.key(), world.key()
    table = world.table(old)
    dynamodb = world.client("dynamodb")
    dynamodb.create_backup(TableName=table, BackupName="before")
    dynamodb.update_table(
        TableName=table, SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": new}
    )
    report = verified(declare(table, new))
    assert of_kind(report, "old-key-needed-by-backup").severity == "note"
    assert report.verdict.exit_status == 0
    world.client("kms").schedule_key_deletion(KeyId=old, PendingWindowInDays=7)
    assert kinds(verified(declare(table, new))) == {"old-key-needed-by-backup"}


def test_a_key_shared_by_two_tables_has_the_principals_of_both(world: World, verified: Verified) -> None:
    one, two = world.user(), world.user()
    key = world.key(one.arn, two.arn)
    first, second = world.table(key), world.table(key)
    outputs = declare(first, key, {one.arn: "keyUser"})
    outputs["tables"]["second"] = declare(second, key, {two.arn: "keyUser"})["tables"]["orders"]
    assert "undeclared-principal" not in kinds(verified(outputs))
    note = of_kind(
        verified(declare(first, key, {one.arn: "keyUser", two.arn: "keyUser"})), "key-serves-other-table"
    )
    assert second in note.text


def test_a_table_in_another_region_is_read_there(world: World, verified: Verified) -> None:
    kms = world.client("kms", region="eu-west-1")
    key = kms.create_key(Policy=key_policy())["KeyMetadata"]["Arn"]
    kms.enable_key_rotation(KeyId=key)
    name = world.name("table")
    world.client("dynamodb", region="eu-west-1").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    user = world.user()
    report = verified(declare(name, key, user=user, region="eu-west-1"))
    assert report.verdict.exit_status == 0
    assert {cell.region for cell in report.access} == {"eu-west-1"}
