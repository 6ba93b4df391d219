"""Actions on a key that are evaluated once for a whole group."""

from encrypted_tables.access_diff.collect.access_model import Key
from encrypted_tables.access_diff.evaluate.same_statements import grouped
from encrypted_tables.iam.documents import Document, Policy, Unreadable
from encrypted_tables.iam.grants import Grant

ARN = "arn:aws:kms:eu-west-1:111122223333:key/0a1b"
ADMIN = "arn:aws:iam::111122223333:role/admin"
DISABLE, ENABLE, PUT, CREATE_GRANT = "kms:DisableKey", "kms:EnableKey", "kms:PutKeyPolicy", "kms:CreateGrant"


def key(policy: Policy, *grants: Grant) -> Key:
    return Key("urn", "alias/orders", ARN, exists=True, region="eu-west-1", policy=policy, grants=grants)


def allow(*actions: str, **more: object) -> dict[str, object]:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": ADMIN},
        "Action": list(actions),
        "Resource": "*",
        **more,
    }


def groups(*keys: Key) -> list[tuple[str, ...]]:
    return list(grouped((DISABLE, ENABLE, PUT), keys))


def test_one_statement_decides_all_its_actions_at_once() -> None:
    assert groups(key(Document((allow(DISABLE, ENABLE, PUT),)))) == [(DISABLE, ENABLE, PUT)]


def test_actions_of_different_statements_are_evaluated_separately() -> None:
    assert groups(key(Document((allow(DISABLE, PUT), allow(ENABLE))))) == [(DISABLE, PUT), (ENABLE,)]


def test_a_denied_action_is_evaluated_separately() -> None:
    denial = {**allow(PUT), "Effect": "Deny"}
    assert groups(key(Document((allow("kms:*"), denial)))) == [(DISABLE, ENABLE), (PUT,)]


def test_a_condition_may_decide_each_action_differently() -> None:
    condition = {"StringEquals": {"kms:GrantOperations": "Decrypt"}}
    policy = Document((allow(DISABLE, PUT, Condition=condition), allow(ENABLE)))
    assert groups(key(policy)) == [(DISABLE,), (ENABLE,), (PUT,)]


def test_actions_that_have_an_effect_across_accounts_are_evaluated_separately() -> None:
    found = list(grouped((DISABLE, CREATE_GRANT, PUT), [key(Document((allow("kms:*"),)))]))
    assert found == [(DISABLE, PUT), (CREATE_GRANT,)]


def test_the_policy_before_and_the_policy_after_must_both_agree() -> None:
    before, after = Document((allow(DISABLE, ENABLE), allow(PUT))), Document((allow(DISABLE, PUT),))
    assert groups(key(before), key(after)) == [(DISABLE,), (ENABLE,), (PUT,)]


def test_with_an_unreadable_policy_or_a_grant_each_action_is_evaluated_separately() -> None:
    apart = [(DISABLE,), (ENABLE,), (PUT,)]
    assert groups(key(Unreadable("it is known only after the update"))) == apart
    grant = Grant(None, frozenset({"Decrypt"}), {}, {})
    assert groups(key(Document((allow("kms:*"),)), grant)) == apart
