"""The table whose settings `pulumi new` asks for, as one of the stack's tables."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.problems import Problem

TABLE, KEY_USER = "firstTable", "firstKeyUser"
PARTITION_KEY = "id"


def with_first_table(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings, with the first table added to `tables`.

    It has the partition key `id`. A block with its name under `tables` adds settings and key users.

    Args:
        given: the stack's settings as in the config.
    """
    settings = {name: value for name, value in given.items() if name not in (TABLE, KEY_USER)}
    tables = settings.get("tables", {})
    table = _name(given)
    if not table or not isinstance(tables, dict):
        return settings
    block = tables.get(table, {})
    if isinstance(block, dict):
        block = {"partitionKey": PARTITION_KEY, **block}
        own = block.get("keyUsers", [])
        if given.get(KEY_USER) and isinstance(own, list):
            block["keyUsers"] = [*own, given[KEY_USER]]
    return {**settings, "tables": {**tables, table: block}}


def problems_of_first_table(given: Mapping[str, Any]) -> Iterator[Problem]:
    """Problems with the two settings themselves."""
    for name in (TABLE, KEY_USER):
        if not isinstance(given.get(name, ""), str):
            yield Problem((name,), f"should be a string, found {given[name]!r}.")
    if given.get(KEY_USER) and not given.get(TABLE):
        yield Problem((KEY_USER,), f"names a key user of {TABLE}, which is not set.")


def as_given(problem: Problem, given: Mapping[str, Any]) -> Problem:
    """The problem with the path of the setting that caused it: for the first table, `firstTable` or
    `firstKeyUser`.
    """
    tables = given.get("tables")
    table = _name(given)
    block = tables.get(table) if isinstance(tables, dict) else None
    own = block.get("keyUsers", []) if isinstance(block, dict) else []
    at = problem.path[:4]
    if not table or at[:2] != ("tables", table):
        return problem
    if at[2:] == ("keyUsers", len(own)):
        return Problem((KEY_USER,), problem.message)
    is_own = isinstance(tables, dict) and table in tables
    return problem if is_own else Problem((TABLE,), problem.message)


def _name(given: Mapping[str, Any]) -> str:
    name = given.get(TABLE)
    return name if isinstance(name, str) else ""
