"""The access diff reports what `grant_read` gives to an application's role, before either is created."""

import json
from pathlib import Path

from encrypted_tables.access_diff.diff import access_diff
from encrypted_tables.access_diff.evaluate.change import Diff
from encrypted_tables.engine.run_preview import preview
from encrypted_tables.engine.stack import Stack
from local.local_run import ROOT, LocalRun
from tests.access_diff.samples import APP, sentences

PROGRAM = """
import json
from pulumi_aws import iam
from components import EncryptedTable

table = EncryptedTable("invoices", {"partition_key": {"name": "id"}, "ephemeral": True})
"""
GRANT = """
trust = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]}
table.grant_read(iam.Role("app", name="app", assume_role_policy=json.dumps(trust)))
"""


def diff_of(stack: Stack, directory: Path) -> Diff:
    command = stack
    return access_diff(preview(command, directory))


def test_a_role_gains_read_with_its_grant_and_loses_it_without(own_run: LocalRun, tmp_path: Path) -> None:
    runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": "venv"}}
    (tmp_path / "Pulumi.yaml").write_text(json.dumps({"name": "application", "runtime": runtime}))
    for name in ("venv", "components"):
        (tmp_path / name).symlink_to(ROOT / name)
    program = tmp_path / "__main__.py"
    program.write_text(PROGRAM)
    stack = own_run.stack("app", tmp_path)
    stack.up().checked()

    program.write_text(PROGRAM + GRANT)
    gained = diff_of(stack, tmp_path / "out")
    stack.up().checked()
    program.write_text(PROGRAM)
    lost = diff_of(stack, tmp_path / "out")

    assert sentences(gained)[0] == f"{APP} gains read: table invoices (us-east-1)"
    assert (gained.cannot_tell, gained.notes) == ((), ())
    assert sentences(lost)[0] == f"{APP} loses read: table invoices (us-east-1)"
