"""`python3 -m local.setup`: prepares a fresh machine; does nothing if everything is ready."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # an older Python is just what this line is for
    sys.exit("Python 3.11 or newer is needed; this is %s (%s)." % (sys.version.split()[0], sys.executable))  # noqa: UP031

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from encrypted_tables.engine.cache import CacheError
from encrypted_tables.interruption import interruptible_with_farewell
from encrypted_tables.terminal import say
from local.engine.install_failures import remedy
from local.engine.virtualenv import VirtualEnvironmentError
from local.virtual_environments import ROOT, environments, make_missing


def main() -> int:
    """Create the environments while another process finds or builds the engine. Return 0 if all is ready."""
    return interruptible_with_farewell(_prepare, "Interrupted. Run the same command again to continue.")


def _prepare() -> int:
    try:
        with engine_preparation() as engine:
            make_missing(environments())
            return engine.wait()
    except (VirtualEnvironmentError, CacheError) as error:
        say(str(error))
        return 1
    except OSError as error:
        say(f"Set-up failed: {error}")
        say(
            remedy(str(error), Path(error.filename or ROOT), "Correct that, then run the same command again.")
        )
        return 1


@contextmanager
def engine_preparation() -> Iterator[subprocess.Popen[bytes]]:
    """A process that finds or builds the engine. It ends, with its compilers, at the end of the block."""
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
