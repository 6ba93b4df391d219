"""`python3 -m local.version 1.1.0`: write a version into every file that states it.

`encrypted_tables/__init__.py` is the source. The projects and the files of Pulumi cannot read it there.
"""

import argparse
import re
import sys

from local.virtual_environments import ROOT

STATED = {
    "encrypted_tables/__init__.py": r'^__version__ = "(.+)"$',
    "components/pyproject.toml": r'^version = "(.+)"$',
    "components/PulumiPlugin.yaml": r"^version: (.+)$",
    "policy-pack/pyproject.toml": r'^version = "(.+)"$',
    "policy-pack/PulumiPolicy.yaml": r"^version: (.+)$",
}
"""The files, and the line of each that states the version."""


def stated() -> dict[str, str]:
    """The version that each file states."""
    return {file: _line(file).group(1) for file in STATED}


def state(version: str) -> None:
    """Write a version into all files."""
    for file in STATED:
        match = _line(file)
        text = match.string
        (ROOT / file).write_text(text[: match.start(1)] + version + text[match.end(1) :], encoding="utf-8")


def _line(file: str) -> re.Match[str]:
    matches = list(re.finditer(STATED[file], (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE))
    if len(matches) != 1:
        raise ValueError(f"{file} states {len(matches)} versions, expected 1")
    return matches[0]


def main() -> int:
    """Write the given version into all files."""
    parser = argparse.ArgumentParser(prog="python3 -m local.version", description="State a version.")
    parser.add_argument("version", help="such as 1.1.0")
    version = parser.parse_args().version
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        parser.error(f"{version!r} is not a version; write three numbers, such as 1.1.0")
    state(version)
    return 0


if __name__ == "__main__":
    sys.exit(main())
