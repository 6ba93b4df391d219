"""Compares who had access before an update with who will have it after."""

from encrypted_tables.access_diff.collect.survey import survey
from encrypted_tables.access_diff.evaluate.change import Change, Diff
from encrypted_tables.access_diff.evaluate.comparison import Comparison
from encrypted_tables.access_diff.report.notes import cannot_tell_of, notes_of
from encrypted_tables.engine.preview import Preview
from encrypted_tables.iam.actions import Access


def access_diff(preview: Preview, base: Preview | None = None) -> Diff:
    """Who gains and who loses access by the update that was previewed.

    Args:
        preview: the update.
        base: a preview of an earlier program, to compare with instead of the stack as it is.
    """
    before, after = survey(preview, base)
    told_once = cannot_tell_of(before, after)
    if not preview.is_complete:
        told_once["incomplete"] = f"what else changes: the preview {_BROKEN}"
    if base is not None and not base.is_complete:
        told_once["base"] = f"what it is compared with: the preview of that {_BROKEN}"
    changes = Comparison(before, after, told_once).changes()
    ordered = sorted(changes, key=_order)
    return Diff(
        tuple(ordered),
        tuple(told_once.values()),
        tuple(notes_of(before, after, preview.leaving, {change.principal for change in ordered})),
    )


_BROKEN = "ended with errors, so resources are missing in it"


def _order(change: Change) -> tuple[object, ...]:
    """By principal; its tables before its keys."""
    places = list(Access)
    return (
        change.principal,
        change.table is None,
        change.table or change.key,
        places.index(change.access),
        change.verb,
        change.actions,
    )
