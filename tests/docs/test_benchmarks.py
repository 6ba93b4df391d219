"""The figures in the docs were measured with the current sources, or are marked as older."""

import re

import pytest

from tests.benchmarks.report import MEASURED, REPORT, STALE, TITLE, marked, sources_line, summary

SECTIONS = {
    name: text for name, _, text in (one.partition("\n") for one in REPORT.read_text().split("\n## ")[1:])
}


@pytest.mark.parametrize("part", SECTIONS)
def test_a_section_has_figures_of_the_current_sources_or_says_that_they_changed(part: str) -> None:
    """If not: `python -m tests.benchmarks --mark`, or measure again."""
    text = SECTIONS[part].strip() + "\n"

    assert marked(part, text) == text
    assert (STALE.format(part=part) in text) != (sources_line(part) in text)


def test_the_page_begins_with_a_summary_of_its_sections() -> None:
    texts = {part: text.strip() + "\n" for part, text in SECTIONS.items()}

    assert REPORT.read_text().startswith(f"{TITLE}\n{summary(texts)}")


def test_every_section_states_when_and_on_what_it_was_measured() -> None:
    assert set(SECTIONS) == set(MEASURED)
    assert all(re.search(r"^Measured on \d{4}-\d\d-\d\d", text, re.MULTILINE) for text in SECTIONS.values())


def test_no_other_page_states_a_ratio_of_the_benchmarks() -> None:
    ratios = {row.split(" | ")[3] for row in REPORT.read_text().splitlines() if "| at most" in row}
    pages = [page for page in REPORT.parent.glob("*.md") if page != REPORT]

    assert [page.name for page in pages for one in ratios if f"{one} times" in page.read_text()] == []
