"""The pack's config: settings by stack tag, and waivers with an owner and an end."""

from datetime import date
from typing import Any

import pytest

from policies import resource_types as types
from policies.judging.settings import schema_of
from tests.policies.analysis import Pack, Sample, Violation
from tests.policies.baselines import baseline

RULE = "dynamodb-table-deletion-protection"
MAIN = "dynamodb-table-customer-managed-key"
CURRENT = "waivers-current"
LISTED = "waivers-listed"
UNPROTECTED = baseline(types.TABLE, deletionProtectionEnabled=False)


def waiver(**changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
    """A waiver for the unprotected table, that ends in four months."""
    return {
        "owner": "orders-team",
        "reason": "rebuilt every night",
        "scope": UNPROTECTED.urn,
        "expires": "2027-03-24",
        **changes,
    }


def reported(
    *waivers: object,
    policy: str = RULE,
    sample: Sample = UNPROTECTED,
    **run: Any,  # noqa: ANN401  # whatever Pack takes
) -> list[Violation]:
    """What the pack reports with these waivers of a policy, apart from the list of what they hide."""
    config = {policy: {"enforcementLevel": "mandatory", "waivers": list(waivers)}}
    return [one for one in Pack(config=config, **run).run(sample) if one.policy != LISTED]


def test_a_waiver_of_a_deleted_resource_is_reported() -> None:
    gone = Sample("aws:sqs/queue:Queue", {}, "other")

    messages = [one.message for one in reported(waiver(), sample=gone) if one.policy == CURRENT]

    assert ["but is not needed" in message for message in messages] == [True]


def test_an_override_is_checked_against_the_schema_of_the_policy() -> None:
    own = schema_of({"minimumDays": {"type": "number", "default": 7, "description": "Days."}})
    settings = own.properties["overrides"]["items"]["properties"]["settings"]

    assert settings["additionalProperties"] is False
    assert settings["properties"]["minimumDays"]["type"] == "number"
    assert settings["properties"]["waivers"]["items"]["properties"]["expires"]["pattern"]


def test_waiver_lets_its_resource_pass() -> None:
    assert reported(waiver()) == []


@pytest.mark.parametrize(
    "scope",
    [
        "urn:pulumi:prod::orders::*",
        "urn:pulumi:*::sample",
        "urn:pulumi:*::orders::*",
    ],
)
def test_scope_is_a_pattern(scope: str) -> None:
    assert reported(waiver(scope=scope)) == []


@pytest.mark.parametrize(
    "scope",
    [
        "urn:pulumi:prod::orders",
        "urn:pulumi:*::sampl",
        "urn:pulumi:dev::*",
        "urn:pulumi:[p]rod*",
        "urn:pulumi:?*",
    ],
)
def test_scope_matches_nothing_else(scope: str) -> None:
    assert [one.policy for one in reported(waiver(scope=scope)) if one.policy != CURRENT] == [RULE]


def test_a_waiver_of_one_policy_does_not_affect_others() -> None:
    sample = baseline(types.TABLE, deletionProtectionEnabled=False, serverSideEncryption=None)

    assert [one.policy for one in reported(waiver(), sample=sample)] == [MAIN]


@pytest.mark.parametrize("sample", [baseline(types.TABLE, serverSideEncryption=None)])
def test_waiver_of_the_main_rule_lets_a_table_without_key_pass(sample: Sample) -> None:
    assert reported(waiver(), policy=MAIN, sample=sample) == []


def test_an_expired_waiver_is_a_violation_that_names_its_owner() -> None:
    on_its_last_day = reported(waiver(expires="2026-11-24"))
    the_day_after = reported(waiver(expires="2026-11-24"), today=date(2026, 11, 25))

    assert [one.policy for one in on_its_last_day] == [CURRENT]
    assert [(one.policy, one.level) for one in the_day_after] == [(RULE, "mandatory")]
    assert "waiver of orders-team (rebuilt every night)" in the_day_after[0].message
    assert "expired after 2026-11-24" in the_day_after[0].message


def test_waiver_that_ends_soon_is_an_advisory() -> None:
    found = reported(waiver(expires="2026-12-20"))

    assert [(one.policy, one.level) for one in found] == [(CURRENT, "advisory")]
    assert "ends after 2026-12-20" in found[0].message


def test_waiver_that_this_stack_does_not_need_is_reported() -> None:
    found = reported(waiver(), sample=baseline(types.TABLE))

    assert [(one.policy, one.level) for one in found] == [(CURRENT, "advisory")]
    assert "but is not needed" in found[0].message


def test_waiver_for_other_stacks_is_not_reported_here() -> None:
    assert reported(waiver(scope="urn:pulumi:dev::orders::*"), sample=baseline(types.TABLE)) == []


@pytest.mark.parametrize("expires", ["2026-02-31", "soon", "9999-99-99"])
def test_a_waiver_without_a_valid_date_has_no_effect(expires: str) -> None:
    found = reported(waiver(expires=expires))

    assert [one.policy for one in found] == [RULE, CURRENT]


@pytest.mark.parametrize(
    "broken", [{}, "x", None, 5, {"owner": "a"}, {**waiver(), "owner": ""}, {**waiver(), "scope": 5}]
)
def test_an_invalid_waiver_has_no_effect(broken: object) -> None:
    assert [one.policy for one in reported(broken)] == [RULE]


@pytest.mark.parametrize(
    ("tags", "silent"),
    [({"ephemeral": "true"}, True), ({"ephemeral": "false"}, False), ({}, False), ({"other": "true"}, False)],
)
def test_a_policy_can_be_disabled_for_stacks_with_a_tag(tags: dict[str, str], silent: bool) -> None:
    overrides = [{"stackTags": {"ephemeral": "true"}, "disabled": True}]
    config = {RULE: {"enforcementLevel": "mandatory", "overrides": overrides}}

    assert (Pack(config=config, stack_tags=tags).run(UNPROTECTED) == []) is silent


def test_settings_differ_by_stack_tag() -> None:
    rule = "kms-key-deletion-window"
    overrides = [{"stackTags": {"environment": "dev"}, "settings": {"minimumDays": 7}}]
    config = {rule: {"enforcementLevel": "mandatory", "overrides": overrides}}
    sample = baseline(types.KEY, deletionWindowInDays=7.0)

    assert Pack(config=config, stack_tags={"environment": "dev"}).run(sample) == []
    assert [one.policy for one in Pack(config=config, stack_tags={"environment": "prod"}).run(sample)] == [
        rule
    ]


def test_an_unknown_setting_of_a_policy_is_reported() -> None:
    config = {RULE: {"enforcementLevel": "mandatory", "waiver": []}}

    found = Pack(config=config).run(baseline(types.TABLE))

    assert [(one.policy, one.level) for one in found] == [(RULE, "mandatory")]
    assert "Unknown setting waiver in the policy's config." in found[0].message
    assert "Settings: longestWaiverDays, overrides, waivers." in found[0].message


def test_a_disabled_policy_reports_nothing() -> None:
    assert Pack(config={RULE: {"enforcementLevel": "disabled"}}).run(UNPROTECTED) == []
