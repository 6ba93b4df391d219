"""`python3 -m local.setup`: prepare a fresh machine; when all is ready there is nothing to do."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # an older Python is just what this line is for
    sys.exit("Python 3.11 or newer is needed; this is %s (%s)." % (sys.version.split()[0], sys.executable))  # noqa: UP031

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from encrypted_tables.engine.cache import CacheError
from encrypted_tables.interruption import interruptible_with_farewell
from encrypted_tables.terminal import say
from local.engine.virtualenv import VirtualEnvironmentError
from local.virtual_environments import ROOT, environments, make_missing


def main() -> int:
    """Make the environments while the engine is found or built; 0 when all is ready."""
    return interruptible_with_farewell(_prepare, "Interrupted. The same command goes on from here.")


def _prepare() -> int:
    try:
        with engine_preparation() as engine:
            make_missing(environments())
            return engine.wait()
    except (VirtualEnvironmentError, CacheError) as error:
        say(str(error))
        return 1


@contextmanager
def engine_preparation() -> Iterator[subprocess.Popen[bytes]]:
    """A process that finds or builds the engine; it and its compilers end with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local.engine.find_or_build"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
