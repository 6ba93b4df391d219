"""`python -m local_aws.emulator`: settings come in on standard input, one line of JSON goes out.

The line is `{"port": …, "pid": …}` once the emulator serves, or `{"error": …}` if it refuses to run.
"""

import asyncio
import json
import os
import sys

from local_aws.emulator.settings import Settings


def main() -> int:
    """Run the emulator; its exit status."""
    settings = Settings.read(sys.stdin.readline())
    os.umask(0o077)
    os.environ.clear()
    os.environ.update(settings.environment())
    from local_aws.emulator.ministack_adapter import MinistackChangedError  # noqa: PLC0415  # after the environment is set

    try:
        return _serve(settings)
    except (MinistackChangedError, OSError) as error:
        return _refuse(str(error))


def _serve(settings: Settings) -> int:
    from local_aws.emulator.canary import EnforcementOffError  # noqa: PLC0415
    from local_aws.emulator.server import PortBusyError, run  # noqa: PLC0415
    from local_aws.emulator.state import StateError  # noqa: PLC0415

    try:
        asyncio.run(run(settings))
    except (EnforcementOffError, PortBusyError, StateError) as error:
        return _refuse(str(error))
    return 0


def _refuse(why: str) -> int:
    print(json.dumps({"error": why}), flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
