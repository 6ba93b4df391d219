"""Every message of every policy is in a file for people to read."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from policies import RULES
from tests.policies.messages import DIRECTORY, written

POLICIES = Path(__file__).resolve().parents[2] / "policy-pack" / "policies"
# test_failures and test_config_check cover these.
ELSEWHERE = {"judging/reporting.py", "config_check.py"}
MAKERS = {"disproved", "pending", "Unseen"}
FEWEST_LETTERS = 25


@pytest.fixture(scope="module")
def messages() -> dict[str, str]:
    """The current messages of the policies."""
    return dict(written())


def test_messages_have_not_changed(messages: dict[str, str]) -> None:
    """If not: PYTHONPATH=policy-pack python -m tests.policies.messages, and read what changed."""
    assert messages == {file.stem: file.read_text(encoding="utf-8") for file in DIRECTORY.glob("*.txt")}


def test_every_policy_has_messages(messages: dict[str, str]) -> None:
    assert set(messages) == {rule.name for rule in RULES}


@pytest.mark.parametrize(
    "odd", ["set to nothing", "not known", "cannot be told", "..", ". .", "None", "Opaque", "UNKNOWN", " ,"]
)
def test_no_message_says(odd: str, messages: dict[str, str]) -> None:
    lines = [line for text in messages.values() for line in text.splitlines() if line.startswith("    ")]

    assert [line for line in lines if odd in line.replace("...", "")] == []


def test_every_statement_that_creates_a_message_runs() -> None:
    reached = _lines_run(written)
    unread = [
        f"{file.relative_to(POLICIES)}:{first}"
        for file in sorted(POLICIES.rglob("*.py"))
        if str(file.relative_to(POLICIES)) not in ELSEWHERE
        for first, last in _message_statements(file)
        if not any((str(file), line) in reached for line in range(first, last + 1))
    ]

    assert unread == []


def _lines_run(function: Any) -> set[tuple[str, int]]:  # noqa: ANN401  # any callable
    """The lines of the policies that a function runs."""
    files = {str(file) for file in POLICIES.rglob("*.py")}
    lines: set[tuple[str, int]] = set()

    def trace(frame: FrameType, event: str, _: object) -> Any:  # noqa: ANN401  # as sys.settrace has it
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            lines.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return lines


def _message_statements(file: Path) -> Iterator[tuple[int, int]]:
    """The first and last lines of the statements that create messages."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Return | ast.Expr | ast.Assign) and any(map(_makes_message, ast.walk(node))):
            yield node.lineno, node.end_lineno or node.lineno


def _makes_message(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in MAKERS
    if not isinstance(node, ast.JoinedStr):
        return False
    text = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return text.endswith(".") and len(text) > FEWEST_LETTERS
