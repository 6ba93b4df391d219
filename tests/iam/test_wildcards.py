"""All readers match `*` and `?` alike, in a time that does not depend on how many there are."""

import re
import time
from collections.abc import Callable
from random import Random

import pytest

from encrypted_tables.iam.matching import matches
from local.emulator.iam import operators
from policies.declared.documents import wildcards

Reader = Callable[[str, str], bool]
READERS: dict[str, Reader] = {
    "encrypted_tables/iam": matches,
    "the emulator": lambda pattern, text: operators.matches(text, pattern),
    "the pack": lambda pattern, text: re.fullmatch(wildcards(pattern), text, re.DOTALL) is not None,
}


def expected(pattern: str, text: str) -> bool:
    """By definition: `*` is any text, `?` is any character."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(expected(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in {"?", text[0]} and expected(pattern[1:], text[1:])


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_a_pattern_matches_what_it_says(reader: Reader) -> None:
    random = Random(3)  # noqa: S311  # patterns, not secrets
    for _ in range(5_000):
        pattern = "".join(random.choices("ab:**?.\n", k=random.randrange(8)))
        text = "".join(random.choices("ab:.\n", k=random.randrange(8)))
        assert reader(pattern, text) is expected(pattern, text), (pattern, text)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_a_pattern_with_many_wildcards_does_not_take_exponential_time(reader: Reader) -> None:
    started = time.process_time()

    assert not reader(f"?{'*a' * 40}b", "a" * 255)
    assert time.process_time() - started < 1
