"""Who could still change a key policy, asked before KMS is."""

from typing import Any

import pytest

from components.lockout import lockout
from components.principals import Scope

SCOPE = Scope("aws", "111122223333")
CALLER = "arn:aws:iam::111122223333:role/deploy"
ROOT = SCOPE.root


def allow(principal: object, action: object = "kms:*", **more: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*", **more}


def deny(principal: object, action: object = "kms:PutKeyPolicy", **more: object) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": principal, "Action": action, "Resource": "*", **more}


def reason(*statements: dict[str, Any]) -> str | None:
    return lockout({"Statement": list(statements)}, CALLER, SCOPE)


@pytest.mark.parametrize(
    "statements",
    [
        [allow(ROOT)],
        [allow([CALLER, ROOT])],
        [allow(ROOT, ["kms:DescribeKey", "KMS:putkeypolicy"])],
        [allow(ROOT, "kms:Put*"), allow(CALLER, "kms:Decrypt")],
        [allow(ROOT), deny({"AWS": "arn:aws:iam::111122223333:role/other"})],
        [allow(ROOT), deny("*", "kms:Decrypt")],
        [allow("111122223333")],
        [allow(ROOT), {"Effect": "Deny", "NotPrincipal": {"AWS": [CALLER, ROOT]}, "Action": "kms:*"}],
    ],
)
def test_the_account_keeps_the_key_manageable(statements: list[dict[str, Any]]) -> None:
    assert reason(*statements) is None


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        ([], "could not change"),
        ([allow("arn:aws:iam::111122223333:role/other")], "could not change"),
        ([allow(ROOT, "kms:Decrypt")], "could not change"),
        ([allow(ROOT, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})], "could not change"),
        ([allow(CALLER)], "can be deleted"),
        ([allow([CALLER, "arn:aws:iam::111122223333:user/ann"])], "can be deleted"),
        ([allow(ROOT), deny("*")], "denies kms:PutKeyPolicy"),
        ([allow(ROOT), deny({"AWS": "*"}, "kms:*")], "denies kms:PutKeyPolicy"),
        ([allow(ROOT), deny({"AWS": [CALLER]}, ["kms:put*"])], "denies kms:PutKeyPolicy"),
        ([allow(ROOT), deny({"AWS": "111122223333"})], "denies kms:PutKeyPolicy"),
        ([allow(ROOT), deny("*", Condition={"Bool": {"aws:SecureTransport": "false"}})], "denies kms:Put"),
        (
            [allow(ROOT), {"Effect": "Deny", "NotPrincipal": {"AWS": [CALLER]}, "Action": "kms:*"}],
            "denies kms:PutKeyPolicy",
        ),
        (
            [allow(ROOT), {"Effect": "Deny", "NotPrincipal": {"AWS": "x"}, "Action": "kms:*"}],
            "denies kms:PutKeyPolicy",
        ),
        (
            [allow(ROOT), {"Effect": "Deny", "Principal": "*", "NotAction": "kms:Decrypt"}],
            "denies kms:PutKeyPolicy",
        ),
    ],
)
def test_a_policy_that_no_permanent_principal_can_change_is_refused(
    statements: list[dict[str, Any]], why: str
) -> None:
    assert why in (reason(*statements) or "")
