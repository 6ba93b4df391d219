"""Principals allowed by additional statements are declared."""

from typing import Any

import pulumi
import pytest

from components.principals import Scope
from components.statement_access import declared_by_statements

ACCOUNT = "111122223333"
SCOPE = Scope("aws", ACCOUNT)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/backup"
OTHER = "arn:aws:iam::444455556666:root"


def allow(action: object, principal: object = ROLE, **more: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, **more}


def declared(*key: dict[str, Any], table: tuple[dict[str, Any], ...] = ()) -> list[tuple[str, str]]:
    found = declared_by_statements(key, table, SCOPE)
    assert isinstance(found, list)
    return [(entry["principal"], entry["role"]) for entry in found]


@pytest.mark.parametrize(
    "action", ["kms:Decrypt", ["kms:DescribeKey", "KMS:decrypt"], "kms:*", "kms:Dec?ypt", "*"]
)
def test_a_principal_that_a_statement_allows_to_decrypt_is_declared_as_a_key_user(action: object) -> None:
    assert declared(allow(action)) == [(ROLE, "statementKeyUser")]


def test_a_principal_that_a_statement_allows_something_else_is_declared_as_named() -> None:
    but_decrypt = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "NotAction": "kms:D*"}

    assert declared(allow("kms:DescribeKey")) == declared(but_decrypt) == [(ROLE, "statementPrincipal")]
    assert declared(table=(allow("dynamodb:GetItem"),)) == [(ROLE, "statementPrincipal")]


def test_each_role_is_declared_once_and_services_and_accounts_as_well() -> None:
    service = {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "kms:*"}

    assert declared(allow("kms:Decrypt", [ROLE, OTHER]), allow("kms:*"), service) == [
        (ROLE, "statementKeyUser"),
        (OTHER, "statementKeyUser"),
        ("backup.amazonaws.com", "statementKeyUser"),
    ]


def test_denials_and_delegation_to_iam_declare_nobody() -> None:
    denial = {"Effect": "Deny", "Principal": "*", "Action": "kms:*"}

    assert declared(denial, allow("kms:*", ACCOUNT), allow("kms:*", f"arn:aws:iam::{ACCOUNT}:root")) == []


def test_a_statement_for_everybody_in_an_organisation_declares_the_organisation() -> None:
    whole = {"StringEquals": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5"]}}
    unit = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"}}

    assert declared(allow("kms:Decrypt", "*", Condition=whole)) == [
        ("organisation/o-a1b2c3d4e5", "statementKeyUser")
    ]
    assert declared(table=(allow("dynamodb:GetItem", "*", Condition=unit),)) == [
        ("organisation/o-a1b2c3d4e5/r-ab12/ou-ab12-11111111", "statementPrincipal")
    ]


@pulumi.runtime.test  # type: ignore[untyped-decorator]  # the SDK gives it no type
def test_a_principal_created_by_the_same_stack_is_declared_once_it_is_known() -> pulumi.Output[None]:
    found = declared_by_statements([allow("kms:Decrypt", pulumi.Output.from_input(ROLE))], [], SCOPE)

    def check(entries: object) -> None:
        assert entries == [{"principal": ROLE, "role": "statementKeyUser"}]

    return pulumi.Output.from_input(found).apply(check)
