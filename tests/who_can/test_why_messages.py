"""The exact messages of `--why` for each gate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from encrypted_tables.iam.documents import Document, Policy
from encrypted_tables.iam.evaluate import Identity
from encrypted_tables.iam.grants import Grant
from encrypted_tables.iam.principals import parse_principal
from encrypted_tables.verify.predict.access import Caller, KeyFacts, TableFacts
from encrypted_tables.who_can.evaluate import Subject
from encrypted_tables.who_can.why.case import Case
from encrypted_tables.who_can.why.explain import explanation_of
from encrypted_tables.who_can.why.project import Project
from encrypted_tables.who_can.why.report import render_text
from tests.access_diff.samples import ANN, APP, DELEGATE, allow, deny, key_arn, table_arn

Statement = dict[str, Any]
NOW = datetime(2026, 2, 1, tzinfo=UTC)
MESSAGES = Path(__file__).parent / "messages"
READS = allow("dynamodb:GetItem")
DECRYPTS = allow("kms:Decrypt")
OTHER = "arn:aws:iam::444455556666:user/eve"
OUTSIDE = {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
ENDED = allow(
    "kms:Decrypt",
    ANN,
    Sid="KeyUsageUntil",
    Condition={"DateLessThan": {"aws:CurrentTime": "2026-01-31T00:00:00Z"}},
)
PROJECT = Project("Pulumi.dev.yaml", "encrypted-tables", "orders")


def document(label: str, *statements: Statement, arn: str = "") -> Document:
    return Document(statements, label=label, arn=arn)


def case(
    *own: Policy,
    principal: str = ANN,
    key: Sequence[Statement] = (DELEGATE,),
    table: Sequence[Statement] = (),
    grants: Sequence[Grant] = (),
    state: str = "",
    rcps: Sequence[Sequence[Policy]] = (),
    **limits: Any,  # noqa: ANN401  # fields of an identity
) -> Case:
    who = parse_principal(principal)
    assert who is not None
    of_table = [document("the table's policy", *table)] if table else []
    facts = KeyFacts(key_arn(), [document("the key policy", *key)], grants, resource_control_policies=rcps)
    subject = Subject(
        TableFacts("orders", table_arn(), of_table, resource_control_policies=rcps),
        facts,
        f"the key is {state}" if state else "",
    )
    is_whole = who.account == "111122223333"
    identity = Identity(own, is_whole=is_whole, **limits)
    return Case(Caller(who, identity, {} if is_whole else None), subject, "dynamodb:GetItem", NOW)


def grant(principal: str, *operations: str) -> Grant:
    return Grant(parse_principal(principal), frozenset(operations), {}, {}, "grant 1234")


ALL = document("policy all", READS, DECRYPTS)
ONLY_DYNAMODB = document("policy limits", allow("dynamodb:*"))


@dataclass(frozen=True)
class Sample:
    """A case with additional facts."""

    case: Case
    project: Project | None = None
    state: str = ""
    is_shared: bool = False


SAMPLES = {
    "allowed": Sample(case(ALL)),
    "identity-policy-missing": Sample(case(document("policy keys", DECRYPTS))),
    "identity-policy-denies": Sample(case(ALL, document("policy no", deny("dynamodb:*", Sid="NoData")))),
    "group-policy-denies": Sample(
        case(ALL, document("policy no of group interns", deny(["dynamodb:GetItem", "dynamodb:Query"]))),
        is_shared=True,
    ),
    "condition": Sample(
        case(
            document("policy keys", DECRYPTS),
            document(
                "policy reads",
                allow(
                    "dynamodb:GetItem",
                    Sid="InIreland",
                    Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
                ),
            ),
        )
    ),
    "boundary": Sample(case(ALL, boundary=ONLY_DYNAMODB), is_shared=True),
    "boundary-of-aws": Sample(
        case(ALL, boundary=replace(ONLY_DYNAMODB, arn="arn:aws:iam::aws:policy/limits")), is_shared=True
    ),
    "session-policy": Sample(
        case(ALL, principal=APP, session_policies=[document("session policy passed.json", READS)])
    ),
    "service-control-policy": Sample(
        case(ALL, service_control_policies=[[document("policy FullAWSAccess", allow("*"))], [ONLY_DYNAMODB]])
    ),
    "service-control-policy-denies": Sample(
        case(ALL, service_control_policies=[[document("policy NoKeys", allow("*"), deny("kms:Decrypt"))]])
    ),
    "resource-control-policy-denies": Sample(
        case(ALL, rcps=[[document("policy Perimeter", allow("*", "*"), deny("dynamodb:GetItem", "*"))]])
    ),
    "table-policy-denies": Sample(case(ALL, table=[deny("dynamodb:*", "*", Sid="Closed")]), PROJECT),
    "key-policy-of-a-project": Sample(case(document("policy reads", READS)), PROJECT),
    "key-policy-without-a-project": Sample(
        case(document("policy reads", READS), key=[allow("kms:PutKeyPolicy", ANN)])
    ),
    "key-policy-denies": Sample(case(ALL, key=[DELEGATE, deny("kms:Decrypt", ANN, Sid="NotAnn")])),
    "brought-key": Sample(
        case(document("policy reads", READS), key=[allow("kms:PutKeyPolicy", ANN)]),
        replace(PROJECT, brings_key=True),
    ),
    "grant-for-another-operation": Sample(
        case(document("policy reads", READS), key=[DELEGATE], grants=[grant(ANN, "Encrypt")])
    ),
    "key-disabled": Sample(case(ALL, state="Disabled"), state="Disabled"),
    "key-pending-deletion": Sample(case(ALL, state="PendingDeletion"), state="PendingDeletion"),
    "key-without-material": Sample(case(ALL, state="PendingImport"), state="PendingImport"),
    "key-user-that-ended": Sample(
        case(document("policy reads", READS), key=[allow("kms:PutKeyPolicy", ANN), ENDED]),
        replace(PROJECT, key_users=("role/app", "user/ann")),
    ),
    "other-account": Sample(case(principal=OTHER)),
    "unknown-condition": Sample(
        case(
            ALL,
            document(
                "policy net", deny("dynamodb:*", Condition={"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
            ),
        )
    ),
    "several-gates": Sample(
        case(
            document("policy no", deny("kms:*")),
            boundary=ONLY_DYNAMODB,
            key=[DELEGATE, deny("kms:Decrypt", "*")],
            table=[deny("dynamodb:GetItem", ANN)],
            state="Disabled",
        ),
        PROJECT,
        "Disabled",
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_message_of_each_case_has_not_changed(name: str) -> None:
    sample = SAMPLES[name]
    found = explanation_of(sample.case, sample.project, sample.state, lambda _: sample.is_shared)

    assert render_text([found]) == (MESSAGES / f"{name}.txt").read_text()


def test_every_message_file_belongs_to_a_sample() -> None:
    assert {file.stem for file in MESSAGES.glob("*.txt")} == set(SAMPLES)
