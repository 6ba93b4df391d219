"""Outcomes about policy documents: a check of statements, where there is a document to check."""

from collections.abc import Callable, Sequence

from policies.declared.documents import DocumentError, Statement, statements_of
from policies.declared.values import UNKNOWN, Opaque, Value, is_blank
from policies.judging.outcome import PROVEN, Outcome, disproved, pending

CheckStatements = Callable[[Sequence[Statement]], str | None]
"""What is wrong with the statements; None when nothing is.

Raises:
    HiddenError: it depends on something that is not known.
"""


class HiddenError(Exception):
    """The outcome depends on a part of the document that is not known."""


def document_outcome(place: str, property: str, document: Value, fault_of: CheckStatements) -> Outcome:  # noqa: A002  # Pulumi's own word for it
    """The outcome for one document; a document that is left out means AWS's default, which is in order."""
    if is_blank(document):
        return PROVEN
    if document is UNKNOWN or isinstance(document, Opaque):
        return pending(f"The policy of {place[0].lower()}{place[1:]} is not known", property)
    try:
        fault = fault_of(statements_of(document))
    except DocumentError as error:
        return disproved(f"{place} has a policy that cannot be read: {error}. Correct it.", property)
    except HiddenError:
        return pending(f"A part of the policy of {place[0].lower()}{place[1:]} is not known", property)
    return disproved(f"{place} {fault}", property) if fault else PROVEN
