"""`encrypted-tables review`: two evidence folders compared, and each edited byte found."""

import csv
import io
import random
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from encrypted_tables.__main__ import main
from encrypted_tables.report.subject import Subject
from encrypted_tables.review.compare import Change, Review, compare
from encrypted_tables.review.evidence import read_evidence
from encrypted_tables.review.report import others, print_review, render_csv, render_html
from encrypted_tables.verify.collect.observe import Unknown
from encrypted_tables.verify.compare.findings import Finding, Severity
from encrypted_tables.verify.probe.classify import Outcome
from encrypted_tables.verify.report.evidence import prepare_evidence, write_evidence
from encrypted_tables.verify.report.report import Report, Rights
from encrypted_tables.who_can.row import Verdict as Answer
from tests.browser import DESKTOP, PAPER, PHONE, layout, needs_browser
from tests.verify.samples import APP, AUDITOR, IAM, SSO_ROLE, SUBJECT, WALTER, later, place, report

DOCS = Path(__file__).resolve().parents[2] / "docs/verify.md"
ORDERS = place("orders")
Write = Callable[[str, Report], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a report as an evidence folder."""

    def folder(name: str, made: Report) -> Path:
        prepare_evidence(tmp_path / name)
        write_evidence(made, tmp_path / name)
        return tmp_path / name

    return folder


@pytest.fixture
def reviewed(write: Write) -> Callable[[Report, Report], Review]:
    return lambda old, new: compare(read_evidence(write("old", old)), read_evidence(write("new", later(new))))


def changes(review: Review) -> dict[str, Change]:
    """The change of each principal."""
    return {row.principal: row.change for row in review.rows}


def test_access_is_new_removed_changed_or_the_same(reviewed: Callable[[Report, Report], Review]) -> None:
    old = report(ORDERS, outcomes={APP: Outcome.ALLOWED, SSO_ROLE: Outcome.ALLOWED, AUDITOR: Outcome.ALLOWED})
    new = report(
        ORDERS,
        outcomes={
            APP: Outcome.ALLOWED,
            SSO_ROLE: Outcome.DENIED_BY_KMS,
            AUDITOR: Outcome.COULD_NOT_TELL,
            WALTER: Outcome.ALLOWED,
        },
    )

    review = reviewed(old, new)

    assert changes(review) == {
        WALTER: Change.NEW,
        AUDITOR: Change.CHANGED,
        SSO_ROLE: Change.GONE,
        APP: Change.SAME,
    }
    assert [row.change for row in review.rows] == [Change.NEW, Change.CHANGED, Change.GONE, Change.SAME]
    assert [row.principal for row in review.never_proven] == [WALTER]
    assert review.exit_status == 1


def test_a_principal_that_a_complete_report_does_not_list_has_no_access(
    reviewed: Callable[[Report, Report], Review],
) -> None:
    old = report(ORDERS, outcomes={WALTER: Outcome.ALLOWED})

    assert changes(reviewed(old, report(ORDERS, outcomes={}))) == {WALTER: Change.GONE}


def unlisted(made: Report) -> Report:
    finding = Finding(
        "account-not-read", Severity.UNKNOWN, "orders", "eu-west-1", "AccessDenied", "Allow it."
    )
    return replace(made, findings=(finding,))


def unreadable(made: Report) -> Report:
    unknown = Unknown("dynamodb:DescribeTable", "AccessDeniedException", "not authorized")
    return replace(made, tables=(replace(made.tables[0], table=unknown),))


@pytest.mark.parametrize(
    "limited", [unlisted, unreadable, lambda made: replace(made, tables=(place("other"),))]
)
def test_access_is_not_reported_as_removed_where_the_newer_run_did_not_check(
    reviewed: Callable[[Report, Report], Review], limited: Callable[[Report], Report]
) -> None:
    """The users and roles could not be listed, the table could not be read, or it was not verified."""
    old = report(ORDERS, outcomes={WALTER: Outcome.ALLOWED, APP: Outcome.DENIED_BY_IAM})

    review = reviewed(old, limited(report(ORDERS, outcomes={})))

    assert changes(review)[WALTER] is Change.CANNOT_TELL
    assert review.exit_status == 2


def beside(principal: str, **answers: Answer) -> Rights:
    """Rights of a principal to the orders table besides item calls; "no" except for the given ones."""
    no = dict.fromkeys(("use_key", "administer", "copy"), Answer.NO)
    return Rights("orders", "eu-west-1", principal, **{**no, **answers}, because=())


def test_a_new_administrator_of_the_key_is_a_change(reviewed: Callable[[Report, Report], Review]) -> None:
    outcomes = {APP: Outcome.ALLOWED, WALTER: Outcome.DENIED_BY_KMS}
    rights = [beside(WALTER, administer=Answer.YES), beside(APP, use_key=Answer.YES)]

    review = reviewed(report(ORDERS, outcomes=outcomes), report(ORDERS, outcomes=outcomes, rights=rights))

    assert changes(review) == {WALTER: Change.NEW, APP: Change.CHANGED}
    assert review.never_proven == []  # there is no read or write to prove
    line = next(one for one in csv.DictReader(io.StringIO(render_csv(review))) if one["principal"] == WALTER)
    assert (line["old_administer"], line["new_administer"], line["new_read"]) == ("no", "yes", "no")


def test_a_removed_administrator_whose_reads_were_not_tried_is_shown(
    reviewed: Callable[[Report, Report], Review],
) -> None:
    old = report(ORDERS, outcomes={}, rights=[beside(SSO_ROLE, administer=Answer.CANNOT_TELL)])

    (row,) = reviewed(old, report(ORDERS, outcomes={})).rows

    assert (row.change, others(row.old), others(row.new)) == (Change.GONE, "administer (cannot tell)", "-")


def test_a_copy_of_unknown_outcome_alone_is_not_a_row(
    reviewed: Callable[[Report, Report], Review],
) -> None:
    made = report(ORDERS, outcomes={}, rights=[beside(WALTER, copy=Answer.CANNOT_TELL)])

    assert reviewed(made, made).rows == ()


def test_a_role_with_and_without_its_path_is_the_same_principal(
    reviewed: Callable[[Report, Report], Review],
) -> None:
    """An assumed role is reported without its path, a predicted one with it."""
    old = report(ORDERS, outcomes={AUDITOR: Outcome.ALLOWED})
    new = report(ORDERS, outcomes={f"{IAM}:role/auditor": Outcome.ALLOWED})

    assert set(changes(reviewed(old, new)).values()) == {Change.SAME}


def test_a_read_only_run_is_no_change_of_access(reviewed: Callable[[Report, Report], Review]) -> None:
    full = report(ORDERS, outcomes={APP: Outcome.ALLOWED})
    read_only = replace(full, access=tuple(cell for cell in full.access if cell.call != "PutItem"))

    assert changes(reviewed(full, read_only)) == {APP: Change.SAME}


def test_a_new_role_in_the_declaration_is_a_change(reviewed: Callable[[Report, Report], Review]) -> None:
    assert ORDERS.declared
    undeclared = replace(ORDERS, declared=ORDERS.declared.model_copy(update={"access": ()}))
    outcomes = {APP: Outcome.ALLOWED}

    review = reviewed(report(undeclared, outcomes=outcomes), report(ORDERS, outcomes=outcomes))

    (row,) = review.rows
    assert (row.change, row.old.roles, row.new.roles) == (Change.CHANGED, (), ("readerWriter",))


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (replace(SUBJECT, account="444455556666"), "their account differs: 111122223333 and 444455556666"),
        (replace(SUBJECT, stack="prod"), "their stack differs: dev and prod"),
        (replace(SUBJECT, is_aws=True), "one is from local AWS, http://127.0.0.1:4566, the other from AWS"),
    ],
)
def test_evidence_of_different_subjects_is_not_compared(
    write: Write, capsys: pytest.CaptureFixture[str], other: Subject, message: str
) -> None:
    old, new = write("old", report()), write("new", later(replace(report(), subject=other)))

    assert main(["review", str(old), str(new)]) == 2
    assert message in capsys.readouterr().err


def test_the_older_folder_comes_first(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write("old", report()), write("new", later(report()))

    assert main(["review", str(new), str(old)]) == 2
    assert "give the older one first" in capsys.readouterr().err


def test_every_edited_byte_is_found_and_its_file_reported(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = write("old", report()), write("new", later(report()))
    assert main(["review", str(old), str(new)]) == 0
    random_bytes = random.Random(16)  # noqa: S311  # the same edits in each run
    for file in sorted(new.iterdir()):
        content = file.read_bytes()
        places = {0, len(content) - 1, *(random_bytes.randrange(len(content)) for _ in range(20))}
        for at in sorted(places):
            changed = bytearray(content)
            changed[at] ^= 1 << random_bytes.randrange(8)
            file.write_bytes(changed)
            capsys.readouterr()
            assert main(["review", str(old), str(new)]) == 2
            error = capsys.readouterr().err
            # An edited checksum is reported as an edit of its file.
            assert file.name in error or (
                file.name == "SHA256SUMS" and "has changed since it was written" in error
            )
        file.write_bytes(content)
    assert main(["review", str(old), str(new)]) == 0


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda folder: (folder / "calls.jsonl").unlink(), "calls.jsonl is missing"),
        (lambda folder: (folder / "notes.txt").write_text("x"), "notes.txt is not in SHA256SUMS"),
        (lambda folder: (folder / "SHA256SUMS").write_text(""), "report.json is not in SHA256SUMS"),
        (lambda folder: (folder / "SHA256SUMS").unlink(), "no SHA256SUMS"),
        (lambda folder: (folder / "sub").mkdir(), "sub: Is a directory"),
    ],
)
def test_a_missing_or_added_file_is_found(
    write: Write,
    capsys: pytest.CaptureFixture[str],
    edit: Callable[[Path], object],
    message: str,
) -> None:
    old, new = write("old", report()), write("new", later(report()))
    edit(old)

    assert main(["review", str(old), str(new)]) == 2
    assert message in capsys.readouterr().err


def test_a_missing_folder_and_an_old_format_are_explained(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = write("new", report())
    old = write("old", replace(report(), schema_version="2.0"))

    assert main(["review", str(tmp_path / "none"), str(new)]) == 2
    assert "none: No such file or directory" in capsys.readouterr().err
    assert main(["review", str(old), str(new)]) == 2
    assert "report.json: format 2.0 is not supported" in capsys.readouterr().err


def test_the_csv_lists_everyone_with_the_subject_of_the_newer_run(
    reviewed: Callable[[Report, Report], Review],
) -> None:
    review = reviewed(report(ORDERS), report(ORDERS, outcomes={APP: Outcome.ALLOWED}))

    lines = list(csv.DictReader(io.StringIO(render_csv(review))))

    assert [(line["change"], line["principal"]) for line in lines] == [("gone", SSO_ROLE), ("same", APP)]
    assert (lines[0]["old_read"], lines[0]["new_read"], lines[0]["proven"]) == ("yes", "no", "never")
    assert {line["account"] for line in lines} == {SUBJECT.account}
    assert {line["endpoint"] for line in lines} == {"local AWS, http://127.0.0.1:4566"}
    assert lines[0]["old_time"] < lines[0]["time"]


def test_in_a_pipe_each_row_is_one_line(
    write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    old = write("old", report(ORDERS))
    new = write("new", later(report(ORDERS, outcomes={APP: Outcome.ALLOWED, WALTER: Outcome.ALLOWED})))

    assert main(["review", str(old), str(new)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(SSO_ROLE in line and line.startswith("gone") and "yes → no" in line for line in lines)
    assert any(
        WALTER in line and line.startswith("new") and line.rstrip().endswith("never") for line in lines
    )
    assert lines[-1] == "1 new, 1 gone, 1 same; 1 never proven"


@needs_browser
@pytest.mark.parametrize(
    ("width", "in_print"),
    [(PHONE, False), (DESKTOP, False), (PAPER, True)],
    ids=["phone", "desktop", "paper"],
)
def test_the_page_breaks_no_identifier_and_has_no_narrow_column(
    reviewed: Callable[[Report, Report], Review], tmp_path: Path, width: int, in_print: bool
) -> None:
    page = render_html(reviewed(report(), report(outcomes={APP: Outcome.ALLOWED, WALTER: Outcome.ALLOWED})))

    found = layout(page, tmp_path, width, in_print=in_print)

    assert (found.broken, found.narrow, found.outside) == ([], [], [])
    assert found.scrollWidth == width


def test_the_page_shows_both_subjects_and_escapes_what_it_shows(
    reviewed: Callable[[Report, Report], Review],
) -> None:
    odd = f"{IAM}:role/<b>"
    review = reviewed(report(), report(outcomes={odd: Outcome.ALLOWED}))

    page = render_html(review)

    assert "<b>" not in page
    for fact in (review.old.subject.started, review.new.subject.started, review.old.checksum):
        assert fact in page


def test_a_reviewer_sees_the_endpoint_in_red(reviewed: Callable[[Report, Report], Review]) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=200)

    print_review(reviewed(report(), report()), console)

    text = console.file.getvalue()  # type: ignore[attr-defined]  # it is a StringIO
    assert text.count("\x1b[1;31mlocal AWS, http://127.0.0.1:4566") == 2


def test_the_documented_command_writes_both_files(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documented = re.search(r"^encrypted-tables (review .+)$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert documented
    arguments = shlex.split(documented[1])
    write(arguments[1], report())
    write(arguments[2], later(report()))
    monkeypatch.chdir(tmp_path)

    assert main(arguments) == 0
    for name in arguments[4::2]:
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
        assert SUBJECT.caller in (tmp_path / name).read_text()
