"""Reads the access key from a CSV file that the AWS console downloads."""

import csv
from pathlib import Path

from encrypted_tables.errors import UserError

_ACCESS_KEY_ID, _SECRET = "access key id", "secret access key"


def read_credentials_csv(path: Path) -> tuple[str, str]:
    """The access key id and secret access key in a CSV file of the console; other columns are ignored.

    Raises:
        UserError: the file cannot be read, lacks a column, or does not have exactly one access key.
            The message quotes no value.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [
                {(k or "").strip().lower(): (v or "") for k, v in row.items() if k}
                for row in csv.DictReader(file)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path.name}: cannot be read as a csv file: {type(error).__name__}.") from None
    keys = {(row.get(_ACCESS_KEY_ID, "").strip(), row.get(_SECRET, "").strip()) for row in rows}
    complete = {key for key in keys if all(key)}
    if len(complete) != 1:
        raise UserError(
            f"{path.name}: one row with 'Access key ID' and 'Secret access key' is needed, "
            f"found {len(complete)}."
        )
    return complete.pop()
