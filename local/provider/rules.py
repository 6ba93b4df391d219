"""Rules for single values, which the official plugin checks before any call to AWS."""

import json
import re
from collections.abc import Collection, Iterator
from datetime import datetime

from local.provider.schema import Rule
from local.provider.values import Properties

ARN = re.compile(r"arn:[\w-]+:[\w-]+:([a-z]{2,4}(-[a-z]+)+-\d)?:(\d{12}|aws)?:.+")


def one_of(values: Collection[str]) -> Rule:
    """The value is one of these."""

    def rule(value: str) -> str | None:
        return None if value in values else f"expected one of {sorted(values)}, got {value!r}"

    return rule


def between(low: int, high: int) -> Rule:
    """The number is in this range, including its ends."""

    def rule(value: float) -> str | None:
        return None if low <= value <= high else f"expected a number from {low} to {high}, got {value}"

    return rule


def at_least(low: int) -> Rule:
    """The number is at least this one."""

    def rule(value: float) -> str | None:
        return None if value >= low else f"expected at least {low}, got {value}"

    return rule


def matching(pattern: str, meaning: str, *, longest: int | None = None, shortest: int = 0) -> Rule:
    """The whole string matches the pattern, which messages call `meaning`, and has this length."""
    compiled = re.compile(pattern, re.DOTALL)

    def rule(value: str) -> str | None:
        if len(value) < shortest or (longest is not None and len(value) > longest):
            limits = f"{shortest} to {longest}" if longest is not None else f"at least {shortest}"
            return f"expected {limits} characters, got {len(value)}"
        return None if compiled.fullmatch(value) else f"expected {meaning}, got {value!r}"

    return rule


def length(shortest: int, longest: int) -> Rule:
    """The string has this many characters."""
    return matching(".*", "text", shortest=shortest, longest=longest)


def arn(value: str) -> str | None:
    """The string is an ARN; empty counts as left out."""
    return None if not value or ARN.fullmatch(value) else f"expected an ARN, got {value!r}"


def time(value: str) -> str | None:
    """The string is a time in RFC 3339; empty counts as left out."""
    try:
        whole = not value or datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        whole = False
    return None if whole else f"expected a time such as 2026-11-01T09:30:00Z, got {value!r}"


def json_document(value: str) -> str | None:
    """The string is a JSON object."""
    try:
        parsed = json.loads(value)
    except ValueError as error:
        return f"expected a JSON document: {error}"
    return None if isinstance(parsed, dict) else "expected a JSON object"


def name_or_prefix(inputs: Properties) -> Iterator[tuple[str, str]]:
    """A name and a name prefix exclude each other."""
    if inputs.get("name") is not None and inputs.get("namePrefix") is not None:
        yield "name", "name: conflicts with namePrefix"
