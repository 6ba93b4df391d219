"""Stack outputs and access key files: read, or refused in one clear sentence without a secret."""

import json
from pathlib import Path
from typing import Any

import pytest

from encrypted_tables.errors import UserError
from encrypted_tables.verify.collect.credentials_csv import read_credentials_csv
from encrypted_tables.verify.collect.declared import parse_outputs
from encrypted_tables.verify.collect.stack_outputs import from_file, from_stack
from tests.verify.world import declare

KEY = "arn:aws:kms:us-east-1:111122223333:key/0d1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b"
READER = "arn:aws:iam::111122223333:role/reader"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEY_ID = "AKIAIOSFODNN7EXAMPLE"


def outputs(**changes: object) -> dict[str, Any]:
    return {**declare("orders", KEY, {READER: "reader"}), **changes}


def refusal(document: object) -> str:
    with pytest.raises(UserError) as error:
        parse_outputs(document if isinstance(document, str) else json.dumps(document), "out.json")
    return str(error.value)


def test_outputs_of_a_later_version_are_read_without_its_additions() -> None:
    found = parse_outputs(json.dumps(outputs(somethingNew=1)), "x").tables["orders"]
    assert (found.table_name, found.region, found.key_arn) == ("orders", "us-east-1", KEY)
    assert frozenset({"reader"}) == found.roles_of("arn:aws:sts::111122223333:assumed-role/reader/me")
    assert frozenset() == found.roles_of("arn:aws:iam::111122223333:role/writer")


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ("{", "not JSON"),
        ([], "found list"),
        ({}, "no output `tables`"),
        ({"tables": {}}, "`tables` is empty"),
        ({"tables": {"orders": {"region": "us-east-1"}}}, "tables.orders.tableName"),
        (outputs(tables={"t": {**outputs()["tables"]["orders"], "keyArn": "alias/x"}}), "tables.t.keyArn"),
        (
            outputs(
                tables={
                    "t": {**outputs()["tables"]["orders"], "access": [{"principal": READER, "role": "king"}]},
                }
            ),
            "tables.t.access.0.role",
        ),
    ],
)
def test_bad_outputs_are_refused_with_the_place_of_the_mistake(document: object, part: str) -> None:
    message = refusal(document)
    assert message.startswith("out.json: ")
    assert part in message


def test_a_refusal_never_quotes_a_secret() -> None:
    broken = {"accessKeyId": KEY_ID, "secretAccessKey": {"oops": SECRET}, "password": SECRET}
    assert SECRET not in refusal(outputs(testUserCredentials=broken))


def test_a_secret_that_the_engine_hides_is_not_used_as_a_credential() -> None:
    assert (
        parse_outputs(json.dumps(outputs(testUserCredentials="[secret]")), "x").test_user_credentials is None
    )


def test_a_secret_is_not_shown_by_repr() -> None:
    given = {"accessKeyId": KEY_ID, "secretAccessKey": SECRET, "password": SECRET}
    assert SECRET not in repr(parse_outputs(json.dumps(outputs(testUserCredentials=given)), "x"))


def test_the_error_names_a_missing_outputs_file_or_engine(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.json: cannot be read"):
        from_file(str(tmp_path / "nowhere.json"))
    with pytest.raises(UserError, match="`pulumi` is not on PATH"):
        from_stack("dev", pulumi=str(tmp_path / "pulumi"))


def fake_engine(tmp_path: Path, script: str) -> str:
    engine = tmp_path / "engine"
    engine.write_text(f"#!/bin/sh\n{script}\n")
    engine.chmod(0o700)
    return str(engine)


def test_a_stack_is_read_from_the_engine_with_its_secrets(tmp_path: Path) -> None:
    """The outputs of the named stack are read from the engine as JSON, with secrets."""
    (tmp_path / "outputs.json").write_text(json.dumps(outputs()))
    script = f'echo "$@" > {tmp_path}/asked; cat {tmp_path}/outputs.json'
    assert from_stack("dev", fake_engine(tmp_path, script)).tables["orders"].access[0].principal == READER
    asked = (tmp_path / "asked").read_text()
    assert asked == "stack output --json --show-secrets --stack dev --non-interactive\n"


def test_an_error_of_the_engine_is_passed_on(tmp_path: Path) -> None:
    engine = fake_engine(tmp_path, "echo \"error: no stack named 'dev' found\" >&2; exit 255")
    with pytest.raises(UserError, match=r"stack dev: .*no stack named 'dev' found"):
        from_stack("dev", engine)


@pytest.mark.parametrize(
    "text",
    [
        f"Access key ID,Secret access key\n{KEY_ID},{SECRET}\n",
        f"\ufeffAccess key ID,Secret access key\r\n{KEY_ID},{SECRET}\r\n",
        f"User name,Password,Access key ID,Secret access key,Console login link\nu,p,{KEY_ID},{SECRET},https://x\n",
        f"Secret access key,Access key ID\n{SECRET},{KEY_ID}\n\n",
    ],
)
def test_every_form_of_the_consoles_access_key_file_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "user_accessKeys.csv"
    path.write_text(text, encoding="utf-8")
    assert read_credentials_csv(path) == (KEY_ID, SECRET)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "User name,Password\nu,p\n",
        "Access key ID,Secret access key\n",
        f"Access key ID,Secret access key\n{KEY_ID},\n",
        f"Access key ID,Secret access key\n{KEY_ID},{SECRET}\nAKIAI44QH8DHBEXAMPLE,{SECRET}\n",
    ],
)
def test_an_access_key_file_without_one_access_key_is_refused_without_quoting_it(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "user_accessKeys.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=r"user_accessKeys\.csv: one row") as error:
        read_credentials_csv(path)
    assert SECRET not in str(error.value)


def test_the_error_names_a_missing_access_key_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone\.csv: cannot be read"):
        read_credentials_csv(tmp_path / "gone.csv")
