"""Starts the longest test files first, by measured time, so that no processor idles at the end.

`RECORD_DURATIONS=1 make test` measures anew.
"""

import json
import os
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

DURATIONS = Path(__file__).with_name("durations.json")
"""Seconds by file, measured on two processors."""
QUICK = 1.5
"""The maximum seconds of a file in `make quick`."""

_measured: dict[str, float] = defaultdict(float)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest file first; a file without a measurement comes before it, and is not quick."""
    known = _known()
    for item in items:
        if known.get(_file(item.nodeid), float("inf")) > QUICK:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: -known.get(_file(item.nodeid), float("inf")))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what the tests of a file took."""
    _measured[_file(report.nodeid)] += report.duration


def pytest_sessionfinish() -> None:
    """Save the measurement if requested; worker processes have none."""
    if "RECORD_DURATIONS" in os.environ and "PYTEST_XDIST_WORKER" not in os.environ:
        rounded = {name: round(seconds, 1) for name, seconds in sorted(_measured.items())}
        DURATIONS.write_text(json.dumps(rounded, indent=1) + "\n")


@cache
def _known() -> dict[str, float]:
    found: dict[str, float] = json.loads(DURATIONS.read_text()) if DURATIONS.exists() else {}
    return found


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]
