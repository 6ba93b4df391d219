"""The comment shows content from an untrusted run as plain text, and only if it is a valid summary."""

import json
from typing import Any

import pytest

from encrypted_tables.access_diff.diff import access_diff
from encrypted_tables.pipeline.comment import LONGEST, MARKER, render_comment
from encrypted_tables.pipeline.summary import Summary, SummaryError, read_summary, summarise
from tests.access_diff.samples import MANAGE, Statement, allow, key, preview_of, table
from tests.pipeline.samples import ACCESS, COMMIT, summary

EVIL = "</details> @maintainers [x](https://evil.example) ![p](https://evil.example/p.png) `a` | b\n# heading"


def rendered(**changed: Any) -> str:  # noqa: ANN401  # any JSON
    return render_comment([read_summary(json.dumps(summary(**changed)))])


def test_the_comment_shows_access_policies_and_resources_of_each_stack() -> None:
    both = [read_summary(json.dumps(summary(stack=stack))) for stack in ("prod", "dev")]

    text = render_comment(both)

    assert text.startswith(MARKER + "\n")
    assert [line for line in text.splitlines() if line.startswith("### ")] == [
        "### `dev`: can be deployed",
        "### `prod`: can be deployed",
    ]
    assert (
        "| `arn:aws:iam::111122223333:user/ann` | **gains** read and write | `table orders (us-east-1)` |  |"
        in text
    )
    assert "| update | `aws:kms/key:Key` | `orders-key` |" in text
    assert "No violations." in text


def test_only_a_mandatory_violation_is_a_rejection() -> None:
    output = {
        "policy": "kms-key-rotation-enabled",
        "level": "advisory",
        "resource": "k",
        "message": "Set it.",
    }

    assert "### `dev`: can be deployed" in rendered(violations=[output])
    assert "### `dev`: rejected by policy" in rendered(violations=[output, {**output, "level": "mandatory"}])
    assert "### `dev`: the preview failed" in rendered(errors=["the program failed"])


@pytest.mark.parametrize(
    "changed",
    [
        {"access": {**ACCESS, "lines": [{"who": EVIL, "what": EVIL, "of": EVIL, "because": EVIL}]}},
        {"access": {**ACCESS, "notes": [EVIL], "cannot_tell": [EVIL]}},
        {"violations": [{"policy": EVIL, "level": EVIL, "resource": EVIL, "message": EVIL}]},
        {"resources": [{"operation": EVIL, "type": EVIL, "name": EVIL}], "operations": {EVIL: 1}},
        {"errors": [EVIL]},
    ],
    ids=["access", "notes", "violations", "resources", "errors"],
)
def test_text_from_a_fork_can_neither_link_mention_nor_break_out(changed: dict[str, Any]) -> None:
    text = rendered(**changed)
    outside_code = "".join(text.split("`")[::2])

    assert [
        part for part in ("@maintainers", "](https://", "![p](", "https://evil") if part in outside_code
    ] == []
    assert text.count("</details>") - text.count("`</details>") == 1
    assert [line for line in text.splitlines() if line.startswith("# ")] == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"stack": "dev\n# x"}, "stack"),
        ({"stack": "-flag"}, "stack"),
        ({"commit": "HEAD"}, "commit"),
        ({"pull_request": "7; rm"}, "pull_request"),
        ({"version": "2.0"}, "version"),
        ({"extra": 1}, "extra"),
        ({"errors": ["x" * 1001]}, "errors.0"),
        ({"access": {**ACCESS, "verdict": "all fine"}}, "access.verdict"),
    ],
)
def test_an_invalid_summary_is_refused_with_the_name_of_the_field(
    changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(SummaryError, match=f"this is not a summary of a preview: {message}"):
        read_summary(json.dumps(summary(**changed)))


@pytest.mark.parametrize("text", ["", "no JSON", "[]", " " * 2_000_001])
def test_invalid_json_is_refused(text: str) -> None:
    with pytest.raises(SummaryError):
        read_summary(text)


def test_a_failed_preview_is_not_shown_as_without_changes() -> None:
    text = rendered(errors=["it failed"], operations={}, resources=[])

    assert ("No violations." in text, "No resource changes." in text) == (False, False)
    assert text.count("Cannot tell: the preview failed.") == 2


def test_a_long_stack_leaves_room_for_the_others_in_the_comment() -> None:
    many = [{"who": "w" * 900, "what": "gains read", "of": "o" * 900, "because": ""}] * 100
    long = summary(stack="a", access={**ACCESS, "lines": many})
    short = summary(stack="b", access={**ACCESS, "lines": [{**ACCESS["lines"][0], "who": "user/attacker"}]})

    text = render_comment([read_summary(json.dumps(one)) for one in (long, short)])

    assert len(text) <= LONGEST
    assert "user/attacker" in text
    assert "The rest exceeds GitHub's limit" in text


def test_a_shortened_list_of_resources_does_not_hide_the_stacks_after_it() -> None:
    many = [{"operation": "create", "type": "t" * 900, "name": "</details>" * 90}] * 100
    long, short = summary(stack="a", resources=many), summary(stack="b")

    written = render_comment([read_summary(json.dumps(one)) for one in (long, short)]).splitlines()

    assert written.index("### `a`: can be deployed") < written.index("</details>")
    assert written.index("</details>") < written.index("### `b`: can be deployed")


def test_a_comment_on_any_number_of_stacks_is_short_enough_for_github() -> None:
    stacks = [read_summary(json.dumps(summary(stack=f"stack-{number}"))) for number in range(500)]

    assert len(render_comment(stacks, ["r" * 2000])) <= LONGEST


def test_gains_come_before_losses_when_lines_are_left_out() -> None:
    roles = [f"arn:aws:iam::111122223333:role/app-{number:02}" for number in range(60)]
    attackers = [f"arn:aws:iam::111122223333:user/attacker-{number:02}" for number in range(60)]
    before = [key(MANAGE, allow("kms:Decrypt", *roles)), table()]

    def summary_after(after: Statement) -> Summary:
        preview = preview_of(before, [key(MANAGE, after), table()])
        return summarise("dev", COMMIT, 7, preview, access_diff(preview), is_of_stack=True)

    one, many = (
        summary_after(allow("kms:Decrypt", attackers[0])),
        summary_after(allow("kms:Decrypt", *attackers)),
    )

    assert one.access.lines[0].who == attackers[0]
    assert (one.left_out, one.gains_left_out) == (22, 0)
    assert (many.left_out, many.gains_left_out) == (140, 20)
    assert "*140 more lines are omitted, 20 of them gains or unknown.*" in render_comment([many])


def test_a_comment_is_never_longer_than_github_accepts() -> None:
    many = [{"operation": "create", "type": "t" * 900, "name": "n" * 900}] * 100

    text = rendered(resources=many)

    assert len(text) <= LONGEST
    assert "The rest exceeds GitHub's limit" in text[-100:]
