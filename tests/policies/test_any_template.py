"""Templates of any shape with unknown values anywhere, compared with every possible outcome.

A small interpreter of known values judges each way. TEMPLATE_CASES in the environment is how many
templates are made.
"""

import json
import os
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies import resource_types as types
from tests.policies.analysis import UNKNOWN, Pack, Sample
from tests.policies.baselines import KEY_ARN, KEY_ID

CASES = int(os.environ.get("TEMPLATE_CASES", "200"))
RULE = "dynamodb-table-customer-managed-key"
DECIDED = "dynamodb-table-key-decided"
ABOUT_ENCRYPTION = {RULE, "dynamodb-table-key-from-stack", DECIDED}
OWN_KEY_ID = "11111111-2222-4333-8444-555555555555"
OWN_KEY_ARN = f"arn:aws:kms:us-east-1:111122223333:key/{OWN_KEY_ID}"
GOOD_KEYS = {KEY_ARN, KEY_ID, OWN_KEY_ARN, OWN_KEY_ID}
MANAGED = "alias/aws/dynamodb"
TEXTS = ["", "prod", "true", "false", "a", "b", KEY_ARN, KEY_ID, MANAGED]
UNKNOWNS: list[dict[str, Any]] = [
    {"Ref": "Unknown"},
    {"Ref": "NoValue"},
    {"Fn::ImportValue": "x"},
    {"Ref": "AWS::StackName"},
]
POSSIBLE = ["", "prod", "true", "a", KEY_ARN, MANAGED]
STACK_NAMES = ["prod", "a", "true", "false", "b", "other"]

NO_VALUE = {"Ref": "AWS::NoValue"}
PARAMETERS = {
    "Unknown": {"Type": "String"},
    "NoValue": {"Type": "String"},
    "Prod": {"Type": "String", "Default": "prod"},
    "KeyArn": {"Type": "String", "Default": KEY_ARN},
    "List": {"Type": "CommaDelimitedList", "Default": f"a,{KEY_ARN}"},
}
MAPPINGS = {
    "M": {"a": {"v": KEY_ARN, "w": "true"}, "b": {"v": MANAGED}, "prod": {"v": KEY_ARN, "w": "false"}}
}


def functions(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The functions of texts that conditions can use."""
    return st.one_of(
        inner.map(lambda a: {"Fn::Sub": ["${it}", {"it": a}]}),
        st.tuples(st.sampled_from(["alias/", "arn:", "{{resolve:ssm:/", ""]), inner).map(
            lambda a: {"Fn::Sub": [a[0] + "${it}", {"it": a[1]}]}
        ),
        st.lists(inner, min_size=1, max_size=2).map(lambda a: {"Fn::Join": ["", a]}),
        st.tuples(inner, inner).map(lambda a: {"Fn::Select": [1, list(a)]}),
        inner.map(lambda a: {"Fn::Select": ["0", {"Fn::Split": ["|", a]}]}),
        st.tuples(inner, st.sampled_from(["v", "w"])).map(lambda a: {"Fn::FindInMap": ["M", *a]}),
        st.tuples(inner, st.sampled_from(["v", "w"]), inner).map(
            lambda a: {"Fn::FindInMap": ["M", a[0], a[1], {"DefaultValue": a[2]}]}
        ),
    )


def functions_and_conditions(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """All functions of texts."""
    names = st.sampled_from(["A", "B", "C"])
    return st.one_of(st.tuples(names, inner, inner).map(lambda a: {"Fn::If": list(a)}), functions(inner))


known = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from([{"Ref": "Prod"}, {"Ref": "KeyArn"}, {"Fn::Select": [1, {"Ref": "List"}]}]),
)
own_key = st.sampled_from([{"Ref": "Key"}, {"Fn::GetAtt": ["Key", "Arn"]}, {"Fn::Sub": "${Key.Arn}"}])
keys = st.recursive(
    st.one_of(known, st.sampled_from(UNKNOWNS), own_key, own_key, st.just(NO_VALUE)),
    functions_and_conditions,
    max_leaves=5,
)
texts = st.recursive(st.one_of(known, st.sampled_from(UNKNOWNS)), functions, max_leaves=4)
switches = st.recursive(
    st.one_of(st.just(True), st.sampled_from(["true", False, "false"]), st.sampled_from(UNKNOWNS)),
    lambda inner: st.tuples(st.sampled_from(["A", "B", "C"]), inner, inner).map(
        lambda a: {"Fn::If": list(a)}
    ),
    max_leaves=3,
)
conditions = st.recursive(
    st.one_of(
        st.tuples(texts, texts).map(lambda a: {"Fn::Equals": list(a)}),
        st.sampled_from(UNKNOWNS).map(lambda a: {"Fn::Equals": [a, "prod"]}),
        st.sampled_from(UNKNOWNS).map(lambda a: {"Fn::Equals": ["", a]}),
    ),
    lambda inner: st.one_of(
        inner.map(lambda a: {"Fn::Not": [a]}),
        st.tuples(inner, inner).map(lambda a: {"Fn::And": list(a)}),
        st.tuples(inner, inner).map(lambda a: {"Fn::Or": list(a)}),
    ),
    max_leaves=3,
)
specifications = st.fixed_dictionaries(
    {"SSEEnabled": st.one_of(st.just(True), st.just(True), switches), "KMSMasterKeyId": keys},
    optional={"SSEType": st.one_of(st.just("KMS"), st.just(NO_VALUE), texts)},
)
tables = st.fixed_dictionaries(
    {
        "SSESpecification": st.one_of(
            specifications,
            specifications,
            specifications.map(lambda one: {"Fn::If": ["A", one, NO_VALUE]}),
            st.tuples(specifications, specifications).map(lambda two: {"Fn::If": ["B", *two]}),
        )
    }
)
templates = st.fixed_dictionaries(
    {
        "Parameters": st.just(PARAMETERS),
        "Mappings": st.just(MAPPINGS),
        "Conditions": st.fixed_dictionaries({"A": conditions, "B": conditions, "C": conditions}),
        "Resources": st.fixed_dictionaries(
            {
                "Key": st.just({"Type": "AWS::KMS::Key"}),
                "Orders": st.one_of(
                    st.fixed_dictionaries({"Properties": tables}),
                    st.fixed_dictionaries({"Properties": tables, "Condition": st.sampled_from(["A", "B"])}),
                    st.tuples(tables, tables).map(lambda two: {"Properties": {"Fn::If": ["C", *two]}}),
                ).map(lambda one: {"Type": "AWS::DynamoDB::Table", **one}),
            }
        ),
    }
)


class RefusedError(Exception):
    """CloudFormation refuses the template."""


class Deployment:
    """A template deployed with known values, by an interpreter that is independent of the pack."""

    def __init__(self, template: Mapping[str, Any], unknown: Mapping[str, str]) -> None:
        self.template = template
        self.unknown = unknown

    def holds(self, node: object) -> bool:
        """Whether a condition holds."""
        match node:
            case str(name):
                return self.holds(self.template["Conditions"][name])
            case {"Fn::Equals": [one, other]}:
                return self.text(one) == self.text(other)
            case {"Fn::Not": [one]}:
                return not self.holds(one)
            case {"Fn::And": many}:
                return all(self.holds(one) for one in many)
            case {"Fn::Or": many}:
                return any(self.holds(one) for one in many)
        raise AssertionError(node)

    def text(self, node: object) -> str:
        """A value that must be text."""
        value = self.value(node)
        if isinstance(value, bool):
            return str(value).lower()
        if not isinstance(value, str):
            raise RefusedError
        return value

    def value(self, node: Any) -> Any:  # noqa: ANN401, C901, PLR0911, PLR0912  # one case for each function
        """The value of a node."""
        if json.dumps(node) in self.unknown:
            return self.unknown[json.dumps(node)]
        match node:
            case {"Ref": "AWS::NoValue"}:
                return None
            case {"Ref": "Key"}:
                return OWN_KEY_ID
            case {"Fn::GetAtt": ["Key", "Arn"]} | {"Fn::Sub": "${Key.Arn}"}:
                return OWN_KEY_ARN
            case {"Ref": "List"}:
                return PARAMETERS["List"]["Default"].split(",")
            case {"Ref": name}:
                return PARAMETERS[name]["Default"]
            case {"Fn::If": [condition, yes, no]}:
                return self.value(yes if self.holds(condition) else no)
            case {"Fn::Sub": [pattern, {"it": it}]}:
                return pattern.replace("${it}", self.text(it))
            case {"Fn::Join": ["", parts]}:
                return "".join(self.text(part) for part in parts if self.value(part) is not None)
            case {"Fn::Select": [index, {"Fn::Split": [separator, source]}]}:
                return self.text(source).split(separator)[int(index)]
            case {"Fn::Select": [index, {"Ref": "List"} as items]}:
                return self.value(items)[int(index)]
            case {"Fn::Select": [index, items]}:
                return self.text(items[int(index)])
            case {"Fn::FindInMap": [name, first, second, *default]}:
                found = MAPPINGS[name].get(self.text(first), {}).get(second)
                if found is None and not default:
                    raise RefusedError
                return self.value(default[0]["DefaultValue"]) if found is None else found
            case {}:
                return {name: self.value(one) for name, one in node.items()}
        return node

    def is_encrypted(self) -> bool | None:
        """Whether the table has a customer managed key; None if there is no table."""
        table = self.template["Resources"]["Orders"]
        if "Condition" in table and not self.holds(table["Condition"]):
            return None
        stated = self.value(table["Properties"])["SSESpecification"] or {}
        return (
            stated.get("SSEEnabled") in (True, "true")
            and stated.get("SSEType") in (None, "KMS")
            and stated.get("KMSMasterKeyId") in GOOD_KEYS
        )


def ways(template: Mapping[str, Any]) -> Iterator[bool]:
    """Whether the table has a customer managed key, for each possible choice of the unknown values."""
    text = json.dumps(template["Conditions"]) + json.dumps(template["Resources"])
    used = [json.dumps(one) for one in UNKNOWNS if json.dumps(one) in text]
    pools = [STACK_NAMES if "StackName" in one else POSSIBLE for one in used]
    for values in product(*pools):
        try:
            encrypted = Deployment(template, dict(zip(used, values, strict=True))).is_encrypted()
        except RefusedError:
            continue
        if encrypted is not None:
            yield encrypted


@settings(max_examples=CASES, suppress_health_check=[HealthCheck.too_slow])
@given(template=templates)
def test_a_verdict_holds_for_every_value_of_the_unknowns(template: dict[str, Any]) -> None:
    sample = Sample(
        types.CLOUDFORMATION_STACK, {"templateBody": json.dumps(template), "parameters": {"Unknown": UNKNOWN}}
    )
    lenient = {DECIDED: {"enforcementLevel": "advisory"}}
    outcomes = set(ways(template))

    found = Pack(config=lenient).run(sample)

    assert [one.message for one in found if "the policy itself failed" in one.message] == []
    if not any(one.policy in ABOUT_ENCRYPTION for one in found):
        assert False not in outcomes, "a table passed that can be without a key"
    if any(one.policy == RULE for one in found):
        assert True not in outcomes, "a table was refused that can have a key"
