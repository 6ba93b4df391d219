"""The comment shows what an untrusted run says as plain text, and nothing that is no summary."""

import json
from typing import Any

import pytest

from pipeline.comment import LONGEST, MARKER, render_comment
from pipeline.summary import SummaryError, read_summary
from tests.pipeline.samples import ACCESS, summary

EVIL = "</details> @maintainers [x](https://evil.example) ![p](https://evil.example/p.png) `a` | b\n# heading"


def rendered(**changed: Any) -> str:  # noqa: ANN401  # any JSON
    return render_comment([read_summary(json.dumps(summary(**changed)))])


def test_the_comment_tells_access_policies_and_resources_of_each_stack() -> None:
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


def test_a_mandatory_violation_is_a_rejection_and_an_advisory_one_is_not() -> None:
    said = {"policy": "kms-key-rotation-enabled", "level": "advisory", "resource": "k", "message": "Set it."}

    assert "### `dev`: can be deployed" in rendered(violations=[said])
    assert "### `dev`: rejected by policy" in rendered(violations=[said, {**said, "level": "mandatory"}])
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
def test_what_a_fork_wrote_can_neither_link_mention_nor_break_out(changed: dict[str, Any]) -> None:
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
def test_what_is_no_summary_is_refused_by_name(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(SummaryError, match=f"this is no summary of a preview: {message}"):
        read_summary(json.dumps(summary(**changed)))


@pytest.mark.parametrize("text", ["", "no JSON", "[]", " " * 2_000_001])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(SummaryError):
        read_summary(text)


def test_a_comment_is_never_longer_than_github_takes() -> None:
    many = [{"operation": "create", "type": "t" * 900, "name": "n" * 900}] * 100

    text = rendered(resources=many)

    assert len(text) <= LONGEST
    assert "The rest is left out" in text[-100:]
