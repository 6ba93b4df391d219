"""How ministack reads policies and statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .modules import _dynamodb, _evaluator


def is_condition_operator(name: str) -> bool:
    """Whether a policy's Condition can contain this operator."""
    bare = name.lower().removeprefix("forallvalues:").removeprefix("foranyvalue:").removesuffix("ifexists")
    return bare == "null" or bare in _evaluator._CONDITION_OPS


def parse_policy(document: Mapping[str, Any] | str) -> list[Any]:
    """The statements of a policy, in the form that `evaluate` accepts."""
    statements: list[Any] = _evaluator.parse_policy_document(document)
    return statements


@dataclass(frozen=True)
class PartiQL:
    """A PartiQL statement: `operation` is SELECT, INSERT, UPDATE, DELETE or EXISTS."""

    operation: str
    tables: tuple[str, ...]


def parse_partiql(statement: str, parameters: object) -> PartiQL | None:
    """Parse a statement like ministack; None if ministack will reject it."""
    try:
        parsed = _dynamodb._parse_partiql(statement, parameters)
    except Exception:  # noqa: BLE001  # the parser promises no kind; the statement fails in the same way when it is run
        return None
    inner = parsed.get("select") or {}
    tables = tuple(part["table"] for part in (parsed, inner) if part.get("table"))
    return PartiQL(parsed["op"], tables)
