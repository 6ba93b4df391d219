"""Provisioned capacity: capacity set by autoscaling is kept, and fixed capacity is applied."""

from typing import Any

import pytest

from tests.engine.programs import Program

SCALED = '"{}_autoscaling": {{"min_capacity": 5, "max_capacity": 100}}'
READ, WRITE = SCALED.format("read"), SCALED.format("write")


def index(name: str) -> str:
    return f'{{"name": "{name}", "partition_key": {{"name": "{name}"}}}}'


def table(name: str, capacity: str, *indexes: str, tag: int = 1) -> str:
    mode = f'"billing_mode": "PROVISIONED", {capacity},' if capacity else ""
    return f"""
        EncryptedTable("{name}", {{
            "partition_key": {{"name": "id"}}, "ephemeral": True, "tags": {{"v": "{tag}"}}, {mode}
            "global_secondary_indexes": [{", ".join(map(index, indexes))}],
        }})
    """


def units(program: Program, name: str) -> dict[str, tuple[int, int]]:
    """Read and write capacity of the table and of each index in AWS."""
    found = program.run.aws.client("dynamodb").describe_table(TableName=name)["Table"]
    places = {"table": found} | {i["IndexName"]: i for i in found.get("GlobalSecondaryIndexes", [])}
    capacity = {place: described["ProvisionedThroughput"] for place, described in places.items()}
    return {p: (c["ReadCapacityUnits"], c["WriteCapacityUnits"]) for p, c in capacity.items()}


def scale(program: Program, name: str, **capacity: int) -> None:
    """Scale like Application Auto Scaling after a change of load, for reads and writes alike."""
    client: Any = program.run.aws.client("dynamodb")
    for place, number in capacity.items():
        throughput = {"ReadCapacityUnits": number, "WriteCapacityUnits": number}
        change = {"Update": {"IndexName": place, "ProvisionedThroughput": throughput}}
        if place == "table":
            client.update_table(TableName=name, ProvisionedThroughput=throughput)
        else:
            client.update_table(TableName=name, GlobalSecondaryIndexUpdates=[change])


@pytest.mark.parametrize("refresh", [(), ("--refresh",)], ids=["", "after a refresh"])
def test_autoscaled_capacity_is_kept_wherever_an_index_is_inserted_or_removed(
    program: Program, name: str, refresh: tuple[str, ...]
) -> None:
    both = f"{READ}, {WRITE}"
    program(table(name, both, "bbb", "ddd")).up().checked()
    scale(program, name, table=40, bbb=50, ddd=60)

    program(table(name, both, "bbb", "ddd", tag=2)).up(*refresh).checked()
    assert units(program, name) == {"table": (40, 40), "bbb": (50, 50), "ddd": (60, 60)}

    program(table(name, both, "aaa", "bbb", "ccc", "ddd")).up(*refresh).checked()
    expected = {"table": (40, 40), "aaa": (5, 5), "bbb": (50, 50), "ccc": (5, 5), "ddd": (60, 60)}
    assert units(program, name) == expected

    scale(program, name, ddd=70)
    program(table(name, both, "ccc", "ddd")).up(*refresh).checked()
    assert units(program, name) == {"table": (40, 40), "ccc": (5, 5), "ddd": (70, 70)}
    assert program.stack.preview("--refresh", "--expect-no-changes").exit_code == 0


def test_fixed_capacity_is_applied_while_the_other_direction_scales(program: Program, name: str) -> None:
    program(table(name, f'"read_capacity": 5, {WRITE}', "xxx")).up().checked()
    scale(program, name, table=40, xxx=50)

    program(table(name, f'"read_capacity": 70, {WRITE}', "xxx")).up().checked()

    assert units(program, name) == {"table": (70, 40), "xxx": (70, 50)}
    assert program.stack.preview("--refresh", "--expect-no-changes").exit_code == 0
    program.stack.destroy().checked()


def test_a_table_changes_to_autoscaling_and_back_to_on_demand_in_one_update_each(
    program: Program, name: str
) -> None:
    program(table(name, "", "xxx")).up().checked()

    program(table(name, f"{READ}, {WRITE}", "xxx")).up().checked()
    assert units(program, name) == {"table": (5, 5), "xxx": (5, 5)}
    assert program.stack.preview("--refresh", "--expect-no-changes").exit_code == 0

    program(table(name, "", "xxx")).up().checked()
    described = program.run.aws.client("dynamodb").describe_table(TableName=name)["Table"]
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert program.stack.preview("--refresh", "--expect-no-changes").exit_code == 0


def test_capacity_outside_new_bounds_is_brought_within_them(program: Program, name: str) -> None:
    program(table(name, '"read_capacity": 2, "write_capacity": 200', "xxx")).up().checked()

    program(table(name, f"{READ}, {WRITE}", "xxx")).up().checked()

    assert units(program, name) == {"table": (5, 100), "xxx": (5, 100)}
