"""Renders the comment on a pull request: the changes, policy violations and access changes of each stack."""

from collections.abc import Iterable, Iterator, Sequence

from encrypted_tables.access_diff.evaluate.change import Verdict
from encrypted_tables.access_diff.report.markdown import HEADINGS, bold_verb, code, escaped
from encrypted_tables.pipeline.summary import Summary

MARKER = "<!-- encrypted-tables: previews -->"
"""Identifies the comment, so that it is updated in place."""
LONGEST = 65_536
"""GitHub's limit for a comment, in characters."""
_LEAST = 1_000
"""The minimum length for each stack, in characters."""
_FOLD_END = "\n\n</details>"
_CUT = "\n\n*The rest exceeds GitHub's limit for comments. See the workflow run.*\n"


def render_comment(summaries: Iterable[Summary], remarks: Iterable[str] = ()) -> str:
    """Render the comment; stacks are shortened if together they exceed GitHub's limit.

    Args:
        summaries: the stacks.
        remarks: notes on all stacks, shown first.
    """
    ordered = sorted(summaries, key=lambda summary: summary.stack)
    head = "\n\n".join([MARKER, "## Preview", *(escaped(remark) for remark in remarks)])
    share = max(_LEAST, (LONGEST - len(head)) // max(1, len(ordered)))
    return _within(LONGEST, head + "".join(_within(share, f"\n\n{_stack(one)}") for one in ordered)) + "\n"


def _within(length: int, text: str) -> str:
    """Cut a text at the end of a line, so that no stack crowds out another one."""
    if len(text) < length:
        return text
    kept = text[: length - len(_FOLD_END) - len(_CUT) - 1].rsplit("\n", 1)[0]
    written = kept.splitlines()  # text from the preview never fills a whole line
    is_folded = sum(line.startswith("<details>") for line in written) > written.count(_FOLD_END.strip())
    return kept + (_FOLD_END if is_folded else "") + _CUT


def _stack(summary: Summary) -> str:
    return "\n\n".join(
        part
        for part in (
            f"### {code(summary.stack)}: {_verdict(summary)}",
            _compared(summary),
            _left_out(summary),
            "#### Who gains or loses access",
            _access(summary),
            "#### Policies",
            _policies(summary),
            "#### Resources",
            _resources(summary),
            _errors(summary),
        )
        if part
    )


def _left_out(summary: Summary) -> str:
    if not summary.left_out:
        return ""
    gains = f", {summary.gains_left_out} of them gains or unknown" if summary.gains_left_out else ""
    return f"*{summary.left_out} more lines are omitted{gains}.*"


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
        else "the base branch, both on a local AWS: a fork gets no credentials"
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
    return next(_table(["Level", "Policy", "Resource", "Message"], rows), _nothing(summary, "No violations."))


def _resources(summary: Summary) -> str:
    if not summary.operations:
        return _nothing(summary, "No resource changes.")
    counts = ", ".join(
        f"{count} to {escaped(operation)}" for operation, count in sorted(summary.operations.items())
    )
    rows = [[escaped(one.operation), code(one.type), code(one.name)] for one in summary.resources]
    table = next(_table(["Operation", "Type", "Name"], rows), "")
    return f"<details><summary>{counts}</summary>\n\n{table}{_FOLD_END}"


def _nothing(summary: Summary, words: str) -> str:
    """The text of an empty section. After a failed preview, it must not say that there is nothing."""
    return "Cannot tell: the preview failed." if summary.errors else words


def _errors(summary: Summary) -> str:
    return "\n\n".join(["#### Errors", *_bullets(summary.errors)]) if summary.errors else ""


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        lines = [headings, ["---"] * len(headings), *rows]
        yield "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _bullets(texts: Sequence[str]) -> Iterator[str]:
    if texts:
        yield "\n".join(f"- {escaped(text)}" for text in texts)
