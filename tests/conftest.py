"""Fixtures for tests of several folders: a local run of the real engine."""

import functools
import gc
import os
import signal
import sys
from collections.abc import Iterator

import botocore.session
import pytest

from local.engine.find_or_build import find_or_build_engine
from local.local_run import LocalRun, local_run
from tests.schedule import (  # noqa: F401  # hooks of pytest
    pytest_collection_modifyitems,
    pytest_runtest_logreport,
    pytest_sessionfinish,
)

# A shell starts what runs in its background deaf to Ctrl-C, and children inherit that; tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)
# `nohup` makes children ignore a closed terminal too. With a handler of its own, this process still goes on
# when one is closed, and the programs that tests start have the default again.
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda *_: None)

# Nor does what a machine is set up for decide a test (an account, a stack, a terminal), but a live one.
for name in [*os.environ]:
    of_account = name.startswith(("AWS_", "PULUMI_")) and "VERIFY_LIVE_ACCOUNT" not in os.environ
    if of_account or name in {"FORCE_COLOR", "CLICOLOR_FORCE", "NO_COLOR", "COLUMNS", "LINES"}:
        del os.environ[name]

# Some containers forbid Python to keep compiled modules: each process of a test would compile them again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Each session of botocore reads the descriptions of AWS's services again, which takes longer than most tests.
# All sessions of this process share them.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)


def pytest_collection_finish() -> None:
    """Exclude objects that live until the end from garbage collection: modules and collected tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared_run() -> Iterator[LocalRun]:
    """A shared local run, for tests with unique names of stacks and tables."""
    with local_run() as run:
        yield run


@pytest.fixture
def engine_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine is on PATH, as for people who installed it or work in the project's shell."""
    for name, value in find_or_build_engine().environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def own_run() -> Iterator[LocalRun]:
    """A local run for a single test, without the tables, keys or users of others."""
    with local_run() as run:
        yield run
