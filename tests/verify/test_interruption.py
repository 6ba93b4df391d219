"""A run that is told to end: no probe item is left, and it says so."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local_aws.process import LocalAws
from tests.verify.world import World, declare

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_ends_with_status_2_and_no_item_left(
    world: World, aws: LocalAws, tmp_path: Path, number: signal.Signals
) -> None:
    """Ctrl-C, or being told to end, when the first probe item appears."""
    key = world.key()
    tables = [world.table(key) for _ in range(30)]
    outputs = declare(tables[0], key)
    outputs["tables"] = {name: declare(name, key)["tables"]["orders"] for name in tables}
    (tmp_path / "out.json").write_text(json.dumps(outputs))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **aws.environment()}
    command = [sys.executable, "-m", "verify", "--outputs", "out.json", "--workers", "1"]
    with subprocess.Popen(
        command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as program:
        deadline = time.monotonic() + 60
        while not world.items(tables[0]) and time.monotonic() < deadline:
            time.sleep(0.01)
        program.send_signal(number)
        _, said = program.communicate(timeout=60)
    assert (program.returncode, said) == (2, "verify: interrupted; no probe item is left\n")
    assert [name for name in tables if world.items(name)] == []
