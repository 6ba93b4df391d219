"""Control policies of the organization are read from all levels; what could not be read is reported."""

import json
from typing import Any

from encrypted_tables.iam.answer import Grade
from encrypted_tables.iam.documents import Document, read_document
from encrypted_tables.iam.evaluate import Identity
from encrypted_tables.iam.principals import Kind, Principal
from encrypted_tables.verify.collect.account import Account, Member
from encrypted_tables.verify.collect.observe import Unknown
from encrypted_tables.verify.collect.organization import (
    ControlPolicies,
    Levels,
    limited,
    read_control_policies,
)
from encrypted_tables.verify.predict.access import KeyFacts, TableFacts
from encrypted_tables.who_can.evaluate import Subject, rows
from tests.verify.stubbed import ACCOUNT, KEYS, StubbedConnections

MANAGEMENT, UNIT, ROOT = "444455556666", "ou-ab12-11111111", "r-ab12"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
NO_DYNAMODB = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}
NO_DECRYPT = {"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}


def described(management: str = MANAGEMENT, features: str = "ALL") -> dict[str, Any]:
    return {"Organization": {"Id": "o-exampleorgid", "MasterAccountId": management, "FeatureSet": features}}


def summary(policy_id: str) -> dict[str, Any]:
    return {"Id": policy_id, "Name": f"name of {policy_id}", "Type": "SERVICE_CONTROL_POLICY"}


def organization_with(policies: dict[tuple[str, str], dict[str, dict[str, Any]]]) -> StubbedConnections:
    """An organization with one unit; `policies` by target and type."""
    connections = StubbedConnections()
    stub = connections.stub("organizations")
    stub.add_response("describe_organization", described())
    for child, parent, kind in ((ACCOUNT, UNIT, "ORGANIZATIONAL_UNIT"), (UNIT, ROOT, "ROOT")):
        stub.add_response("list_parents", {"Parents": [{"Id": parent, "Type": kind}]}, {"ChildId": child})
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        for target in (ROOT, UNIT, ACCOUNT):
            attached = policies.get((target, kind), {})
            asked = {"TargetId": target, "Filter": kind}
            # Two pages: the second begins where the first ends.
            stub.add_response("list_policies_for_target", {"Policies": [], "NextToken": "more"}, asked)
            answer = {"Policies": [summary(one) for one in attached]}
            stub.add_response("list_policies_for_target", answer, {**asked, "NextToken": "more"})
            for policy_id, statement in attached.items():
                content = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
                found = {"Policy": {"PolicySummary": summary(policy_id), "Content": content}}
                stub.add_response("describe_policy", found, {"PolicyId": policy_id})
    return connections


def labels(levels: Levels) -> list[list[str]]:
    return [[one.label for one in level if isinstance(one, Document)] for level in levels]


def reads(controls: ControlPolicies, arn: str) -> Grade:
    """Whether a principal with all permissions can read the table."""
    kind = Kind.ROLE if ":role/" in arn else Kind.USER
    principal = Principal(kind, ACCOUNT, arn.rsplit("/", 1)[-1], arn)
    everything = read_document({"Version": "2012-10-17", "Statement": [EVERYTHING]}, "policy all")
    member = Member(principal, Identity((everything,), is_whole=True), {})
    key = read_document({"Statement": [{**EVERYTHING, "Principal": {"AWS": ACCOUNT}}]}, "the key policy")
    table = TableFacts("orders", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders", [])
    account = limited(Account(ACCOUNT, {principal: member}), controls)
    found = rows(account, Subject(table, KeyFacts(KEYS["us-east-1"], [key], [])))
    return {one.principal.arn: one.read.grade for one in found}[arn]


USER = f"arn:aws:iam::{ACCOUNT}:user/reader"
SERVICE_LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/example.amazonaws.com/ForExample"


def test_the_policies_of_every_level_are_read_from_the_root_to_the_account() -> None:
    scp = {
        (ROOT, "SERVICE_CONTROL_POLICY"): {"p-full": EVERYTHING},
        (UNIT, "SERVICE_CONTROL_POLICY"): {"p-full": EVERYTHING, "p-deny": NO_DYNAMODB},
        (ACCOUNT, "SERVICE_CONTROL_POLICY"): {"p-full": EVERYTHING},
    }

    found = read_control_policies(organization_with(scp), ACCOUNT)

    assert isinstance(found, ControlPolicies)
    full, deny = "service control policy name of p-full", "service control policy name of p-deny"
    assert labels(found.of_principals) == [[full], [full, deny], [full]]
    assert found.of_resources == ()
    assert reads(found, USER) is Grade.NO
    assert reads(found, f"arn:aws:iam::{ACCOUNT}:root") is Grade.NO
    assert reads(found, SERVICE_LINKED) is Grade.YES


def test_a_service_that_one_level_does_not_allow_is_denied() -> None:
    only_s3 = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    scp = {(one, "SERVICE_CONTROL_POLICY"): {"p-full": EVERYTHING} for one in (ROOT, ACCOUNT)}

    found = read_control_policies(
        organization_with({**scp, (UNIT, "SERVICE_CONTROL_POLICY"): {"p-s3": only_s3}}), ACCOUNT
    )

    assert isinstance(found, ControlPolicies)
    assert reads(found, USER) is Grade.NO


def test_a_resource_control_policy_limits_the_key() -> None:
    of_key = {"p-rcp": EVERYTHING, "p-no": NO_DECRYPT}
    found = read_control_policies(organization_with({(ROOT, "RESOURCE_CONTROL_POLICY"): of_key}), ACCOUNT)

    assert isinstance(found, ControlPolicies)
    assert reads(found, USER) is Grade.NO
    assert reads(found, SERVICE_LINKED) is Grade.YES
    assert reads(ControlPolicies(), USER) is Grade.YES


def test_an_account_without_control_policies_is_not_limited() -> None:
    for answer in (described(management=ACCOUNT), described(features="CONSOLIDATED_BILLING")):
        connections = StubbedConnections()
        connections.stub("organizations").add_response("describe_organization", answer)
        assert read_control_policies(connections, ACCOUNT) == ControlPolicies()

    alone = StubbedConnections()
    alone.stub("organizations").add_client_error("describe_organization", "AWSOrganizationsNotInUseException")
    assert read_control_policies(alone, ACCOUNT) == ControlPolicies()


def test_a_denied_call_is_reported_and_the_policies_are_unknown() -> None:
    connections = StubbedConnections()
    stub = connections.stub("organizations")
    stub.add_response("describe_organization", described())
    stub.add_client_error("list_parents", "AccessDeniedException", "not authorized")

    found = read_control_policies(connections, ACCOUNT)

    assert isinstance(found, Unknown)
    assert found.words == "organizations:ListParents: AccessDeniedException: not authorized"


def test_a_control_policy_that_may_not_be_read_is_reported() -> None:
    connections = StubbedConnections()
    stub = connections.stub("organizations")
    stub.add_response("describe_organization", described())
    stub.add_response("list_parents", {"Parents": [{"Id": ROOT, "Type": "ROOT"}]})
    stub.add_response("list_policies_for_target", {"Policies": [summary("p-full")]})
    stub.add_client_error("describe_policy", "AccessDeniedException", "not authorized")

    found = read_control_policies(connections, ACCOUNT)

    assert isinstance(found, Unknown)
    assert found.call == "organizations:DescribePolicy"
