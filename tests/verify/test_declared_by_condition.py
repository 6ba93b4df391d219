"""Access by a condition: until a time, for a permission set, for an organisation."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from components.principal_conditions import role_arns
from encrypted_tables.verify.report.report import Report
from tests.verify.world import ACCOUNT, World, declare, decrypt_of_organisation, key_policy, kinds, outcomes

Verified = Callable[..., Report]
READER = f"arn:aws:iam::{ACCOUNT}:permission-set/Reader"


def at(**after_now: float) -> str:
    return (datetime.now(UTC) + timedelta(**after_now)).isoformat()


def decrypt(principal: str, condition: dict[str, Any]) -> dict[str, Any]:
    return {**decrypt_of_organisation(principal), "Condition": condition}


def restricted(world: World, *statements: dict[str, Any]) -> tuple[str, str]:
    """A table and its key, whose policy leaves only its management to IAM."""
    key = world.key()
    document = json.loads(key_policy(statements=statements))
    document["Statement"][0] |= {"Action": ["kms:DescribeKey", "kms:Get*", "kms:List*", "kms:PutKeyPolicy"]}
    table = world.table(key)
    world.client("kms").put_key_policy(KeyId=key, Policy=json.dumps(document))
    return table, key


def declared(table: str, key: str, access: list[dict[str, Any]]) -> dict[str, Any]:
    outputs = declare(table, key)
    outputs["tables"]["orders"]["access"] = access
    return outputs


def notes(report: Report) -> dict[str, str]:
    return {one.kind: one.text for one in report.findings if one.severity == "note"}


def test_a_temporary_key_user_has_access_before_the_end(world: World, verified: Verified) -> None:
    user, end = world.user(), at(hours=1)
    table, key = restricted(world, decrypt(user.arn, {"DateLessThan": {"aws:CurrentTime": end}}))

    report = verified(declared(table, key, [{"principal": user.arn, "role": "keyUser", "until": end}]))

    assert outcomes(report, user.arn)["GetItem"] == "allowed"
    assert kinds(report) == set()


def test_after_the_end_there_is_no_access_and_a_note_asks_to_remove_the_entry(
    world: World, verified: Verified
) -> None:
    user, end = world.user(), at(hours=-1)
    table, key = restricted(world, decrypt(user.arn, {"DateLessThan": {"aws:CurrentTime": end}}))

    report = verified(declared(table, key, [{"principal": user.arn, "role": "keyUser", "until": end}]))

    assert outcomes(report, user.arn)["GetItem"] == "denied-by-kms"
    assert kinds(report) == set()
    assert notes(report)["access-ended"].startswith(f"the access of {user.arn} ended at ")


def test_access_that_should_have_ended_and_has_not_differs(world: World, verified: Verified) -> None:
    user = world.user()
    table, key = restricted(world, decrypt(user.arn, {}))

    report = verified(
        declared(table, key, [{"principal": user.arn, "role": "keyUser", "until": at(hours=-1)}])
    )

    assert kinds(report, user.arn) == {"allowed-but-not-declared"}


def test_access_and_denial_are_as_declared_while_the_key_cache_lasts(
    world: World, verified: Verified
) -> None:
    user = world.user()
    table, key = restricted(world, decrypt(user.arn, {}))

    report = verified(
        declared(table, key, [{"principal": user.arn, "role": "keyUser", "until": at(minutes=-1)}])
    )

    assert kinds(report) == set()


def test_the_role_of_a_permission_set_is_a_declared_key_user_and_a_lookalike_is_not(
    world: World, verified: Verified
) -> None:
    path, name = "/aws-reserved/sso.amazonaws.com/eu-west-1/", "AWSReservedSSO_Reader_0123456789abcdef"
    table, key = restricted(world, decrypt("*", {"ArnLike": {"aws:PrincipalArn": role_arns(READER)}}))
    entry = {"principal": READER, "role": "keyUser", "roleArns": role_arns(READER)}

    unassigned = verified(declared(table, key, [entry]))
    make_role(world, name, path)
    lookalike = make_role(world, "AWSReservedSSO_Reader_x_0123456789abcdef", path)
    assigned = verified(declared(table, key, [entry]))

    assert kinds(unassigned) == kinds(assigned) == set()
    assert READER in notes(unassigned)["permission-set-without-role"]
    assert "permission-set-without-role" not in notes(assigned)
    assert outcomes(assigned, f"arn:aws:iam::{ACCOUNT}:role{path}{name}")["GetItem"] == "allowed"
    assert outcomes(assigned, lookalike).get("GetItem", "denied-by-kms") == "denied-by-kms"


def test_an_undeclared_permission_set_differs(world: World, verified: Verified) -> None:
    table, key = restricted(world, decrypt("*", {"ArnLike": {"aws:PrincipalArn": role_arns(READER)}}))

    report = verified(declare(table, key))

    assert {one.principal for one in report.findings if one.kind == "undeclared-principal"} == set(
        role_arns(READER)
    )


def test_only_an_undeclared_organisation_differs(world: World, verified: Verified) -> None:
    table, key = restricted(world, decrypt_of_organisation("*"))
    entry = {"principal": "organisation/o-a1b2c3d4e5", "role": "otherAccount"}

    known = verified(declared(table, key, [entry]))
    undeclared = verified(declare(table, key))

    assert "undeclared-principal" not in kinds(known)
    assert kinds(undeclared, entry["principal"]) == {"undeclared-principal"}


def make_role(world: World, name: str, path: str) -> str:
    iam = world.client("iam")
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn: str = iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess")
    return arn
