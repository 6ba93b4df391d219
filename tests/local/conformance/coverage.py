"""What the generated inputs cover, compared with the schema of the component's arguments."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]
Args = Mapping[str, Any]
BY_NAME = ("application_access",)
"""Arguments with names that the user chooses."""


def in_schema(schema: Schema, component: str) -> set[str]:
    """Each argument by its path, such as `sort_key.type`, and each value of an enum, `sort_key.type=N`."""
    types = schema["types"]
    return set(_of_properties(schema["resources"][component]["inputProperties"], types, ""))


def in_args(args: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401  # JSON
    """The paths of arguments, with every text as a value."""
    if path:
        yield path
    if isinstance(args, str):
        yield f"{path}={args}"
    elif isinstance(args, Mapping):
        for name, value in args.items():
            if path in BY_NAME:
                yield from _of_parts(value, path)
            else:
                yield from in_args(value, f"{path}.{name}" if path else name)
    elif isinstance(args, Sequence):
        for value in args:
            yield from in_args(value, path)


def _of_parts(args: Args, path: str) -> Iterator[str]:
    for name, value in args.items():
        yield from in_args(value, f"{path}.{name}")


def events(histories: Iterable[Sequence[Args]]) -> dict[str, set[str]]:
    """For each argument, whether an update sets, changes and removes it."""
    found: dict[str, set[str]] = {}
    for steps in histories:
        for before, after in zip(({}, *steps), steps, strict=False):
            for name in {*before, *after}:
                event = "removed" if name not in after else "set" if name not in before else "changed"
                if before.get(name) != after.get(name):
                    found.setdefault(name, set()).add(event)
    return found


def _of_properties(properties: Mapping[str, Schema], types: Schema, path: str) -> Iterator[str]:
    for name, schema in properties.items():
        snake = re.sub(r"([A-Z])", lambda match: f"_{match[1].lower()}", name)
        yield from _of(schema, types, f"{path}.{snake}" if path else snake)


def _of(schema: Schema, types: Schema, path: str) -> Iterator[str]:
    yield path
    reference = schema.get("$ref", "").removeprefix("#/types/")
    for inner in (types.get(reference), schema.get("items"), *schema.get("oneOf", ())):
        if inner is not None:
            yield from _of(inner, types, path)
    yield from _of_properties(schema.get("properties", {}), types, path)
    yield from (f"{path}={one['value']}" for one in schema.get("enum", ()))
    values = schema.get("additionalProperties", {})
    if "properties" in types.get(values.get("$ref", "").removeprefix("#/types/"), {}):
        yield from _of(values, types, path)
