"""An emulator that does not enforce policies does not start."""

import json
import subprocess
from pathlib import Path

import pytest

from local.emulator.client.interpreter import EMULATOR_PYTHON

ROOT = Path(__file__).resolve().parents[3]
KEY = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "a-secret"}
SETTINGS = {
    "port": 0,
    "region": "us-east-1",
    "account_id": "111122223333",
    "root": KEY,
    "owner": KEY,
    "control_token": "a-token",
}
# The emulator with one of its rules, or one of ministack's names, removed before it starts.
PROGRAM = """
import os, sys
from local.emulator.settings import Settings
settings = Settings.read(sys.stdin.readline())
os.environ.clear()
os.environ.update(settings.environment())
{change}
from local.emulator.__main__ import serve_or_refuse
sys.exit(serve_or_refuse(settings))
"""
CHANGES = {
    "item calls are not checked": (
        "from local.emulator.dynamodb.table_key import TableKeys; TableKeys.refusal = lambda *_: None",
        "a user without kms:Decrypt should have got status 400",
    ),
    "item calls are always refused": (
        "from local.emulator.dynamodb import table_key; table_key.denial = lambda *_: 'no'",
        "could not check that key policies are enforced",
    ),
    "signatures are not verified": (
        "from local.emulator import ministack_adapter as ms; ms.trust_no_key_by_its_name = lambda: None",
        "a request signed with a wrong secret was answered 200",
    ),
    "ministack lost a name": (
        "from ministack.core import iam_evaluator; del iam_evaluator.combine_resource_policy",
        "ministack.core.iam_evaluator has no combine_resource_policy",
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_the_emulator_refuses_to_run_when(case: str) -> None:
    change, reason = CHANGES[case]

    result = subprocess.run(
        [str(EMULATOR_PYTHON), "-c", PROGRAM.format(change=change)],
        input=json.dumps(SETTINGS) + "\n",
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert result.returncode == 1
    assert reason in json.loads(result.stdout)["error"]
