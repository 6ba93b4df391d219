"""Finds out whether and how a local AWS ended."""

import time
from pathlib import Path

from local.process import LocalAws, LocalAwsError


def port_of(aws: LocalAws) -> int:
    """The port it listens on."""
    return int(aws.endpoint_url.rpartition(":")[2])


def ended(pid: int, seconds: float = 20) -> bool:
    """Whether a process ends within that time."""
    for _ in range(int(seconds * 20)):
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def gone(aws: LocalAws, seconds: float = 20) -> LocalAwsError:
    """The error of a local AWS that ends within that time."""
    for _ in range(int(seconds * 20)):
        try:
            aws.check()
        except LocalAwsError as error:
            return error
        time.sleep(0.05)
    raise AssertionError("it still runs")
