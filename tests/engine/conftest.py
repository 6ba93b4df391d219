"""Programs and users of single tests, in the local run that tests share."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.local_run import LocalRun
from local.process import running
from tests.engine.programs import Program, User
from tests.engine.survivor import Survivor
from tests.warm_starts.commands import WarmRun

NUMBERS = itertools.count(1)


@pytest.fixture
def name() -> str:
    """A name that no other test gives to a project, a table or an alias."""
    return f"test-{next(NUMBERS)}"


@pytest.fixture
def program(shared_run: LocalRun, tmp_path: Path, name: str) -> Program:
    return Program(shared_run, tmp_path / "program", name)


@pytest.fixture
def user(shared_run: LocalRun) -> Callable[[str], User]:
    """Makes users."""
    return lambda name: User(shared_run, name)


@pytest.fixture
def has_warm_provider() -> bool:
    """False: a provider that starts warm is not a child of the engine, and does not notice its end."""
    return False


@pytest.fixture
def survivor(tmp_path: Path, warm_run: WarmRun, has_warm_provider: bool) -> Iterator[Survivor]:
    state = tmp_path / "aws"
    with warm_run(running(state_dir=state), has_warm_provider=has_warm_provider) as run:
        yield Survivor(run, state)
        run.aws.stop()
