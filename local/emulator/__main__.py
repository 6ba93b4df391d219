"""The emulator's process: reads its settings from standard input, prints one line of JSON.

The line is `{"port": …, "pid": …}` once the emulator serves, or `{"error": …}` if it does not start.
ministack reads the environment when it is imported, so modules that import it are imported late.
"""

import asyncio
import json
import os
import sys

from .refusal import RefusalError
from .settings import Settings


def main() -> int:
    """Run the emulator and return its exit status."""
    settings = Settings.read(sys.stdin.readline())
    os.umask(0o077)
    os.environ.clear()
    os.environ.update(settings.environment())
    return serve_or_refuse(settings)


def serve_or_refuse(settings: Settings) -> int:
    """Serve until stopped and return 0; print why it cannot serve and return 1."""
    try:
        from .server.serve import run  # noqa: PLC0415

        asyncio.run(run(settings))
    except (RefusalError, OSError) as error:
        return _refuse(str(error))
    return 0


def _refuse(why: str) -> int:
    print(json.dumps({"error": why}), flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
