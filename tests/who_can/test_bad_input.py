"""Accounts and policies out of the ordinary: large, throttled, with deleted principals and malformed text."""

import io
import json
from collections.abc import Iterator
from typing import Any
from unittest import mock

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from rich.console import Console

from encrypted_tables.errors import UserError
from encrypted_tables.iam.answer import Grade
from encrypted_tables.iam.documents import read_document
from encrypted_tables.iam.evaluate import Identity
from encrypted_tables.iam.principals import Kind, Principal
from encrypted_tables.verify.collect.account import Account, Member, account_of_pages, read_account
from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.credentials import Principal as WithCredentials
from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.collect.observe import Key, Table, Unknown
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.who_can.look import Inventory, inventory_of_caller, look
from encrypted_tables.who_can.report import TableRows
from encrypted_tables.who_can.row import Verdict, verdict
from tests.verify.stubbed import ACCOUNT, KEY_ID, KEYS, StubbedConnections

REGION = "us-east-1"
QUIET = Parallel(1, Console(file=io.StringIO()))
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DELETED = "AIDA" + "2EXAMPLE3EXAMPLE"
CALL = "get_account_authorization_details"


def user(name: str, *, group: str) -> dict[str, Any]:
    return {"UserName": name, "UserId": f"AIDAEXAMPLE{name:0>9}", "Path": "/",
            "CreateDate": "2026-01-01T00:00:00Z", "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
            "GroupList": [group]}  # fmt: skip


def group(name: str) -> dict[str, Any]:
    policy = {"PolicyName": "all", "PolicyDocument": json.dumps({"Statement": [EVERYTHING]})}
    return {"GroupName": name, "GroupId": "AGPAEXAMPLE123456", "Path": "/", "GroupPolicyList": [policy],
            "Arn": f"arn:aws:iam::{ACCOUNT}:group/{name}", "CreateDate": "2026-01-01T00:00:00Z"}  # fmt: skip


def place(key_policy: str, table_policy: str | None = None) -> Place:
    table = Table("orders", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders", REGION, "ACTIVE", (),
                  "ENABLED", KEYS[REGION], (), table_policy, ())  # fmt: skip
    key = Key(KEYS[REGION], KEY_ID, "CUSTOMER", "Enabled", False, None, (), None, key_policy, ())
    return Place("orders", REGION, REGION, None, None, table, key)


def account_with(document: object) -> Account:
    """One user with one policy, read as IAM gives it."""
    policies = [{"PolicyName": "own", "PolicyDocument": document}]
    one = {"Arn": f"arn:aws:iam::{ACCOUNT}:user/one", "UserPolicyList": policies}
    return account_of_pages(ACCOUNT, [{"UserDetailList": [one]}])


def seen(account: Account, where: Place) -> TableRows:
    return look(Inventory(account), where, {}, QUIET)


def policy(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


OF_ACCOUNT = policy({**EVERYTHING, "Principal": {"AWS": ACCOUNT}})


def test_a_group_on_a_later_page_applies_to_a_user_on_the_first() -> None:
    connections = StubbedConnections()
    stub = connections.stub("iam")
    first = {"UserDetailList": [user("one", group="all")], "IsTruncated": True, "Marker": "second"}
    stub.add_response(CALL, first, {"MaxItems": 1000})
    stub.add_response(CALL, {"GroupDetailList": [group("all")]}, {"MaxItems": 1000, "Marker": "second"})

    found = read_account(connections, ACCOUNT, QUIET)

    assert isinstance(found, Account)
    (member,) = found.members.values()
    assert len(member.identity.policies) == 1


class Answer(io.BytesIO):
    """The body of a response."""

    def stream(self, **_: object) -> Iterator[bytes]:
        """All of it."""
        yield self.read()


def answer(request: AWSPreparedRequest, status: int, result: str) -> AWSResponse:
    return AWSResponse(request.url, status, {"Content-Type": "text/xml"}, Answer(result.encode()))


THROTTLED = (
    "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"
)
PAGE = (
    "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>{}"
    "</GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
)
PAGES = {
    False: PAGE.format("<IsTruncated>true</IsTruncated><Marker>second</Marker>"),
    True: PAGE.format("<IsTruncated>false</IsTruncated>"),
}


def read_throttled(monkeypatch: pytest.MonkeyPatch, times: int) -> tuple[Account | Unknown, list[bool]]:
    """Read an account whose second page AWS throttles; also returns which requests were for that page."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    connections = Connections(boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret"), REGION)
    requests: list[bool] = []

    def answered(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        is_second = "Marker=second" in str(request.body)
        requests.append(is_second)
        is_throttled = is_second and requests.count(True) <= times
        return answer(request, 400, THROTTLED) if is_throttled else answer(request, 200, PAGES[is_second])

    connections.client("iam").meta.events.register("before-send.iam", answered)
    return read_account(connections, ACCOUNT), requests


def test_listing_continues_at_the_throttled_page(monkeypatch: pytest.MonkeyPatch) -> None:
    found, requests = read_throttled(monkeypatch, times=5)

    assert isinstance(found, Account)
    assert requests == [False, *[True] * 6]


def test_an_account_that_stays_throttled_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = read_throttled(monkeypatch, times=1_000)

    assert isinstance(found, Unknown)
    assert found.words == "iam:GetAccountAuthorizationDetails: Throttling: Rate exceeded"


def test_unreadable_control_policies_are_a_limit_that_names_the_missing_permission() -> None:
    connections = StubbedConnections()
    connections.stub("iam").add_response(CALL, {})
    refused = "AccessDeniedException"
    connections.stub("organizations").add_client_error("describe_organization", refused, "not authorized")
    caller = mock.Mock(spec=WithCredentials, connections=connections, account=ACCOUNT)

    (limit,) = inventory_of_caller(caller, QUIET).limits

    assert limit == (
        "The service and resource control policies of the organization were not read "
        "(organizations:DescribeOrganization: AccessDeniedException: not authorized). "
        "They can only deny access: an answer yes may be wrong, but no reader is missing."
    )


def test_an_account_that_may_not_be_listed_is_a_limit_that_names_the_missing_permission() -> None:
    connections = StubbedConnections()
    connections.stub("iam").add_client_error(CALL, "AccessDenied", "not authorized")
    arn = f"arn:aws:iam::{ACCOUNT}:user/one"
    caller = mock.Mock(spec=WithCredentials, connections=connections, account=ACCOUNT, arn=arn)

    with pytest.raises(UserError) as raised:
        inventory_of_caller(caller, QUIET)

    assert str(raised.value) == (
        f"the users and roles of account {ACCOUNT} cannot be listed, so a reader could be overlooked: "
        f"iam:GetAccountAuthorizationDetails: AccessDenied: not authorized. Allow this call to {arn}."
    )


@pytest.mark.parametrize(
    ("ends", "is_over"),
    [
        ({"DateLessThan": {"aws:CurrentTime": "2025-01-31T00:00:00Z"}}, True),
        ({"DateLessThanEqualsIfExists": {"AWS:EpochTime": "1738281600"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2999-01-31T00:00:00Z"}}, False),
        ({"DateGreaterThan": {"aws:CurrentTime": "2025-01-31T00:00:00Z"}}, False),
        ({"DateLessThan": {"aws:TokenIssueTime": "2025-01-31T00:00:00Z"}}, False),
    ],
)
def test_a_statement_that_has_ended_is_reported_for_removal(
    ends: dict[str, dict[str, str]], *, is_over: bool
) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/guest"
    statement = {**EVERYTHING, "Sid": "Guest", "Principal": {"AWS": role}, "Condition": ends}

    found = seen(Account(ACCOUNT, {}), place(policy(statement)))

    (time,) = (value for keys in ends.values() for value in keys.values())
    note = f"statement Guest of the key policy ended at {time}: it allows nobody any more. Remove it."
    assert found.limits == ((note,) if is_over else ())


def test_a_deleted_principal_is_a_note_and_has_no_access() -> None:
    names_it = policy({**EVERYTHING, "Principal": {"AWS": [DELETED, ACCOUNT]}})

    found = seen(Account(ACCOUNT, {}), place(names_it))

    assert found.limits == (f"the key policy names {DELETED}, which was deleted: that entry allows nobody.",)
    assert [row.principal.kind for row in found.rows] == [Kind.ROOT]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "policy own is not JSON"),
        ("[1]", "policy own is not a policy document"),
        ({"Statement": ["Allow"]}, "policy own has a statement that is not a JSON object"),
        ({"Statement": {}}, "policy own has a statement without Effect"),
        (
            {"Statement": {**EVERYTHING, "Effect": ["Allow"]}},
            "policy own has a statement whose Effect is ['Allow'] instead of Allow or Deny",
        ),
        (
            {"Statement": {**EVERYTHING, "NotAction": "kms:*"}},
            "policy own has a statement with both Action and NotAction",
        ),
    ],
)
def test_a_malformed_policy_is_cannot_tell_and_is_reported(document: object, reason: str) -> None:
    (row,) = (
        one for one in seen(account_with(document), place(OF_ACCOUNT)).rows if one.principal.name == "one"
    )

    assert verdict(row.read) is Verdict.CANNOT_TELL
    assert any(reason in text for text in row.because)


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow"},
        {"Effect": "Allow", "Action": 5, "Resource": {"a": 1}},
        {"Effect": "Allow", "Action": {"a": "*"}, "Resource": None},
        {"Effect": "Allow", "Action": [["*"], None], "Resource": [["*"]]},
    ],
)
def test_a_statement_that_iam_would_reject_allows_nothing(statement: dict[str, Any]) -> None:
    found = seen(account_with({"Statement": statement}), place(OF_ACCOUNT))

    assert [row.principal.kind for row in found.rows] == [Kind.ROOT]


@pytest.mark.parametrize(
    "condition", [5, [], "x", {"StringEquals": 5}, {"StringEquals": {"aws:username": {}}}]
)
def test_a_malformed_condition_never_allows(condition: object) -> None:
    found = seen(account_with({"Statement": {**EVERYTHING, "Condition": condition}}), place(OF_ACCOUNT))

    assert all(row.read.grade is not Grade.YES for row in found.rows if row.principal.name == "one")


@pytest.mark.parametrize("principal", [5, [], "me", {"AWS": 5}, {"AWS": [None]}, {"Nobody": "*"}, None])
def test_a_malformed_principal_of_a_resource_policy_allows_no_user(principal: object) -> None:
    one = Principal(Kind.USER, ACCOUNT, "one", f"arn:aws:iam::{ACCOUNT}:user/one")
    member = Member(one, Identity((read_document({"Statement": EVERYTHING}),), is_whole=True), {})

    found = seen(Account(ACCOUNT, {one: member}), place(policy({**EVERYTHING, "Principal": principal})))

    assert all(row.read.grade is not Grade.YES for row in found.rows if row.principal == one)
