"""The command that the engine starts: asks a server for a process, and ends when that process ends.

Imports only the standard library, and runs without site packages: it has to start fast.
"""

import json
import os
import signal
import socket
import sys
from typing import NoReturn


def run(server: str, arguments: list[str]) -> NoReturn:
    """Have the server at this Unix socket start a process, and exit with its exit status.

    The process gets SIGTERM if this one ends first.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # end without a traceback
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(server)
        directory = os.getcwd()  # noqa: PTH109  # pathlib takes longer to import than all else here
        request = {"arguments": arguments, "environment": dict(os.environ), "directory": directory}
        message = json.dumps(request).encode()
        socket.send_fds(connection, [len(message).to_bytes(8)], [0, 1, 2])
        connection.sendall(message)
        status = connection.recv(1)
    sys.exit(status[0] if status else 1)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2:])
