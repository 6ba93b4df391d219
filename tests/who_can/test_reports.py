"""How who-can shows its rows: grouped for people, one line each for pipes, complete for programs."""

import csv
import io
import json
from dataclasses import asdict

import pytest
from rich.console import Console

from encrypted_tables.iam.answer import NO, YES, unknown
from encrypted_tables.iam.principals import Kind, Principal
from encrypted_tables.who_can.report import (
    TableRows,
    groups,
    limits,
    print_table,
    render_csv,
    render_json,
    render_lines,
)
from encrypted_tables.who_can.row import Row
from tests.verify.samples import SUBJECT

ACCOUNT = "111122223333"
LONG = "a-name-that-is-longer-than-any-terminal-is-wide-" * 3
ADMINISTRATOR = YES.by("statement 1 of policy AdministratorAccess")


def user(name: str) -> Principal:
    return Principal(Kind.USER, ACCOUNT, name, f"arn:aws:iam::{ACCOUNT}:user/{name}")


def administrator(name: str) -> Row:
    return Row(user(name), ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR)


READER = Row(user(LONG), read=YES.by("statement readers of the key policy"), is_proven=True)
KEY_ADMINISTRATOR = Row(user("keys"), administer=YES.by("statement 2 of the key policy"))
UNCLEAR = Row(user("unclear"), read=unknown("policy broken is not JSON"))
TABLE = TableRows(
    "orders",
    "eu-central-1",
    9,
    [*(administrator(f"admin-{number}") for number in range(3)), READER, UNCLEAR, KEY_ADMINISTRATOR],
    ("Control policies were not read.",),
)


def shown(*, unfold: bool) -> str:
    console = Console(file=io.StringIO(), force_terminal=True, width=300, no_color=True)
    print_table([TABLE], console, unfold=unfold)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_principals_with_the_same_answers_for_the_same_reasons_are_one_group() -> None:
    assert [[row.principal.name for row in group] for group in groups(TABLE.rows)] == [
        ["admin-0", "admin-1", "admin-2"],
        [LONG],
        ["unclear"],
        ["keys"],
    ]


def test_another_reason_is_another_group() -> None:
    other = Row(user("other"), *(YES.by("statement 1 of policy Other"),) * 4)

    assert len(groups([administrator("one"), other])) == 2


def test_a_terminal_shows_a_group_as_one_row_unless_all_are_requested() -> None:
    folded, unfolded = shown(unfold=False), shown(unfold=True)

    assert f"arn:aws:iam::{ACCOUNT}:user/admin-0 and 2 more (--all shows them)" in folded
    assert "admin-2" not in folded
    assert [f"user/admin-{number} " in unfolded for number in range(3)] == [True, True, True]


def test_administrators_who_could_grant_themselves_access_have_a_separate_section() -> None:
    use, administer = shown(unfold=False).split("no access, but can grant it to itself")

    assert "user/keys" in administer
    assert "user/keys" not in use
    assert "admin-0" in use


def test_a_pipe_gets_one_line_for_each_principal() -> None:
    heading, note, *lines = render_lines([TABLE]).splitlines()

    assert (heading, note) == (
        "orders (eu-central-1): 9 principals evaluated",
        "note: Control policies were not read.",
    )
    (reader,) = [line for line in lines if f"user/{LONG}" in line]
    assert reader.split("\t") == [
        "orders", "eu-central-1", f"arn:aws:iam::{ACCOUNT}:user/{LONG}", "can read, write or use the key",
        "read: yes", "write: no", "key: no", "administer: no", "copy: no", "basis: proven",
        "read: statement readers of the key policy",
    ]  # fmt: skip
    assert len(lines) == len(TABLE.rows)


def test_the_csv_and_the_json_have_every_principal() -> None:
    (head, *lines) = csv.reader(io.StringIO(render_csv([TABLE], SUBJECT)))
    content = json.loads(render_json([TABLE], SUBJECT))

    (table,) = content["tables"]
    assert set(content) == {"schema_version", "subject", "tables"}
    assert content["subject"] == {
        **asdict(SUBJECT),
        "regions": [*SUBJECT.regions],
        "endpoints": [*SUBJECT.endpoints],
    }
    assert {dict(zip(head, line, strict=True))["run_by"] for line in lines} == {SUBJECT.caller}
    assert set(table) == {"name", "region", "principals"}
    assert [line[2] for line in lines] == [one["arn"] for one in table["principals"]]
    assert {
        "arn": user("unclear").arn, "read": "cannot tell", "write": "no", "useKey": "no", "administer": "no",
        "copy": "no",
        "because": ["read: policy broken is not JSON"], "proven": False,
    } in table["principals"]  # fmt: skip


def test_a_limit_of_all_tables_is_stated_once() -> None:
    assert limits([TABLE, TABLE]) == ["Control policies were not read."]


@pytest.mark.parametrize(("answer", "is_open"), [(YES, False), (NO, False), (unknown("a policy"), True)])
def test_an_unknown_answer_is_open(answer: object, is_open: bool) -> None:
    assert Row(user("one"), write=answer).is_open is is_open  # type: ignore[arg-type]
