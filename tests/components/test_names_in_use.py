"""Names that are made of other names: held to AWS's limits, and never used twice."""

import pytest

from components.caller import Caller
from components.preflight import preflight, validated
from components.principals import Scope

CALLER = Caller("arn:aws:iam::111122223333:user/owner", Scope("aws", "111122223333"), "eu-west-1")


def problems(name: str = "orders", **more: object) -> list[str]:
    settings = validated("table", {"partition_key": "id", **more})
    return [str(problem) for problem in preflight(name, settings, CALLER)]


@pytest.mark.parametrize("name", ["or", "the orders", "orders/eu", "x" * 256])
def test_a_component_whose_name_no_table_can_have_needs_a_table_name(name: str) -> None:
    first = problems(name)[0]

    assert first.startswith(f"tableName: is left out, and {name!r} is not a name for DynamoDB")
    assert problems(name, table_name="orders") == []


def test_a_table_name_that_is_too_long_for_an_alias_needs_an_alias() -> None:
    assert problems("x" * 250) == []
    (told,) = problems("x" * 251)

    assert told.startswith("keyAlias: is left out, and 'alias/xxx")
    assert problems("x" * 251, key_alias="orders") == []


def test_an_alias_is_given_once_with_or_without_its_prefix() -> None:
    told = problems(key_alias="alias/orders", additional_key_aliases=["sales", "orders", "alias/sales"])

    assert told == [
        "additionalKeyAliases[1]: 'alias/orders' is an alias of the key already.",
        "additionalKeyAliases[2]: 'alias/sales' is an alias of the key already.",
    ]


def test_the_alias_that_is_left_out_counts_too() -> None:
    assert problems("or.ders", additional_key_aliases=["or-ders"]) == [
        "additionalKeyAliases[0]: 'alias/or-ders' is an alias of the key already."
    ]
