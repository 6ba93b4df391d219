"""What the walk-through prints, on a terminal of 80 columns and in a file."""

import io

import pytest
from rich.console import Console

from local.walkthrough.demo import print_fact

MESSAGE = (
    "Tables are encrypted with a customer managed KMS key.\n"
    "The table has no encryption settings, so DynamoDB uses an AWS owned key. Use the ARN of a customer "
    "managed KMS key in the same Region.\n"
    "URN: urn:pulumi:dev::unencrypted::aws:dynamodb/table:Table::orders"
)


def printed(*, is_terminal: bool) -> list[str]:
    console = Console(file=io.StringIO(), width=80, force_terminal=is_terminal, color_system=None)
    print_fact(console, "because", MESSAGE)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("is_terminal", [True, False], ids=["terminal", "file"])
def test_each_line_is_indented_and_every_word_whole(is_terminal: bool) -> None:
    lines = printed(is_terminal=is_terminal)

    assert [line for line in lines if not line.startswith("   ")] == []
    assert " ".join(lines).split() == f"because: {MESSAGE}".split()


def test_a_terminal_wraps_and_a_file_does_not() -> None:
    assert max(map(len, printed(is_terminal=True))) <= 80
    assert len(printed(is_terminal=False)) == 3
