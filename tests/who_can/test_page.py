"""The page of who-can: complete, and readable on a phone, in the dark and on paper."""

from dataclasses import replace
from pathlib import Path

import pytest

from encrypted_tables.iam.answer import YES
from encrypted_tables.who_can.html import render_html
from encrypted_tables.who_can.report import TableRows
from encrypted_tables.who_can.row import Row
from tests.browser import DESKTOP, PAPER, PHONE, layout, needs_browser
from tests.verify.samples import SUBJECT
from tests.who_can.test_reports import KEY_ADMINISTRATOR, READER, TABLE, UNCLEAR, administrator, user

LONG_NAME = "a-role-for-" + "a-long-name-" * 4
NARROW = TableRows(
    "orders",
    "eu-central-1",
    70_002,
    [
        *(administrator(f"{LONG_NAME}-{number}") for number in range(30)),
        Row(
            user("reader"), YES.by("statement 1 of policy orders-readers", "statement root of the key policy")
        ),
        UNCLEAR,
        KEY_ADMINISTRATOR,
    ],
    ("the key policy names AIDA2EXAMPLE3EXAMPLE, which was deleted: that entry allows nobody.",),
)
PAGE = render_html([NARROW, replace(NARROW, name="bills")], SUBJECT)


def test_every_principal_and_every_limit_is_on_the_page() -> None:
    page = render_html([TABLE], SUBJECT)

    assert [row.principal.arn in page for row in TABLE.rows] == [True] * len(TABLE.rows)
    assert all(limit in page for limit in TABLE.limits)
    assert SUBJECT.caller in page


def test_principals_with_the_same_access_are_one_expandable_row() -> None:
    (group,) = [part for part in PAGE.split("<tbody>")[:3] if "<details>" in part]

    assert "<b>30 principals</b>" in group
    assert group.count("<li>") == 30


def test_administrators_who_could_grant_themselves_access_have_a_separate_section() -> None:
    _, use, administer = render_html([TABLE], SUBJECT).split("<section>")

    assert KEY_ADMINISTRATOR.principal.arn not in use
    assert KEY_ADMINISTRATOR.principal.arn in administer


def test_the_page_loads_nothing_and_escapes_what_it_shows() -> None:
    page = render_html([replace(TABLE, rows=[replace(READER, principal=user("<img src=x>"))])], SUBJECT)

    assert "default-src 'none'" in page
    assert "<img" not in page


@needs_browser
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_no_identifier_is_broken_and_no_column_is_too_narrow(width: int, tmp_path: Path) -> None:
    found = layout(PAGE, tmp_path, width)

    assert (found.broken, found.narrow, found.outside) == ([], [], [])
    assert found.scrollWidth <= found.width


@needs_browser
def test_a_printed_page_shows_the_folded_principals(tmp_path: Path) -> None:
    found = layout(PAGE, tmp_path, PAPER, in_print=True)

    assert (found.broken, found.narrow, found.outside) == ([], [], [])


@needs_browser
def test_the_page_is_dark_where_a_reader_prefers_it(tmp_path: Path) -> None:
    assert layout(PAGE, tmp_path, DESKTOP, dark=True).background != layout(PAGE, tmp_path, DESKTOP).background
