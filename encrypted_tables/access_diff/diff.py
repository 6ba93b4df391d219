"""Compares the access before an update with the access after it."""

from encrypted_tables.access_diff.collect.survey import survey
from encrypted_tables.access_diff.evaluate.change import Change, Diff
from encrypted_tables.access_diff.evaluate.comparison import Comparison
from encrypted_tables.access_diff.report.notes import cannot_tell_of, notes_of
from encrypted_tables.engine.preview import Preview
from encrypted_tables.iam.actions import Access


def access_diff(preview: Preview, base: Preview | None = None) -> Diff:
    """Who gains and loses access by a previewed update.

    Args:
        preview: the update.
        base: a preview of an earlier program, to compare with its result, not with the stack as it is.
    """
    before, after = survey(preview, base)
    reported_once = cannot_tell_of(before, after)
    if not preview.is_complete:
        reported_once["incomplete"] = f"what else changes: the preview {_FAILED}"
    if base is not None and not base.is_complete:
        reported_once["base"] = f"what the base is: its preview {_FAILED}"
    changes = Comparison(before, after, reported_once).changes()
    ordered = sorted(changes, key=_order)
    return Diff(
        tuple(ordered),
        tuple(reported_once.values()),
        tuple(notes_of(before, after, preview.leaving, {change.principal for change in ordered})),
    )


_FAILED = "failed, so it lacks resources"


def _order(change: Change) -> tuple[object, ...]:
    """By principal, its tables before its keys."""
    accesses = list(Access)
    return (
        change.principal,
        change.table is None,
        change.table or change.key,
        accesses.index(change.access),
        change.verb,
        change.actions,
    )
