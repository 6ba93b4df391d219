"""Properties of any key policy."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from encrypted_tables.access_diff.evaluate.change import Verb
from tests.access_diff.samples import ANN, APP, BOB, OTHER_ACCOUNT, ROOT, diff_of, key, table

ACTIONS = ["kms:*", "kms:Decrypt", "kms:decrypt", "kms:Put*", "kms:DescribeKey", "kms:CreateGrant", "*"]
ENTRIES = [ANN, BOB, APP, ROOT, "*", f"arn:aws:iam::{OTHER_ACCOUNT}:root", "AIDAEXAMPLEEXAMPLE123"]
CONDITIONS: list[dict[str, Any]] = [
    {},
    {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}},
    {"StringEquals": {"kms:EncryptionContext:aws:dynamodb:tableName": "invoices"}},
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"ArnNotEquals": {"aws:PrincipalArn": [ANN]}},
]
STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Principal": st.fixed_dictionaries(
            {"AWS": st.lists(st.sampled_from(ENTRIES), min_size=1, unique=True)}
        ),
        "Action": st.lists(st.sampled_from(ACTIONS), min_size=1, unique=True),
        "Resource": st.just("*"),
        "Condition": st.sampled_from(CONDITIONS),
    }
)
POLICIES = st.lists(STATEMENTS, max_size=4)
OPPOSITE = {Verb.GAINS: Verb.LOSES, Verb.LOSES: Verb.GAINS, Verb.CHANGES: Verb.CHANGES}


@given(POLICIES, st.randoms(use_true_random=False))
def test_the_order_of_statements_never_matters(statements: list[dict[str, Any]], random: Any) -> None:  # noqa: ANN401
    shuffled = random.sample(statements, len(statements))

    assert diff_of([key(*statements), table()], [key(*shuffled), table()]).changes == ()


@given(POLICIES, POLICIES)
def test_reverting_a_change_gives_the_opposite_diff(
    one: list[dict[str, Any]], other: list[dict[str, Any]]
) -> None:
    there = diff_of([key(*one), table()], [key(*other), table()])
    back = diff_of([key(*other), table()], [key(*one), table()])

    assert {
        (c.principal, c.access, a, OPPOSITE[c.verb]) for c in there.changes for a in c.actions or ("",)
    } == {(c.principal, c.access, a, c.verb) for c in back.changes for a in c.actions or ("",)}


@given(POLICIES, STATEMENTS)
def test_another_allow_ends_no_access_and_another_deny_gives_none(
    statements: list[dict[str, Any]], statement: dict[str, Any]
) -> None:
    added = diff_of([key(*statements), table()], [key(*statements, statement), table()])

    never = Verb.LOSES if statement["Effect"] == "Allow" else Verb.GAINS
    assert [change for change in added.changes if change.verb is never] == []
