"""The command `encrypted-tables-local`: a local AWS for the tests of any program, in any language."""

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .client.emulator_process import LocalAwsError
from .client.process import LocalAws, running

TOKEN = "ENCRYPTED_TABLES_LOCAL_TOKEN"  # noqa: S105  # a variable's name
ANSWER_SECONDS = 10.0


def main() -> int:
    """Run the command line; 1 after an error, else 0 or the exit status of the command that was run."""
    arguments = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        status: int = arguments.act(arguments)
    except LocalAwsError as error:
        print(error, file=sys.stderr)
        return 1
    return status


def _run(arguments: argparse.Namespace) -> int:
    """Run a command with the AWS_* variables of a new local AWS."""
    with running(**_settings(arguments)) as aws:
        try:
            with _ctrl_c_left_to_child():
                command = subprocess.Popen(arguments.command, env={**os.environ, **_variables(aws)})
                status = command.wait()
        except OSError as error:
            raise LocalAwsError(f"{arguments.command[0]}: {error.strerror}") from error
    return status if status >= 0 else 128 - status


def _serve(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; the file has the AWS_* variables as long as it serves."""
    file: Path = arguments.variables
    with running(**_settings(arguments)) as aws:
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in _variables(aws).items()]
        with _private(file, "".join(lines)):
            print(f"ready at {aws.endpoint_url}; `. {file}` points a shell at it", flush=True)
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                return 0
    return 0


def _show(arguments: argparse.Namespace) -> int:
    """Print what the local AWS of the environment answers: its health or its state."""
    print(json.dumps(_asked(arguments.what), indent=2))
    return 0


def _asked(what: str) -> Any:  # noqa: ANN401  # JSON
    try:
        url, token = os.environ["AWS_ENDPOINT_URL"], os.environ[TOKEN]
    except KeyError as missing:
        raise LocalAwsError(f"{missing.args[0]} is not set: source the file of `serve` first") from missing
    request = urllib.request.Request(f"{url}/_local_aws/{what}", headers={"Authorization": f"Bearer {token}"})  # noqa: S310  # of this tool
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=ANSWER_SECONDS) as answer:
            return json.load(answer)
    except (urllib.error.URLError, TimeoutError) as error:
        raise LocalAwsError(f"the local AWS at {url} does not answer: {error}") from error


@contextmanager
def _private(file: Path, text: str) -> Iterator[None]:
    """A file of mode 0600, for the length of the block."""
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise LocalAwsError(f"{file} cannot be created: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(text)
        yield
    finally:
        file.unlink(missing_ok=True)


@contextmanager
def _ctrl_c_left_to_child() -> Iterator[None]:
    """Ctrl-C reaches the whole terminal: the command decides what it means."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _variables(aws: LocalAws) -> Mapping[str, str]:
    return {**aws.environment(), TOKEN: aws.control_token}


def _settings(arguments: argparse.Namespace) -> Mapping[str, Any]:
    return {name: value for name, value in vars(arguments).items() if name in _SETTINGS}


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


_SETTINGS: Mapping[str, tuple[Any, str]] = {
    "port": (int, "the port on 127.0.0.1 (default: a free one)"),
    "region": (str, "its Region; clients may use others (default: us-east-1)"),
    "state_dir": (Path, "keep its state in this directory (default: in memory only)"),
    "seed": (int, "make ids repeatable"),
    "stopped_at": (_time, "stop the clock at this time, such as 2030-01-01T00:00:00Z"),
    "table_key_cache_seconds": (float, "how long DynamoDB caches a table's key (default: 0)"),
    "dynamodb_hosts": (int, "the number of hosts, each with a separate cache (default: 1)"),
    "encryption_change_seconds": (float, "how long a table's key change takes (default: 0)"),
    "iam_propagation_seconds": (float, "how long KMS does not know a new user or role (default: 0)"),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="encrypted-tables-local", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run a command with a local AWS of its own")
    serve = commands.add_parser("serve", help="serve a local AWS until Ctrl-C")
    for command in (run, serve):
        for name, (kind, description) in _SETTINGS.items():
            option = f"--{name.replace('_', '-')}"
            command.add_argument(option, type=kind, default=argparse.SUPPRESS, help=description)
    run.add_argument("command", nargs="+", help="the command and its arguments, after `--`")
    run.set_defaults(act=_run)
    serve.add_argument("variables", type=Path, help="a new file for the AWS_* variables, mode 0600")
    serve.set_defaults(act=_serve)
    for what in ("health", "state"):
        shown = commands.add_parser(what, help=f"print the {what} of the local AWS of this shell, as JSON")
        shown.set_defaults(act=_show, what=what)
    return parser
