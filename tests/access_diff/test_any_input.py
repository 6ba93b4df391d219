"""Any preview gets an answer, and what is unknown is never "no change"."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encrypted_tables.access_diff.diff import access_diff
from encrypted_tables.access_diff.report.json import render_json
from encrypted_tables.access_diff.report.markdown import render_markdown
from encrypted_tables.engine.preview import read_preview
from tests.access_diff.samples import (
    ANN,
    APP,
    MANAGE,
    UNKNOWN,
    Resource,
    allow,
    attachment,
    deny,
    diff_of,
    events,
    grant,
    key,
    key_arn,
    resource,
    table,
    table_policy,
    user,
    user_policy,
)

RESOURCES: list[Resource] = [
    key(MANAGE, allow("kms:Decrypt", ANN), deny("kms:Put*", APP)),
    table(replicas=[{"regionName": "eu-west-1", "kmsKeyArn": key_arn()}]),
    table_policy(allow("dynamodb:GetItem", ANN)),
    grant(APP, "Decrypt", constraints=[{"encryptionContextSubset": {"aws:dynamodb:tableName": "orders"}}]),
    user("ann"),
    user_policy("ann", allow("dynamodb:*")),
    attachment("ann"),
    resource(
        "aws:iam/role:Role",
        "app",
        {"name": "app", "inlinePolicies": [{"name": "p", "policy": "{}"}], "managedPolicyArns": ["x"]},
        {"arn": APP},
    ),
    resource("aws:kms/alias:Alias", "alias", {"name": "alias/orders", "targetKeyId": "x"}, {}),
]


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401  # JSON
    """The path of every value in a JSON value."""
    yield path
    for name, one in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from paths(one, (*path, name))


PLACES = [
    (number, part, path)
    for number, old in enumerate(RESOURCES)
    for part in ("inputs", "outputs")
    for path in paths(old[part])
    if path
]
ODD = st.sampled_from(
    [UNKNOWN, None, "", "text", 0, True, [], {}, [UNKNOWN], {"a": UNKNOWN}, "[secret]", "*"]
)


def with_value(number: int, part: str, path: tuple[Any, ...], value: object) -> list[Resource]:
    world: list[Resource] = json.loads(json.dumps(RESOURCES))
    place = world[number][part]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return world


@settings(max_examples=300)
@given(st.sampled_from(PLACES), ODD, st.booleans())
def test_odd_values_get_an_answer(place: tuple[int, str, Any], value: object, is_after: bool) -> None:
    odd = with_value(*place, value)
    before, after = (RESOURCES, odd) if is_after else (odd, RESOURCES)

    diff = access_diff(read_preview(events(before, after)))

    assert render_markdown(diff)
    assert json.loads(render_json(diff))["verdict"] == diff.verdict


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "Statement",
                    "Effect",
                    "Principal",
                    "NotPrincipal",
                    "Action",
                    "NotAction",
                    "Resource",
                    "Condition",
                    "AWS",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(JSON)
def test_any_json_for_a_policy_is_answered(document: Any) -> None:  # noqa: ANN401  # that is the point
    odd = key(MANAGE)
    odd["inputs"]["policy"] = json.dumps(document)

    assert render_markdown(diff_of([key(MANAGE), table()], [odd, table()]))


@pytest.mark.parametrize(
    "make_unknown",
    [
        lambda: with_value(0, "inputs", ("policy",), UNKNOWN),
        lambda: with_value(1, "inputs", ("serverSideEncryption",), UNKNOWN),
        lambda: with_value(1, "inputs", ("serverSideEncryption", "kmsKeyArn"), UNKNOWN),
        lambda: with_value(1, "inputs", ("replicas",), UNKNOWN),
        lambda: with_value(1, "inputs", ("replicas", 0, "kmsKeyArn"), UNKNOWN),
        lambda: with_value(2, "inputs", ("policy",), UNKNOWN),
        lambda: with_value(3, "inputs", ("granteePrincipal",), UNKNOWN),
        lambda: with_value(3, "inputs", ("operations",), UNKNOWN),
        lambda: with_value(3, "inputs", ("constraints",), UNKNOWN),
        lambda: with_value(3, "inputs", ("constraints", 0), UNKNOWN),
        lambda: with_value(3, "inputs", ("constraints", 0, "encryptionContextSubset"), UNKNOWN),
        lambda: with_value(5, "inputs", ("policy",), UNKNOWN),
        lambda: with_value(6, "inputs", ("policyArn",), UNKNOWN),
    ],
)
def test_an_unknown_value_is_never_reported_as_no_change(make_unknown: Callable[[], list[Resource]]) -> None:
    after = make_unknown()
    for changed, old in zip(after, RESOURCES, strict=True):
        if changed != old:
            changed["outputs"] = {
                name: UNKNOWN if changed["inputs"].get(name) != old["inputs"].get(name) else value
                for name, value in changed["outputs"].items()
            }

    assert diff_of(RESOURCES, after).verdict == "cannot tell"


@pytest.mark.parametrize(
    "type_",
    [
        "aws-native:dynamodb:Table",
        "aws-native:kms:Key",
        "aws:cloudformation/stack:Stack",
        "aws:cloudcontrol/resource:Resource",
        "aws:dynamodb/globalTable:GlobalTable",
        "aws:dynamodb/kinesisStreamingDestination:KinesisStreamingDestination",
        "aws:dynamodb/tableExport:TableExport",
        "aws:dynamodb/contributorInsights:ContributorInsights",
        "aws:dax/cluster:Cluster",
        "aws:backup/selection:Selection",
    ],
)
def test_a_change_of_a_resource_that_is_not_evaluated_is_reported(type_: str) -> None:
    before, after = (resource(type_, "other", {"name": name}, {}) for name in ("one", "two"))

    assert diff_of([before], [before]).verdict == "no change"
    for old, new in (([before], [after]), ([], [after]), ([before], [])):
        assert diff_of(old, new).cannot_tell == (f"what access other gives: {type_} is not evaluated",)
