"""Writes the messages of each policy on small stacks to a file for people to read.

`PYTHONPATH=policy-pack python -m tests.policies.messages` writes the files in messages/ anew.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.policies.analysis import Pack, Violation
from tests.policies.message_cases import CASES, Case
from tests.policies.samples import samples

DIRECTORY = Path(__file__).parent / "messages"


def all_cases() -> Iterator[Case]:
    """The disallowed samples, and cases for other messages."""
    for sample in samples():
        if not sample.allowed:
            title = sample.case.partition(".")[2].removeprefix("disallowed_").replace("_", " ")
            yield Case(sample.policy, title, sample.resources, sample.config)
    yield from CASES


def messages_of(case: Case) -> list[str]:
    """The messages of the case's policy at preview, and at the update if they differ."""
    config = {name: {"enforcementLevel": "mandatory", **own} for name, own in case.config.items()}
    at = {
        moment: _messages(Pack(config, is_preview=is_preview).run(*case.resources), case.policy)
        for moment, is_preview in (("preview", True), ("update", False))
    }
    if at["preview"] == at["update"]:
        return at["preview"]
    return [f"at {moment}: {message}" for moment, messages in at.items() for message in messages]


def _messages(violations: list[Violation], policy: str) -> list[str]:
    return [_without_description(one.message) for one in violations if one.policy == policy]


def _without_description(message: str) -> str:
    """The message without the policy's description, which the SDK puts before it, and without the URN."""
    before, separator, after = message.strip().partition("\n")
    return (after if separator else before).partition("\nURN: ")[0]


def written() -> Mapping[str, str]:
    """The text of each policy's file."""
    files: dict[str, list[str]] = defaultdict(list)
    for case in all_cases():
        files[case.policy] += [case.title, *(f"    {message}" for message in messages_of(case)), ""]
    return {policy: "\n".join(lines) for policy, lines in files.items()}


def main() -> None:
    """Write all files."""
    DIRECTORY.mkdir(exist_ok=True)
    for policy, text in written().items():
        (DIRECTORY / f"{policy}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
