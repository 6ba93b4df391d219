"""The explanation of a principal's access as text and JSON. Pure functions."""

import json
from collections.abc import Iterable, Iterator
from textwrap import indent
from typing import Any

from encrypted_tables.iam.documents import Statement
from encrypted_tables.who_can.row import Verdict, verdict
from encrypted_tables.who_can.row import reason as missing_fact
from encrypted_tables.who_can.why.advice import Step
from encrypted_tables.who_can.why.case import Gate
from encrypted_tables.who_can.why.explain import Explanation
from encrypted_tables.who_can.why.reasons import How, Reason
from encrypted_tables.who_can.why.sentences import sentence

SCHEMA_VERSION = "1.0"


def render_text(explanations: Iterable[Explanation]) -> str:
    """A section for each Region of the table."""
    return "\n".join("\n".join(_lines(one)) + "\n" for one in explanations)


def _lines(found: Explanation) -> Iterator[str]:
    place = f"{found.table} ({found.region})"
    match verdict(found.answer):
        case Verdict.YES:
            yield f"{found.name} can {found.verb} {place}: {found.action} is allowed (predicted)."
        case Verdict.NO:
            gates = dict.fromkeys(map(_named, found.reasons))
            yield f"{found.name} cannot {found.verb} {place}: {found.action} is denied (predicted)."
            yield f"Denied by: {', '.join(gates)}"
        case Verdict.CANNOT_TELL:
            yield f"Cannot tell whether {found.name} can {found.verb} {place} by {found.action}."
            yield f"It depends on: {' or '.join(found.answer.details) or missing_fact(found.answer)}"
    for reason in found.reasons:
        yield ""
        yield f"{reason.gate}: {sentence(reason, found.name)}"
        if reason.statement is not None:
            yield indent(_json(reason.statement), "    ")
    if heading := _heading(found):
        yield ""
        yield heading
        for step in found.steps:
            yield from _step(step)


def _named(reason: Reason) -> str:
    how = {How.DENIES: " (explicit deny)", How.CONDITION: " (condition)"}
    return f"{reason.gate}{how.get(reason.how, '')}"


def _heading(found: Explanation) -> str:
    if not found.steps:
        is_no = verdict(found.answer) is Verdict.NO
        return f"No policy change can give access to {found.name} alone." if is_no else ""
    if not found.is_whole:
        return f"To give {found.name} access, unless an unknown policy or value denies it:"
    makes_usable = any(step.gate is Gate.KEY_STATE for step in found.steps)
    return f"To give {found.name} access{'' if makes_usable else ', and nobody else'}:"


def _step(step: Step) -> Iterator[str]:
    yield ""
    yield f"  {step.words}"
    if step.config:
        yield indent(step.config.rstrip(), "    ")
    elif step.statements:
        yield indent(_shown(step), "    ")
    yield from (f"    {command}" for command in step.commands)


def _shown(step: Step) -> str:
    """A complete document if the policy is new, so that it can be used directly; otherwise the statements."""
    if step.gate is Gate.IDENTITY_POLICY and not step.number:
        return _json({"Version": "2012-10-17", "Statement": list(step.statements)})
    return ",\n".join(map(_json, step.statements))


def render_json(explanations: Iterable[Explanation]) -> str:
    """One JSON object; `why` has an entry for each Region of the table."""
    content = {"schema_version": SCHEMA_VERSION, "why": [_entry(one) for one in explanations]}
    return json.dumps(content, indent=2) + "\n"


def _entry(found: Explanation) -> dict[str, Any]:
    answer = verdict(found.answer)
    return {
        "table": found.table,
        "region": found.region,
        "principal": found.principal,
        "action": found.action,
        "answer": answer.value,
        "missing": missing_fact(found.answer) if answer is Verdict.CANNOT_TELL else None,
        "proven": False,
        "gates": [_reason(one, found.name) for one in found.reasons],
        "cure": {"complete": found.is_whole, "steps": [_step_entry(one) for one in found.steps]},
    }


def _reason(reason: Reason, name: str) -> dict[str, Any]:
    return {
        "gate": reason.gate.value,
        "does": reason.how.value,
        "action": reason.action,
        "policy": reason.policy or None,
        "statement": reason.number or None,
        "sid": (reason.statement or {}).get("Sid"),
        "quote": reason.statement,
        "says": sentence(reason, name),
    }


def _step_entry(step: Step) -> dict[str, Any]:
    return {
        "gate": step.gate.value,
        "do": step.words,
        "policy": step.policy or None,
        "replaces": step.number or None,
        "statements": list(step.statements),
        "config": step.config or None,
        "commands": list(step.commands),
    }


def _json(value: Statement) -> str:
    return json.dumps(value, indent=2)
