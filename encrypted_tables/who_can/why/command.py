"""`encrypted-tables who-can TABLE --why PRINCIPAL`."""

import sys
from collections.abc import Iterable
from pathlib import Path

from encrypted_tables.errors import COULD_NOT, UserError
from encrypted_tables.iam.actions import ITEM_ACTIONS
from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.who_can.look import Inventory
from encrypted_tables.who_can.row import Verdict, verdict
from encrypted_tables.who_can.why.explain import Question, explain
from encrypted_tables.who_can.why.report import render_json, render_text

_STYLES = {"table": render_text, "json": render_json}


def question_of(
    why: str | None, action: str | None, stack: str | None, session_policy: Path | None, style: str
) -> Question | None:
    """The question on the command line; None without --why.

    Raises:
        UserError: options that exclude each other, or an action that does not read or write items.
    """
    given = {"--action": action, "--stack": stack, "--session-policy": session_policy}
    if why is None:
        if alone := [name for name, value in given.items() if value is not None]:
            raise UserError(f"{alone[0]} needs --why PRINCIPAL.")
        return None
    if style not in _STYLES:
        raise UserError(f"--why does not support --format {style}. Give --format {' or '.join(_STYLES)}.")
    known = {one.lower(): one for actions in ITEM_ACTIONS.values() for one in actions}
    if action is not None and action.lower() not in known:
        raise UserError(
            f"--action {action}: not an action on items. Give one of {', '.join(known.values())}."
        )
    return Question(why, known[action.lower()] if action else None, stack, session_policy, Path.cwd())


def answer(inventory: Inventory, places: Iterable[Place], question: Question, style: str) -> int:
    """Write the explanation for each Region of each table. Return the exit status."""
    found = [explain(inventory.account, place, question) for place in places]
    sys.stdout.write(_STYLES[style](found))
    sys.stderr.writelines(f"note: {limit}\n" for limit in inventory.limits)
    untold = any(verdict(one.answer) is Verdict.CANNOT_TELL for one in found)
    return COULD_NOT if untold else 0
