"""Compares Checkov and the policy pack on the same tables: time, and differences in verdicts."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from encrypted_tables.engine.cache import cache_directory
from local.local_run import LocalRun
from tests.benchmarks.measure import Comparison, Grid, side_by_side
from tests.benchmarks.policy_pack import PACK
from tests.benchmarks.spellings import SPELLINGS, terraform
from tests.benchmarks.stacks import previewer, program

VERSION = "3.3.30"
CHECK = "CKV_AWS_119"
POLICY = "dynamodb-table-customer-managed-key"
TABLE_WITH_KEY = """
resource "aws_kms_key" "{name}" {{
  enable_key_rotation = true
}}
resource "aws_kms_alias" "{name}" {{
  name          = "alias/{name}"
  target_key_id = aws_kms_key.{name}.key_id
}}
resource "aws_dynamodb_table" "{name}" {{
  name         = "{name}"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {{
    name = "id"
    type = "S"
  }}
  server_side_encryption {{
    enabled     = true
    kms_key_arn = aws_kms_key.{name}.arn
  }}
  point_in_time_recovery {{
    enabled = true
  }}
}}
"""


def findings(run: LocalRun, sizes: Sequence[int] = (1000,)) -> Iterator[Comparison | Grid]:
    """Times of each number of tables, and the verdicts on all spellings of a table's encryption."""
    try:
        checkov = installed()
    except subprocess.CalledProcessError as error:
        reason = error.stderr.strip().splitlines()[-1] if error.stderr else str(error)
        yield Grid(
            "Checkov: not measured", ("Why",), [(f"Checkov {VERSION} could not be installed: {reason}",)]
        )
        return
    yield verdicts(run, checkov)
    for tables in sizes:
        with tempfile.TemporaryDirectory() as directory:
            names = [f"table-{number:04}" for number in range(tables)]
            text = "".join(TABLE_WITH_KEY.format(name=name) for name in names)
            Path(directory, "main.tf").write_text(text)
            stack = program(run, "component", tables)
            yield side_by_side(
                f"{tables:,} tables: preview with the policy pack against Checkov {VERSION} on Terraform",
                previewer(stack, "--policy-pack", str(PACK)),
                lambda directory=directory: failed_by_checkov(checkov, Path(directory)),  # type: ignore[misc]
                pairs=1,
            )


def installed() -> Path:
    """Checkov, in its own environment in the user's cache.

    Raises:
        subprocess.CalledProcessError: it could not be installed.
    """
    environment = cache_directory() / f"checkov-{VERSION}"
    checkov = environment / "bin" / "checkov"
    if not checkov.exists():
        make = [sys.executable, "-m", "venv", str(environment)]
        install = [str(environment / "bin" / "pip"), "install", "--quiet", f"checkov=={VERSION}"]
        for command in (make, install):
            subprocess.run(command, check=True, capture_output=True, text=True)
    return checkov


def failed_by_checkov(checkov: Path, directory: Path, *flags: str) -> set[tuple[str, str]]:
    """The check and resource of each Checkov failure."""
    command = [str(checkov), "--directory", str(directory), "--framework", "terraform", "--output", "json"]
    options = ["--compact", "--skip-download", "--soft-fail", *flags]
    found = subprocess.run([*command, *options], check=True, capture_output=True, text=True)
    failed = json.loads(found.stdout)["results"]["failed_checks"]
    return {(one["check_id"], one["resource"].rpartition(".")[2]) for one in failed}


def verdicts(run: LocalRun, checkov: Path) -> Grid:
    """Every spelling with the verdicts of both tools."""
    theirs = {name for _, name in checked_spellings(checkov)}
    ours = refused_by_pack(run)
    words = {True: "refused", False: "passed"}
    rows = [
        (name, words[name in theirs], words[name in ours], "" if (name in theirs) == (name in ours) else why)
        for name, (_, why) in SPELLINGS.items()
    ]
    title = f"Verdicts of Checkov {VERSION} ({CHECK}) and the pack ({POLICY})"
    return Grid(title, ("Table", "Checkov", "Policy pack", "Where they differ: why"), rows)


def checked_spellings(checkov: Path) -> set[tuple[str, str]]:
    """The tables that fail Checkov's check of the key."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "main.tf").write_text(terraform())
        return failed_by_checkov(checkov, Path(directory), "--check", CHECK)


def refused_by_pack(run: LocalRun) -> set[str]:
    """The tables for which the pack's policy on keys reports a violation.

    Each has a preview of its own: the provider refuses some spellings as well, which ends the preview.

    Raises:
        RuntimeError: a preview failed for another reason.
    """
    stack = program(run, "spellings", 1, SPELLINGS=str(run.directory / "spelling.json"))
    refused = set()
    for name, (inputs, _) in SPELLINGS.items():
        (run.directory / "spelling.json").write_text(json.dumps({name: inputs}))
        result = stack.preview("--policy-pack", str(PACK))
        reported = [one for one in result.violations if one.urn.endswith(f"::{name}")]
        if result.exit_code != 0 and not reported:
            raise RuntimeError(f"the preview of {name} failed:\n{result.output}")
        if any(one.policy == POLICY for one in reported):
            refused.add(name)
    return refused
