"""Fixtures for tests of several folders: a local run of the real engine."""

import functools
import gc
import math
import os
import signal
import sys
from collections.abc import Iterator

import hypothesis
import pytest

from local.engine.find_or_build import find_or_build_engine
from local.local_run import LocalRun
from tests.schedule import (  # noqa: F401  # hooks of pytest
    pytest_collection_modifyitems,
    pytest_runtest_logreport,
    pytest_sessionfinish,
)
from tests.state_key import state_key
from tests.warm_starts.botocore_caches import share_botocore_caches
from tests.warm_starts.commands import WarmRun, warm_starts
from tests.warm_starts.emulators import warm_emulators

# Background jobs of a shell ignore SIGINT, and so do their children. Tests send it to children.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Under `nohup`, children ignore SIGHUP too. With a handler, this process still survives a closed terminal,
# and the programs that tests start get the default action.
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda *_: None)

# Settings of the machine (an account, a stack, a terminal) must not influence any test but the live one.
for name in [*os.environ]:
    of_account = name.startswith(("AWS_", "PULUMI_")) and "VERIFY_LIVE_ACCOUNT" not in os.environ
    if of_account or name in {"FORCE_COLOR", "CLICOLOR_FORCE", "NO_COLOR", "COLUMNS", "LINES"}:
        del os.environ[name]

# Some containers disable Python's bytecode cache. Then each process of a test would compile all modules.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# How long a generated case takes depends on the machine.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")

share_botocore_caches()


def pytest_collection_finish() -> None:
    """Exclude objects that live until the end from garbage collection: modules and collected tests."""
    gc.collect()
    gc.freeze()


def pytest_xdist_auto_num_workers() -> int:
    """Three workers for two processors: the tests wait a fifth of their time, for clocks and disks."""
    return math.ceil((os.cpu_count() or 1) * 1.5)


@pytest.fixture(scope="session", autouse=True)
def _warm_emulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with warm_emulators(tmp_path_factory.mktemp("warm-emulators")):
        yield


@pytest.fixture(scope="session")
def warm_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmRun]:
    """Starts local runs whose commands take half the time: with warm starts, and without a passphrase."""
    with state_key() as key, warm_starts(tmp_path_factory.mktemp("warm-starts")) as warm:
        yield functools.partial(warm.local_run, key)


@pytest.fixture(scope="session")
def shared_run(warm_run: WarmRun) -> Iterator[LocalRun]:
    """A shared local run, for tests with unique names of stacks and tables."""
    with warm_run() as run:
        yield run


@pytest.fixture
def engine_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the engine on PATH, as an installation or the project's shell does."""
    for name, value in find_or_build_engine().environment().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def own_run(warm_run: WarmRun) -> Iterator[LocalRun]:
    """A local run for a single test, without the tables, keys or users of others."""
    with warm_run() as run:
        yield run
