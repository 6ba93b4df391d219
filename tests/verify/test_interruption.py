"""An interrupted run: no probe item remains, and the message says so."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.process import LocalAws
from tests.local.engine.processes import wait_until
from tests.verify.world import World, declare

AN_HOUR = 3600.0
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_ends_with_status_2_and_leaves_no_item(
    world: World, aws: LocalAws, tmp_path: Path, number: signal.Signals
) -> None:
    """Ctrl-C or SIGTERM while a probe item is read."""
    key = world.key()
    tables = [world.table(key) for _ in range(30)]
    outputs = declare(tables[0], key)
    outputs["tables"] = {name: declare(name, key)["tables"]["orders"] for name in tables}
    (tmp_path / "out.json").write_text(json.dumps(outputs))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **aws.environment()}
    command = [sys.executable, "-m", "encrypted_tables", "verify", "--outputs", "out.json", "--workers", "1"]
    aws.inject_fault("dynamodb:GetItem", "delay", seconds=AN_HOUR)
    with subprocess.Popen(
        command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as program:
        wait_until(lambda: aws.delayed_calls() == 1, 60)
        there = [name for name in tables if world.items(name)]
        program.send_signal(number)
        aws.let_pass(AN_HOUR)
        _, output = program.communicate(timeout=60)
    assert len(there) == 1
    assert (program.returncode, output) == (2, "encrypted-tables: interrupted; no probe item remains\n")
    assert [name for name in tables if world.items(name)] == []
