"""Starts the emulators of tests from a process that has imported their packages already."""

import functools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from local.emulator.client import process
from local.emulator.client.emulator_process import EmulatorProcess, Settings
from local.emulator.client.interpreter import EMULATOR_PYTHON, PACKAGE
from tests.warm_starts.commands import client_of, server
from tests.warm_starts.server import REGION


@contextmanager
def warm_emulators(directory: Path) -> Iterator[None]:
    """Start emulators warm in this block. Those in other Regions start cold: ministack reads its Region when
    it is imported.
    """
    with ExitStack() as at_the_end, pytest.MonkeyPatch.context() as patch:

        @functools.cache
        def warm() -> type[EmulatorProcess]:
            socket = at_the_end.enter_context(server(EMULATOR_PYTHON, directory, "emulators"))
            return type("WarmEmulator", (EmulatorProcess,), {"command": client_of(socket, "-m", PACKAGE)})

        def start(settings: Settings) -> EmulatorProcess:
            return (warm() if settings.region == REGION else EmulatorProcess)(settings)

        patch.setattr(process, "EmulatorProcess", start)
        yield
