"""How the local AWS starts and ends."""

import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from local.emulator.client import emulator_process
from local.local_run import ROOT
from local.process import LocalAwsError, running, start
from tests.local.emulator.lifetime import ended, gone, port_of


def test_stop_can_be_called_twice() -> None:
    aws = start()
    aws.stop()
    aws.stop()

    assert ended(aws.pid)
    with pytest.raises(LocalAwsError, match="ended with exit status"):
        aws.client("dynamodb")


def test_the_local_aws_leaves_no_files_behind() -> None:
    """Reading tags calls all services, one of which would save its own key for later runs."""
    kept = Path(tempfile.gettempdir()) / "ministack-state"
    shutil.rmtree(kept, ignore_errors=True)

    with running() as aws:
        assert aws.client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"] == []

    assert not kept.exists()


def test_the_error_says_that_the_local_aws_was_killed() -> None:
    with running() as aws:
        os.kill(aws.pid, signal.SIGKILL)

        error = gone(aws)
        assert str(error).startswith(
            f"the local AWS at {aws.endpoint_url} was killed by signal 9: start it again"
        )
        with pytest.raises(LocalAwsError):
            aws.client("dynamodb")


def test_the_local_aws_ends_with_the_process_that_started_it() -> None:
    program = (
        "import os, signal; from local.process import start; aws = start(); "
        "print(aws.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )

    assert result.returncode == -signal.SIGKILL
    assert ended(int(result.stdout))


def test_a_busy_port_is_one_clear_message() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(
            LocalAwsError, match=rf"port {port} of 127.0.0.1 cannot be used: Address already in use"
        ):
            start(port=port)


def test_a_given_port_is_used() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running(port=port) as aws:
        assert port_of(aws) == port


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"port": 80_000}, "port 80000: expected 1 to 65535, or 0 for a free one"),
        ({"region": "mars"}, "region 'mars': expected a Region such as 'us-east-1'"),
        ({"table_key_cache_seconds": -3}, "table_key_cache_seconds -3: expected 0 or more seconds"),
        ({"iam_propagation_seconds": math.nan}, "iam_propagation_seconds nan: expected 0 or more seconds"),
        ({"dynamodb_hosts": 0}, "dynamodb_hosts 0: expected 1 or more"),
    ],
)
def test_a_wrong_argument_is_one_clear_message_and_leaves_nothing_behind(
    arguments: dict[str, Any], message: str, tmp_path: Path
) -> None:
    state = tmp_path / "state"

    with pytest.raises(LocalAwsError, match=f"^{message}$"):
        start(state_dir=state, **arguments)

    assert not state.exists()


@pytest.mark.parametrize(
    ("place", "why"), [("a-file", "File exists"), ("a-file/state", "Not a directory"), ("/proc/x", "No such")]
)
def test_the_error_names_an_unwritable_state_directory(place: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    state = tmp_path / place

    with pytest.raises(LocalAwsError, match=f"^the state directory {state} cannot be used: {why}"):
        start(state_dir=state)


def test_without_its_environment_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator_process, "EMULATOR_PYTHON", ROOT / "local" / "missing" / "python")

    with pytest.raises(LocalAwsError, match="is missing: run `make setup`"):
        start()
