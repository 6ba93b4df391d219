"""The comment of a pull request: for each stack what changes, what policies say and who gains access."""

from collections.abc import Iterable, Iterator, Sequence

from access_diff.change import Verdict
from access_diff.report_markdown import HEADINGS, bold_verb, code, escaped
from pipeline.summary import Summary

MARKER = "<!-- encrypted-tables: previews -->"
"""By this line the comment is found again and updated in place."""
LONGEST = 65_536
"""GitHub takes no longer comment."""
_CUT = "\n\n*The rest is left out: GitHub takes no longer comment. See the workflow run.*\n"


def render_comment(summaries: Iterable[Summary]) -> str:
    """The whole comment; cut where it would be longer than GitHub takes."""
    ordered = sorted(summaries, key=lambda summary: summary.stack)
    text = "\n\n".join([MARKER, "## Preview", *(_stack(summary) for summary in ordered)]) + "\n"
    return text if len(text) <= LONGEST else text[: LONGEST - len(_CUT)].rsplit("\n", 1)[0] + _CUT


def _stack(summary: Summary) -> str:
    return "\n\n".join(
        part
        for part in (
            f"### {code(summary.stack)}: {_verdict(summary)}",
            _compared(summary),
            "#### Who gains or loses access",
            _access(summary),
            "#### Policies",
            _policies(summary),
            "#### Resources",
            _resources(summary),
            _errors(summary),
            f"*{summary.left_out} more lines are left out.*" if summary.left_out else "",
        )
        if part
    )


def _verdict(summary: Summary) -> str:
    if summary.errors:
        return "the preview failed"
    if not summary.is_accepted:
        return "rejected by policy"
    return "can be deployed"


def _compared(summary: Summary) -> str:
    against = (
        "the stack as it is"
        if summary.compared_with == "the stack"
        else "what the base branch would make, both on a local AWS: a fork gets no credentials"
    )
    return f"Commit {code(summary.commit)}, compared with {against}."


def _access(summary: Summary) -> str:
    access = summary.access
    parts = [HEADINGS[Verdict(access.verdict)]]
    rows = [
        [code(row.who), bold_verb(escaped(row.what)), code(row.of), escaped(row.because)]
        for row in access.lines
    ]
    parts.extend(_table(["Who", "What changes", "Of", "Because"], rows))
    parts.extend(_bullets([f"Cannot tell {one}" for one in access.cannot_tell]))
    parts.extend(_bullets(access.notes))
    return "\n\n".join(parts)


def _policies(summary: Summary) -> str:
    rows = [
        [escaped(one.level), code(one.policy), code(one.resource), escaped(one.message)]
        for one in summary.violations
    ]
    return next(_table(["Level", "Policy", "Resource", "Message"], rows), "No violations.")


def _resources(summary: Summary) -> str:
    if not summary.operations:
        return "No resource changes."
    counts = ", ".join(
        f"{count} to {escaped(operation)}" for operation, count in sorted(summary.operations.items())
    )
    rows = [[escaped(one.operation), code(one.type), code(one.name)] for one in summary.resources]
    table = next(_table(["Operation", "Type", "Name"], rows), "")
    return f"<details><summary>{counts}</summary>\n\n{table}\n\n</details>"


def _errors(summary: Summary) -> str:
    return "\n\n".join(["#### Errors", *_bullets(summary.errors)]) if summary.errors else ""


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        lines = [headings, ["---"] * len(headings), *rows]
        yield "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _bullets(texts: Sequence[str]) -> Iterator[str]:
    if texts:
        yield "\n".join(f"- {escaped(text)}" for text in texts)
