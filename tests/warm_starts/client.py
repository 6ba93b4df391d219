"""The command that is started: asks a server for a process, and ends when and as that process ends.

Imports only the standard library, and runs without site packages: it has to start fast.
"""

import json
import os
import signal
import socket
import sys
from typing import NoReturn


def run(server: str, arguments: list[str]) -> NoReturn:
    """Have the server at this Unix socket start a process, and end as it ends.

    The process gets SIGTERM if this one gets it, or ends first.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # end without a traceback
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(server)
        directory = os.getcwd()  # noqa: PTH109  # pathlib takes longer to import than all else here
        request = {"arguments": arguments, "environment": dict(os.environ), "directory": directory}
        message = json.dumps(request).encode()
        socket.send_fds(connection, [len(message).to_bytes(8)], [0, 1, 2])
        connection.sendall(message)
        signal.signal(signal.SIGTERM, lambda *_: connection.shutdown(socket.SHUT_WR))
        answer = connection.recv(2)
    status = int.from_bytes(answer, signed=True) if answer else 1
    if status < 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2:])
