"""A preview of the engine: the stack's resources before the update and after it.

Three forms are read, all of them written by the official CLI:
- engine events, one per line: `PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi preview --json`
- the same events in a file: `PULUMI_DEBUG_COMMANDS=true pulumi preview --event-log FILE`
- the digest: `pulumi preview --json --show-sames`
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from encrypted_tables.engine.events import Violation, violations
from encrypted_tables.engine.unknown import without_sentinels
from encrypted_tables.errors import UserError

Properties = Mapping[str, Any]

_LEAVES_NOTHING = frozenset({"delete", "delete-replaced", "read-discard", "discard-replaced", "discard"})
_STARTS_FROM_NOTHING = frozenset({"create"})
# For an existing resource that is new to the stack, the state that the engine read is the state before.
_TAKES_WHAT_IS_THERE = frozenset({"import", "read"})
_REPLACES = frozenset({"replace", "create-replacement", "import-replacement"})
_KEEPS = frozenset(
    {"same", "update", "replace", "create-replacement", "read-replacement", "import-replacement", "refresh"}
)
# The resource stays in AWS, so its known outputs (its ARN) are also known after the update.
_SAME_THING = frozenset({"same", "update", "refresh"})
_HOUSEKEEPING = frozenset({"remove-pending-replace"})
_STATE_EVENTS = ("resourcePreEvent", "resOutputsEvent")


class PreviewError(UserError):
    """The input cannot be read as a preview; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Resource:
    """One resource as it is before or after the update."""

    urn: str
    type: str
    id: str
    inputs: Properties
    outputs: Properties
    dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """URNs by the input that depends on them; empty if the preview does not contain them."""
    is_retained: bool = False
    """The resource stays in AWS when it leaves the stack (`retainOnDelete`)."""
    is_protected: bool = False
    """The engine refuses to delete it (`protect`)."""
    provider: str = ""
    """The URN of its provider; empty for a component."""

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.split("::", 3)[-1]

    @property
    def titled(self) -> str:
        """The name, with the last part of the type."""
        return f"{self.name} ({self.type.rsplit(':', 1)[-1]})"


@dataclass(frozen=True)
class Preview:
    """What the update would do."""

    before: tuple[Resource, ...]
    after: tuple[Resource, ...]
    leaving: tuple[Resource, ...]
    """Resources that leave the stack and stay in AWS; they are in `after` too."""
    operations: Mapping[str, str]
    """By URN: create, update, replace, delete. Resources that stay the same are left out."""
    violations: tuple[Violation, ...]
    errors: tuple[str, ...]
    """Errors of the preview other than violations, as the CLI shows them."""

    @property
    def is_complete(self) -> bool:
        """Whether the preview ran to its end. If not, a missing resource is not known to be unchanged."""
        return not self.errors


def read_preview(text: str, plan: str | None = None) -> Preview:
    """Read a preview from the engine's output.

    Args:
        text: engine events or a digest.
        plan: what `--save-plan` wrote in the same run. It says which resource an unknown key ARN depends on.
            Events do not contain that; a digest does.

    Raises:
        PreviewError: the text is not a preview, is cut short, or leaves out resources.
    """
    dependencies = _planned_dependencies(plan) if plan is not None else {}
    if not text.strip():
        raise PreviewError("the preview is empty; did the engine's command fail?")
    document = _as_document(text)
    if document is not None and isinstance(document.get("steps"), list):
        return _from_digest(document, dependencies)
    return _from_events(_events(text), dependencies)


def _as_document(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _events(text: str) -> list[dict[str, Any]]:
    events = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except ValueError as error:
            raise PreviewError(f"line {number} is not an engine event: {line[:60]!r} ({error})") from error
        if not isinstance(event, dict):
            raise PreviewError(f"line {number} is not an engine event: {line[:60]!r}")
        events.append(event)
    return events


def _from_events(events: list[dict[str, Any]], dependencies: Mapping[str, Any]) -> Preview:
    summaries = [event["summaryEvent"] for event in events if "summaryEvent" in event]
    if not any("preludeEvent" in event for event in events):
        raise PreviewError("these are not the events of a preview: they have no `preludeEvent`")
    if not summaries:
        raise PreviewError("the preview is cut short: its `summaryEvent` is missing")
    if not summaries[-1].get("isPreview", True):
        raise PreviewError("these are the events of an update; the access diff needs a preview")
    states = {}
    for event in events:
        for kind in _STATE_EVENTS:
            if kind in event:
                step = event[kind]["metadata"]
                states[step["urn"], step["op"]] = step  # the later event has outputs too
    reported = tuple(violations(events))
    errors = tuple(
        event["diagnosticEvent"]["message"].strip()
        for event in events
        if event.get("diagnosticEvent", {}).get("severity") == "error"
    )
    if any(violation.is_mandatory for violation in reported):
        # After a violation, the engine continues and ends with only this message.
        errors = tuple(error for error in errors if error != "preview failed")
    elif summaries[-1].get("result", "succeeded") != "succeeded":
        errors = errors or ("the preview failed",)
    return replace(
        _from_steps(((s["op"], s.get("old"), s.get("new")) for s in states.values()), dependencies),
        violations=reported,
        errors=errors,
    )


def _from_digest(digest: dict[str, Any], dependencies: Mapping[str, Any]) -> Preview:
    steps = digest["steps"]
    unchanged = (digest.get("changeSummary") or {}).get("same", 0)
    shown = sum(1 for step in steps if step["op"] == "same")
    if shown < unchanged:
        raise PreviewError(
            f"the preview leaves out {unchanged - shown} resources that stay the same, and access "
            "depends on them too; run `pulumi preview --json --show-sames`"
        )
    diagnostics = digest.get("diagnostics") or []
    errors = tuple(one["message"].strip() for one in diagnostics if one.get("severity") == "error")
    preview = _from_steps(((s["op"], s.get("oldState"), s.get("newState")) for s in steps), dependencies)
    return replace(preview, errors=errors)


Step = tuple[str, Mapping[str, Any] | None, Mapping[str, Any] | None]


def _from_steps(steps: Iterable[Step], dependencies: Mapping[str, Any]) -> Preview:
    before, after, leaving = {}, {}, []
    operations: dict[str, str] = {}
    steps = list(steps)
    replaced = {new["urn"] for op, _, new in steps if new and op in _REPLACES}
    for op, old_state, new_state in steps:
        old, new = _sides(op, old_state, new_state)
        if old and not (_is_leftover(old_state) and op in _LEAVES_NOTHING and old.urn not in replaced):
            before[old.urn] = old
            if new is None and op == "delete":
                operations.setdefault(old.urn, "delete")
            if new is None and old.is_retained:
                leaving.append(old)
        if new:
            after[new.urn] = replace(new, dependencies=dependencies.get(new.urn, new.dependencies))
            if op not in {"same", "refresh"}:
                operations[new.urn] = _plain(op)
    return Preview(tuple(before.values()), (*after.values(), *leaving), tuple(leaving), operations, (), ())


def _sides(
    op: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> tuple[Resource | None, Resource | None]:
    if op in _HOUSEKEEPING:
        return None, None
    if op in _LEAVES_NOTHING:
        return _resource(old), None
    if op in _STARTS_FROM_NOTHING:
        return None, _resource(new)
    if op in _KEEPS | _TAKES_WHAT_IS_THERE:
        return _resource(old), _resource({**(old or {}), **new} if op in _SAME_THING and new else new)
    raise PreviewError(f"the preview has an unknown operation: {op!r}")


def _is_leftover(state: Mapping[str, Any] | None) -> bool:
    """Whether an earlier, failed update replaced the resource and could not delete it.

    The engine marks resources that this update replaces in the same way, once the new one exists.
    """
    return bool(state and state.get("delete"))


def _plain(op: str) -> str:
    return "replace" if op in _REPLACES else op


def _resource(state: Mapping[str, Any] | None) -> Resource | None:
    if state is None:
        return None
    return Resource(
        state["urn"],
        state["type"],
        state.get("id") or "",
        without_sentinels(state.get("inputs") or {}),
        without_sentinels(state.get("outputs") or {}),
        _tuples(state.get("propertyDependencies") or {}),
        bool(state.get("retainOnDelete")),
        bool(state.get("protect")),
        (state.get("provider") or "").rpartition("::")[0],
    )


def _planned_dependencies(plan: str) -> dict[str, dict[str, tuple[str, ...]]]:
    document = _as_document(plan)
    if document is None or not isinstance(document.get("resourcePlans"), dict):
        raise PreviewError(
            "the plan is not what `pulumi preview --save-plan` writes: no `resourcePlans` in it"
        )
    return {
        urn: _tuples((one.get("goal") or {}).get("propertyDependencies") or {})
        for urn, one in document["resourcePlans"].items()
    }


def _tuples(dependencies: Mapping[str, Iterable[str] | None]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(urns or ()) for name, urns in dependencies.items()}
