"""Outcomes about policy documents."""

from collections.abc import Callable, Sequence

from policies.declared.documents import DocumentError, Statement, is_hidden, statements_of
from policies.declared.values import UNKNOWN, Value, in_sentence, is_blank
from policies.judging.outcome import PROVEN, Outcome, disproved, pending

CheckStatements = Callable[[Sequence[Statement]], str | None]
"""Returns the fault of the statements; None if there is none.

Raises:
    HiddenError: it depends on an unknown value.
"""


class HiddenError(Exception):
    """The outcome depends on an unknown part of the document."""


def document_outcome(place: str, property: str, document: Value, fault_of: CheckStatements) -> Outcome:  # noqa: A002  # Pulumi's own word for it
    """The outcome for a document. Without a document, AWS's default applies, which is compliant."""
    if is_blank(document):
        return PROVEN
    is_policy = "policy" in place.lower().partition(" of ")[0]
    policy = in_sentence(place) if is_policy else f"the policy of {in_sentence(place)}"
    if is_hidden(document):
        return _hidden(policy[0].upper() + policy[1:], [document], property)
    try:
        statements = statements_of(document)
        fault = fault_of(statements)
    except DocumentError as error:
        return disproved(f"{policy[0].upper() + policy[1:]} cannot be read: {error}. Correct it.", property)
    except HiddenError:
        parts = [part for one in statements for part in one.hidden_parts]
        return _hidden(f"A part of {policy}", parts, property)
    return disproved(f"{place} {fault}", property) if fault else PROVEN


def _hidden(what: str, parts: Sequence[Value], property: str) -> Outcome:  # noqa: A002  # as above
    """A pending outcome: the update decides what is unknown at preview, but not what only AWS knows."""
    for_ever = [part for part in parts if part is not UNKNOWN]
    if for_ever:
        return pending(f"{what} cannot be checked here: {for_ever[0]}", property, only_aws=True)
    return pending(f"{what} is unknown", property)
