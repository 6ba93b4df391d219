"""The reports: Markdown, JSON and the terminal."""

import json

from rich.console import Console

from encrypted_tables.access_diff.evaluate.change import Diff
from encrypted_tables.access_diff.report.json import render_json
from encrypted_tables.access_diff.report.markdown import render_markdown
from encrypted_tables.access_diff.report.terminal import print_diff
from tests.access_diff.samples import ANN, MANAGE, UNKNOWN, allow, diff_of, key, table


def gained() -> Diff:
    return diff_of([key(MANAGE), table()], [key(MANAGE, allow("kms:Decrypt", ANN)), table()])


def test_markdown_is_a_table_of_changes() -> None:
    assert render_markdown(gained()).splitlines()[:5] == [
        "Access changes:",
        "",
        "| Who | What changes | Of | Because |",
        "|---|---|---|---|",
        f"| `{ANN}` | **gains** read and write | `table orders (us-east-1)` |  |",
    ]


def test_markdown_shows_that_nothing_changes() -> None:
    same = [key(MANAGE), table()]

    assert render_markdown(diff_of(same, same)) == "No access changes.\n"


def test_markdown_shows_names_that_look_like_markdown_as_they_are() -> None:
    """Names in a pull request are untrusted input."""
    evil = "`x` | @everyone <img src=x> [a](https://evil.example)\n# owned"
    before = [key(MANAGE), table()]
    after = [
        key(MANAGE, allow("kms:Decrypt", ANN, Condition={"StringLike": {"aws:userid": evil}})),
        table(evil),
    ]

    text = render_markdown(diff_of(before, after))

    assert [line for line in text.splitlines() if line.startswith("#")] == []
    assert [c for c in ("@everyone <img", "<img src=x> [a](", "](https://") if c in without_code(text)] == []
    assert all(line.count("|") - line.count("\\|") == 5 for line in text.splitlines() if line.startswith("|"))


def without_code(markdown: str) -> str:
    """The text outside code spans."""
    return "".join(markdown.split("`")[::2])


def test_json_has_a_version_a_verdict_and_each_change() -> None:
    report = json.loads(render_json(gained()))

    assert (report["version"], report["verdict"], report["hasGains"]) == ("1.1", "changes", True)
    assert [(c["principal"]["arn"], c["verb"], c["access"]) for c in report["changes"]] == [
        (ANN, "gains", "read"),
        (ANN, "gains", "write"),
        (ANN, "gains", "direct use of the key"),
    ]
    assert report["changes"][0]["table"] == {"name": "orders", "region": "us-east-1"}
    assert report["sentences"][0] == f"{ANN} gains read and write: table orders (us-east-1)"


def test_json_has_the_unknown_answers() -> None:
    unknown = key(MANAGE)
    unknown["inputs"]["policy"] = UNKNOWN

    report = json.loads(render_json(diff_of([key(MANAGE), table()], [unknown, table()])))

    assert report["verdict"] == "cannot tell"
    assert report["cannotTell"] == [
        "who can read orders (us-east-1): the policy of its key key is known only after the update"
    ]


def test_the_terminal_shows_each_change_in_one_line_under_its_table() -> None:
    console = Console(width=40)
    with console.capture() as captured:
        print_diff(gained(), console)

    assert captured.get().splitlines() == [
        "Access changes:",
        "",
        "table orders (us-east-1)",
        f"  {ANN} gains read and write",
        "",
        "key key of orders (us-east-1)",
        f"  {ANN} gains direct use of the key (decryption outside DynamoDB)",
        "",
        (
            "Note: Users and roles that this stack does not create also need DynamoDB permissions from IAM "
            "policies outside this stack; this report assumes that they have them."
        ),
    ]


def test_the_terminal_report_contains_no_control_characters() -> None:
    evil = "user\x1b[2J\x07\r\nann"
    console = Console(force_terminal=False)
    with console.capture() as captured:
        print_diff(
            diff_of([key(MANAGE), table()], [key(MANAGE, allow("kms:Decrypt", evil)), table()]), console
        )

    shown = captured.get()
    assert "user [2J ann gains" in shown
    assert [c for c in shown if not c.isprintable() and c != "\n"] == []
