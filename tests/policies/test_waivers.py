"""What a waiver covers, how long it is valid, and how the pack reports what it hides."""

import json
from datetime import timedelta
from typing import Any

import pytest

from policies import resource_types as types
from tests.policies.analysis import TODAY, Pack, Sample, Violation
from tests.policies.baselines import KEY_ARN, baseline

RULE = "dynamodb-table-deletion-protection"
CURRENT = "waivers-current"
LISTED = "waivers-listed"
UNPROTECTED = baseline(types.TABLE, deletionProtectionEnabled=False)
STACK = Sample(types.STACK, {}, "orders-prod")
TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {"SSESpecification": {"SSEEnabled": True, "KMSMasterKeyId": KEY_ARN}},
}
TEMPLATE = Sample(
    types.CLOUDFORMATION_STACK, {"templateBody": json.dumps({"Resources": {"Orders": TABLE, "Web": TABLE}})}
)


def waiver(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    """A waiver for the unprotected table."""
    return {
        "owner": "orders-team",
        "reason": "rebuilt every night",
        "scope": UNPROTECTED.urn,
        "expires": "2027-03-24",
        **changes,
    }


def reported(*samples: Sample, waivers: list[Any], **settings: Any) -> list[Violation]:  # noqa: ANN401  # any JSON
    """What the pack reports of a stack with these waivers of a rule."""
    config = {RULE: {"enforcementLevel": "mandatory", "waivers": waivers, **settings}}
    return Pack(config=config).run(STACK, *samples)


def of(policy: str, found: list[Violation]) -> list[str]:
    """The messages of one policy."""
    return [one.message for one in found if one.policy == policy]


@pytest.mark.parametrize(
    ("days", "longest", "counts"), [(180, None, True), (181, None, False), (30, 30, True), (31, 30, False)]
)
def test_a_waiver_is_valid_up_to_the_longest_term(days: int, longest: int | None, counts: bool) -> None:
    settings = {} if longest is None else {"longestWaiverDays": longest}
    until = (TODAY + timedelta(days)).isoformat()

    found = reported(UNPROTECTED, waivers=[waiver(expires=until)], **settings)

    assert (of(RULE, found) == []) is counts
    assert (
        any(f"more than {longest or 180} days from now, so it is invalid" in one for one in of(RULE, found))
        is not counts
    )


@pytest.mark.parametrize(
    "scope",
    [
        "urn:pulumi:*",
        "urn:pulumi:**",
        "urn:pulumi:*::*::*::*",
        "urn:pulumi:*::aws:dynamodb/table:Table::*",
        "urn:pulumi:*aws*",
        "urn:pulumi:*a*",
    ],
)
def test_a_scope_that_matches_everything_has_no_effect(scope: str) -> None:
    found = reported(UNPROTECTED, waivers=[waiver(scope=scope)])

    assert "names no stack, project or resource, so it is invalid" in of(RULE, found)[0]
    assert "names no stack, project or resource, so it is invalid. Correct it." in of(CURRENT, found)[0]


def test_waiver_of_a_template_covers_the_logical_ids_that_it_names() -> None:
    found = reported(TEMPLATE, waivers=[waiver(scope=TEMPLATE.urn, logicalIds=["Orders"])])

    (message,) = of(RULE, found)
    assert "of the table Web in the template" in message
    assert "does not list Web in its logicalIds" in message
    assert message.endswith(f"URN: {TEMPLATE.urn}, logical id Web")


def test_waiver_without_logical_ids_covers_no_table_of_a_template() -> None:
    found = reported(TEMPLATE, waivers=[waiver(scope="urn:pulumi:prod::orders::*")])

    assert len(of(RULE, found)) == 2


def test_waiver_with_logical_ids_covers_no_table_outside_a_template() -> None:
    found = reported(UNPROTECTED, waivers=[waiver(logicalIds=["Orders"])])

    assert "covers resources of the template, not the template itself" in of(RULE, found)[0]


def test_waived_violations_are_counted_and_listed_on_the_stack() -> None:
    waivers = [waiver(scope=TEMPLATE.urn, logicalIds=["Orders", "Web"]), waiver()]

    found = [one for one in reported(TEMPLATE, UNPROTECTED, waivers=waivers) if one.policy == LISTED]

    assert [(one.urn, one.level) for one in found] == [(STACK.urn, "advisory")] * 2
    text = " ".join(one.message for one in found)
    assert f"hides 1 violation until 2027-03-24: {UNPROTECTED.urn}." in text
    assert f"hides 2 violations until 2027-03-24: {TEMPLATE.urn}, Orders; {TEMPLATE.urn}, Web." in text


def test_an_expired_waiver_has_no_effect_and_is_not_listed() -> None:
    found = reported(UNPROTECTED, waivers=[waiver(expires="2026-11-01")])

    assert len(of(RULE, found)) == 1
    assert of(LISTED, found) == []


def test_waivers_are_reported_on_the_stack() -> None:
    found = reported(UNPROTECTED, waivers=[waiver(expires="2026-12-01")])

    assert [one.urn for one in found if one.policy == CURRENT] == [STACK.urn]


def test_violation_gives_the_urn_to_copy() -> None:
    found = reported(UNPROTECTED, waivers=[])

    assert of(RULE, found)[0].endswith(f"\nURN: {UNPROTECTED.urn}")


def test_a_waived_pending_verdict_is_not_reported() -> None:
    unknown = Sample(
        types.NATIVE_TABLE, {"deletionProtectionEnabled": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}
    )

    waived = reported(unknown, waivers=[waiver(scope=unknown.urn)])

    assert of(RULE, waived) == []
    assert len(of(LISTED, waived)) == 1
