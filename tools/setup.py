"""`make setup`: prepare a fresh machine with Python 3.11 or newer; a second run has nothing to do."""

import sys
import threading

from tools.engine import EngineNotFoundError, find_engine
from tools.environments import SetUpError, environments, make_missing

OLDEST_PYTHON = (3, 11)


def main() -> int:
    """Make the environments while the engine is built; the exit status is 0 when all is ready."""
    if sys.version_info < OLDEST_PYTHON:
        print(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    failures: list[Exception] = []
    engine = threading.Thread(target=_prepare_engine, args=(failures,))
    engine.start()
    try:
        make_missing(environments())
    except SetUpError as error:
        failures.append(error)
    engine.join()
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


def _prepare_engine(failures: list[Exception]) -> None:
    try:
        find_engine()
    except EngineNotFoundError as error:
        failures.append(error)


if __name__ == "__main__":
    sys.exit(main())
