"""The test user's credentials as a csv file in the format of the AWS console."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from encrypted_tables.private_file import create_private

COLUMNS = ("User name", "Password", "Console sign-in URL", "Access key ID", "Secret access key")


def write_credentials(file: Path, outputs: Mapping[str, Any]) -> None:
    """Write the user's credentials from a stack's outputs to a file that only its owner can read.

    An older file with the same name is replaced, so that it cannot keep wider permissions.

    Raises:
        KeyError: the stack has no test user.
    """
    user, secret = outputs["testUser"], outputs["testUserCredentials"]
    row = (
        user["userName"],
        secret["password"],
        user["consoleSignInUrl"],
        secret["accessKeyId"],
        secret["secretAccessKey"],
    )
    file.unlink(missing_ok=True)
    with create_private(file) as f:
        csv.writer(f).writerows((COLUMNS, row))


def read_credentials(file: Path) -> dict[str, str]:
    """The only row of a credentials file, by column."""
    with file.open(newline="") as f:
        (row,) = csv.DictReader(f)
    return row
