"""Names of resources never collide, and a name or alias is used once in a program."""

import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import EncryptedTable, SettingsError
from components.former_names import is_name_of_child
from components.resource_names import about, about_role
from tests.components.recorder import World, register

BOUNDS = {"min_capacity": 2, "max_capacity": 9}
SCALED = {"billing_mode": "PROVISIONED", "read_autoscaling": BOUNDS, "write_autoscaling": BOUNDS}
PARTS = st.text(alphabet="ab_-", min_size=1, max_size=6)


def table(name: str, **more: Any) -> EncryptedTable:  # noqa: ANN401  # arguments
    args: Any = {"partition_key": "id", **more}
    return EncryptedTable(name, args)


def role(name: str, parent: pulumi.Resource | None = None) -> aws.iam.Role:
    return aws.iam.Role(name, assume_role_policy=json.dumps({}), opts=pulumi.ResourceOptions(parent=parent))


def test_an_index_and_a_table_with_similar_names_have_separate_resources() -> None:
    def program() -> None:
        table("orders", **SCALED, global_secondary_indexes=[{"name": "archive", "partition_key": "year"}])
        table("orders-archive", **SCALED)

    found = register(program)

    targets = [name for name, one in found.items() if one.type == "aws:appautoscaling/target:Target"]
    assert sorted(targets) == [
        "orders-archive-read-capacity",
        "orders-archive-write-capacity",
        "orders-read-capacity",
        "orders-read-capacity[archive]",
        "orders-write-capacity",
        "orders-write-capacity[archive]",
    ]


def test_roles_of_two_components_may_have_the_same_name() -> None:
    class Service(pulumi.ComponentResource):
        def __init__(self, name: str) -> None:
            super().__init__(f"test:index:{name}", name)
            self.role = role("role", self)

    def program() -> None:
        orders = table("orders")
        for service in ("Api", "Worker"):
            orders.grant_read(Service(service).role)

    found = register(program)

    assert {name for name in found if name.startswith("orders-read")} == {
        "orders-read-_-role",
        "orders-read-_-role-_2",
        "orders-read-grant-_-role",
        "orders-read-grant-_-role-_2",
    }


def test_an_earlier_name_that_two_children_had_is_an_alias_of_one() -> None:
    def program() -> None:
        table("orders").grant_read(role("archive-app"))
        table("orders-archive").grant_read(role("app"))

    found = register(program)

    former = [alias.spec.name for one in found.values() for alias in one.request.aliases if alias.spec.name]
    assert "orders-archive-app-read" in former
    assert len(former) == len(set(former))


def test_each_child_has_a_name_that_former_names_accept() -> None:
    def program() -> None:
        every = table(
            "orders",
            **SCALED,
            global_secondary_indexes=[{"name": "by-year", "partition_key": "year"}],
            additional_key_aliases=["sales/eu"],
            key_version=2,
            retained_key_versions=[1],
            alarms={},
            resource_policy_statements=[
                {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "dynamodb:GetItem"}
            ],
        )
        every.grant_read(role("app"))
        table("moves", replica_regions=["us-east-1"], alarms={}, additional_key_aliases=["moved"])

    children = [one for one in register(program).values() if one.parent in ("orders", "moves")]

    assert [one.name for one in children if not is_name_of_child(one.name, one.parent)] == []
    assert len(children) > 25


@given(st.lists(st.tuples(PARTS, PARTS, st.integers(1, 3)), min_size=2, max_size=2, unique=True))
@settings(max_examples=500)
def test_the_name_of_a_child_is_unambiguous(two: Sequence[tuple[str, str, int]]) -> None:
    first, second = (about_role(f"{name}-read", role, number) for name, role, number in two)
    assert first != second
    if two[0][:2] != two[1][:2]:
        first, second = (about(f"{name}-alias", subject) for name, subject, _ in two)
        assert first != second


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (
            {"table_name": "sales"},
            {"table_name": "sales", "key_alias": "x"},
            "tableName: 'sales' is also used",
        ),
        ({"key_alias": "main"}, {"key_alias": "alias/main"}, "keyAlias: 'alias/main' is also used"),
        ({"additional_key_aliases": ["bbb"]}, {}, "keyAlias: 'alias/bbb' is also used"),
        ({"replica_regions": ["us-east-1"]}, {"region": "us-east-1", "key_alias": "main"}, None),
    ],
    ids=["table", "alias", "additional alias", "another table in a replica's Region"],
)
def test_a_name_used_twice_in_a_program_is_refused(
    first: dict[str, Any], second: dict[str, Any], message: str | None
) -> None:
    def program() -> None:
        table("aaa", **first)
        table("bbb", **second)

    if message is None:
        register(program)
        return
    with pytest.raises(SettingsError) as caught:
        register(program)
    assert f"{message} by the table 'aaa' in eu-west-1." in str(caught.value)


def test_components_in_parents_of_different_types_may_share_their_name() -> None:
    names: list[str] = []

    def program() -> None:
        for service in ("shop", "depot"):
            parent = pulumi.ComponentResource(f"tests:index:{service}", service)
            args: Any = {"partition_key": {"name": "id"}, "table_name": f"{service}-orders"}
            one = EncryptedTable("orders", args, pulumi.ResourceOptions(parent=parent))
            one.table_name.apply(names.append)

    register(program)

    assert sorted(names) == ["depot-orders", "shop-orders"]


def test_another_program_in_the_same_process_can_use_the_same_names() -> None:
    for _ in range(2):
        register(lambda: table("orders"), World())
