"""The pack and the component's lockout check never contradict `encrypted_tables/iam`.

Both are asked who may change the key policies of the vectors, with kms:PutKeyPolicy as the action.
"""

import json
from typing import Any

import pytest

from components.lockout import lockout
from components.principals import Scope
from encrypted_tables.iam.answer import Grade
from encrypted_tables.iam.documents import Document, as_list, read_document
from encrypted_tables.iam.evaluate import Identity, Resource, evaluate
from encrypted_tables.iam.policy import Request, principals_of
from encrypted_tables.iam.principals import Kind, Principal, parse_principal, root_user
from encrypted_tables.iam.request_context import RequestContext, caller_context
from policies.declared.documents import statements_of
from policies.judging.administrators import has_administrator
from tests.iam.vectors import ACCOUNT, KEY_ARN, REGION, Vector, placed, vectors

ACTION = "kms:PutKeyPolicy"
_KINDS = {Kind.USER, Kind.ROLE, Kind.SESSION}
ABOUT_KEYS = [one for one in vectors("iam") if "key_policy" in one]


def policy_of(vector: Vector) -> dict[str, Any]:
    """The vector's key policy, about changing the policy."""
    text = json.dumps(placed(vector["key_policy"], KEY_ARN)).replace(vector["action"], ACTION)
    policy: dict[str, Any] = json.loads(text)
    return {**policy, "Statement": as_list(policy["Statement"])}


def grade(document: Document, principal: Principal) -> Grade:
    """Whether the policy alone allows a principal in the account to change it."""
    context = caller_context(principal, ACTION, region=REGION, owner=ACCOUNT)
    request = Request(ACTION, principal, KEY_ARN, RequestContext(ACTION, context))
    return evaluate(request, Resource(ACCOUNT, [document]), Identity(is_whole=True)).grade


def of_account(document: Document, vector: Vector) -> list[Principal]:
    """The root user, and the users, roles and sessions of the account that the vector or its policy names."""
    named = {*principals_of(document), parse_principal(vector["principal"])}
    own = {one for one in named if one and one.account == ACCOUNT and one.kind in _KINDS}
    return [root_user(ACCOUNT), *sorted(own)]


@pytest.mark.parametrize("vector", ABOUT_KEYS, ids=lambda one: one["name"])
def test_the_pack_and_iam_agree_on_the_administrators_of_a_key(vector: Vector) -> None:
    policy = policy_of(vector)
    document = read_document(policy)
    assert isinstance(document, Document)
    grades = {grade(document, one) for one in of_account(document, vector)}
    statements = statements_of(policy)

    if has_administrator(statements, ACCOUNT, in_favour=False):
        assert grades != {Grade.NO}
    if Grade.YES in grades:
        assert has_administrator(statements, ACCOUNT, in_favour=True)


@pytest.mark.parametrize("vector", ABOUT_KEYS, ids=lambda one: one["name"])
def test_the_lockout_check_refuses_every_policy_that_iam_finds_locked(vector: Vector) -> None:
    policy = policy_of(vector)
    document = read_document(policy)
    assert isinstance(document, Document)
    caller = parse_principal(vector["principal"])
    assert caller is not None
    if caller.account != ACCOUNT or caller.kind not in {Kind.USER, Kind.ROLE}:
        pytest.skip("a deployer is a user or role of the key's account")

    if lockout(policy, caller.arn, Scope("aws", ACCOUNT)) is None:
        assert {grade(document, caller), grade(document, root_user(ACCOUNT))} != {Grade.NO}
