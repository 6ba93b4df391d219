"""Which tests start first: the longest by measured time, so that no processor waits at the end.

Tests of a file share what they start, so a file is one unit of work; in files of `SPLIT`, each test is one.
`RECORD_DURATIONS=1 make test` measures anew.
"""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

DURATIONS = Path(__file__).with_name("durations.json")
"""Seconds by unit of work, measured on two processors."""
SPLIT = frozenset({"tests/engine/test_faults.py"})
QUICK = 3.0
"""The longest that a file may take, in seconds, to be a part of `make quick`."""

_measured: dict[str, float] = defaultdict(float)


def unit(nodeid: str) -> str:
    """The unit of work of a test: its file, or itself."""
    file = nodeid.partition("::")[0]
    return nodeid.partition("@")[0] if file in SPLIT else file


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group tests into units of work, the longest first; units without a measurement come before it."""
    known: dict[str, float] = json.loads(DURATIONS.read_text()) if DURATIONS.exists() else {}
    for item in items:
        name = unit(item.nodeid)
        item.add_marker(pytest.mark.xdist_group(name))
        if known.get(name, 0.0) > QUICK:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: -known.get(unit(item.nodeid), float("inf")))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what the tests of a unit took."""
    _measured[unit(report.nodeid)] += report.duration


def pytest_sessionfinish() -> None:
    """Keep the measurement, where it was asked for; worker processes have none of their own."""
    if "RECORD_DURATIONS" in os.environ and "PYTEST_XDIST_WORKER" not in os.environ:
        rounded = {name: round(seconds, 1) for name, seconds in sorted(_measured.items())}
        DURATIONS.write_text(json.dumps(rounded, indent=1) + "\n")
