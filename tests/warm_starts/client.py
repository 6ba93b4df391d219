"""The command that is started: asks a server for a process, and ends when and as that process ends.

Imports only built-in modules, and runs without site packages: `socket`, `json` and `typing` would double the
time that it takes to start.
"""

import _signal  # type: ignore[import-not-found]
import _socket
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def run(server: str, arguments: list[str]) -> "NoReturn":
    """Have the server at this Unix socket start a process, and end as it ends.

    The process gets SIGTERM if this one gets it, or ends first.
    """
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # end without a traceback
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    connection.connect(server)
    environment = [f"{name}={value}" for name, value in os.environ.items()]
    directory = os.getcwd()  # noqa: PTH109  # pathlib takes longer to import than all else here
    message = os.fsencode("\0".join([str(len(arguments)), *arguments, directory, *environment]))
    streams = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
    rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)]
    connection.sendmsg([len(message).to_bytes(8, "big")], rights)
    connection.sendall(message)
    _signal.signal(_signal.SIGTERM, lambda *_: connection.shutdown(_socket.SHUT_WR))
    answer = connection.recv(2)
    status = int.from_bytes(answer, "big", signed=True) if answer else 1
    if status < 0:
        _signal.signal(_signal.SIGTERM, _signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2:])
