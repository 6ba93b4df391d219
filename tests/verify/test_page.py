"""The HTML page of verify: complete, escaped, and laid out by a real browser."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from encrypted_tables.verify.report.html import render_html
from tests.browser import DESKTOP, PAPER, PHONE, layout, needs_browser
from tests.verify.samples import APP, SUBJECT, report


class Page(HTMLParser):
    """What a page loads, and its cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.cells: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record what the tag loads, and the class of a cell."""
        facts = dict(attrs)
        self.loads += [str(facts[name]) for name in ("src", "href", "data") if name in facts]
        if tag == "td" and "class" in facts:
            self.cells.append(str(facts["class"]))


def test_the_page_has_every_cell_and_loads_nothing() -> None:
    sample = report()

    page = Page(render_html(sample))

    assert page.loads == []
    assert sorted(page.cells) == sorted(
        f"{cell.actual.value} {cell.basis}" + (" differs" if cell.as_declared is False else "")
        for cell in sample.access
    )


def test_the_page_shows_text_from_aws_as_text() -> None:
    sample = report()
    odd = next(cell for cell in sample.access if cell.message)
    object.__setattr__(odd, "message", '"><script>alert(1)</script>')
    object.__setattr__(sample.untried[0], "reason", "<script>alert(2)</script>")

    assert "<script>" not in render_html(sample)


def test_the_page_names_its_subject_and_warns_of_an_endpoint_that_is_not_aws() -> None:
    page = render_html(report())

    for fact in (SUBJECT.account, "us-east-1", SUBJECT.commit, SUBJECT.caller, SUBJECT.started, "dev"):
        assert str(fact) in page
    assert 'class="warning">local AWS, <code>http://127.0.0.1:4566</code>' in page


@needs_browser
@pytest.mark.parametrize(
    ("width", "in_print"),
    [(PHONE, False), (DESKTOP, False), (PAPER, True)],
    ids=["phone", "desktop", "paper"],
)
def test_a_browser_breaks_no_identifier_and_makes_no_narrow_column(
    tmp_path: Path, width: int, in_print: bool
) -> None:
    found = layout(render_html(report()), tmp_path, width, in_print=in_print)

    assert (found.broken, found.narrow, found.outside) == ([], [], [])
    assert found.scrollWidth == found.width == width


@needs_browser
def test_the_layout_check_finds_a_broken_identifier_a_narrow_column_and_an_overflow(tmp_path: Path) -> None:
    style = "code {white-space: normal !important; overflow-wrap: anywhere} td {width: 55px}"
    wide = f"<li style='width: 3000px'>{APP}</li>"
    page = render_html(report()).replace("</style>", f"{style}</style>").replace("</body>", f"{wide}</body>")

    found = layout(page, tmp_path, PHONE)

    assert SUBJECT.commit in found.broken
    assert found.narrow != []
    assert found.outside == [APP]
    assert found.scrollWidth > PHONE


@needs_browser
@pytest.mark.parametrize(
    ("dark", "in_print", "background"),
    [
        (False, False, "rgb(255, 255, 255)"),
        (True, False, "rgb(21, 23, 26)"),
        (True, True, "rgb(255, 255, 255)"),
    ],
    ids=["light", "dark", "dark on paper"],
)
def test_the_page_is_dark_where_the_reader_prefers_it_and_never_on_paper(
    tmp_path: Path, dark: bool, in_print: bool, background: str
) -> None:
    page = render_html(report())

    assert layout(page, tmp_path, DESKTOP, in_print=in_print, dark=dark).background == background
