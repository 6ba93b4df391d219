"""The diff as Markdown, for a pull request's comment."""

import re

from encrypted_tables.access_diff.evaluate.change import Diff, Verdict
from encrypted_tables.access_diff.report.sentences import lines, printable

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!@])")
HEADINGS = {
    Verdict.NO_CHANGE: "No access changes.",
    Verdict.CHANGES: "Access changes:",
    Verdict.CANNOT_TELL: "Some access changes are unknown before the update:",
}


def render_markdown(diff: Diff) -> str:
    """The diff as Markdown without a heading."""
    parts = [HEADINGS[diff.verdict]]
    rows = lines(diff)
    if rows:
        parts.append(
            "\n".join(
                [
                    "| Who | What changes | Of | Because |",
                    "|---|---|---|---|",
                    *(
                        f"| {code(row.who)} | {bold_verb(escaped(row.what))} | {code(row.of)} "
                        f"| {escaped(row.because)} |"
                        for row in rows
                    ),
                ]
            )
        )
    if diff.cannot_tell:
        parts.append("\n".join(f"- Cannot tell {escaped(one)}" for one in diff.cannot_tell))
    if diff.notes:
        parts.append("\n".join(f"- {escaped(note)}" for note in diff.notes))
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Text that Markdown shows unchanged, without mentions: names are untrusted input."""
    return _SPECIAL.sub(r"\\\1", printable(text)).replace(r"\@", "&#64;").replace("://", ":&#47;/")


def code(text: str) -> str:
    """Text as code in a table cell."""
    return f"`{printable(text).replace('`', chr(39)).replace('|', chr(92) + '|')}`" if text else ""


def bold_verb(text: str) -> str:
    """The text with its first word in bold."""
    first, _, rest = text.partition(" ")
    return f"**{first}** {rest}"
