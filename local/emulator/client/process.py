"""Starts, calls and stops the local AWS process.

It listens only on 127.0.0.1. Each run has random access keys, passed on the child's standard input, so that
they appear in no argument list, environment or file (except the file of a `state_dir`, mode 0600). It ends
with the process that started it.
"""

import http.client
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, ParamSpec

import botocore.session
from botocore.config import Config

from .emulator_process import ACCOUNT_ID, EmulatorProcess, LocalAwsError, Settings
from .run_file import Credentials, Run, RunFileError

CONTROL_SECONDS = 60.0
P = ParamSpec("P")


class LocalAws:
    """A running local AWS."""

    account_id: str = ACCOUNT_ID

    def __init__(self, process: EmulatorProcess, run: Run, region: str) -> None:
        self._process = process
        self._run = run
        self._creating = threading.Lock()
        self._session = isolated_session()
        self._clients: dict[tuple[str, Credentials, str], Any] = {}
        self.region = region
        self.pid = process.pid
        self.endpoint_url = f"http://127.0.0.1:{run.port}"
        self.root = run.root
        self.owner = run.owner
        self.control_token = run.control_token

    def client(self, service: str, credentials: Credentials | None = None, region: str | None = None) -> Any:  # noqa: ANN401  # boto3 makes the client's class at run time
        """A boto3 client for the local AWS: the same one for the same arguments.

        Args:
            service: its name, such as `dynamodb`.
            credentials: the caller's credentials; the `owner`'s when left out.
            region: the Region; the run's when left out.

        Raises:
            LocalAwsError: the local AWS is gone.
        """
        self.check()
        wanted = (service, credentials or self.owner, region or self.region)
        with self._creating:  # a boto3 session must not create two clients at the same time
            if wanted not in self._clients:
                self._clients[wanted] = self._create_client(*wanted)
            return self._clients[wanted]

    def _create_client(self, service: str, key: Credentials, region: str) -> Any:  # noqa: ANN401  # as above
        return self._session.create_client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=region,
            aws_access_key_id=key.access_key_id,
            aws_secret_access_key=key.secret_access_key,
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    def environment(self, credentials: Credentials | None = None) -> dict[str, str]:
        """The AWS_* variables that direct any AWS client to the local AWS, and away from the user's AWS
        config.

        Args:
            credentials: the caller's credentials; the `owner`'s when left out.
        """
        key = credentials or self.owner
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": key.access_key_id,
            "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }

    def check(self) -> None:
        """Raise an error if the local AWS no longer runs.

        Raises:
            LocalAwsError: it has ended; the message says how.
        """
        self._process.check()

    def open_account(self, account_id: str) -> Credentials:
        """The credentials of the root user of another account in this local AWS, for cross-account access.

        Args:
            account_id: 12 digits.
        """
        return Credentials(**self._control("POST", "accounts", {"account_id": account_id}))

    def let_pass(self, seconds: float) -> None:
        """Advance the clock of the local AWS.

        Args:
            seconds: by how much. Ends the delays `table_key_cache_seconds`, `encryption_change_seconds` and
                `iam_propagation_seconds` that are over by then, and moves the 24 hours in which key changes
                of a table are counted.
        """
        self._control("POST", "time", {"seconds": seconds})

    def inject_fault(
        self, action: str, effect: str, *, calls: int = 1, skip: int = 0, seconds: float = 0
    ) -> None:
        """Make calls fail, for tests.

        Args:
            action: an IAM action, which may have wildcards, such as `dynamodb:UpdateTable` or `kms:*`.
            effect: `throttle`; `error` (internal error, status 500); `close` or `close-after`: close the
                connection before or after the call has its effect, without an answer; `kill` or `kill-after`:
                end the local AWS at these moments, as `kill -9` does; `delay` by `seconds`, which `let_pass`
                shortens.
            calls: how many calls fail; one when left out.
            skip: how many matching calls succeed first; none when left out.
            seconds: the length of a `delay`.
        """
        fault = {"action": action, "effect": effect, "calls": calls, "skip": skip, "seconds": seconds}
        self._control("POST", "faults", fault)

    def delayed_calls(self) -> int:
        """How many calls a `delay` is holding. A call that continues still counts until it has had its
        effect.
        """
        return int(self._control("GET", "delayed-calls", {})["count"])

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._control("DELETE", "faults", {})

    def state(self) -> dict[str, Any]:
        """The whole state by service, without secrets, for people to read. Its format is not fixed."""
        return self._control("GET", "state", {})

    def _control(self, method: str, what: str, request: Mapping[str, Any]) -> dict[str, Any]:
        self.check()
        connection = http.client.HTTPConnection(
            self.endpoint_url.removeprefix("http://"), timeout=CONTROL_SECONDS
        )
        headers = {"Authorization": f"Bearer {self._run.control_token}"}
        try:
            connection.request(method, f"/_local_aws/{what}", json.dumps(request), headers)
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        except OSError as error:
            self.check()
            raise LocalAwsError(f"the local AWS at {self.endpoint_url} does not answer: {error}") from error
        finally:
            connection.close()
        if response.status != 200:
            raise LocalAwsError(f"the local AWS refused {what}: {answer['message']}")
        return answer

    def stop(self) -> None:
        """End the local AWS, if it still runs."""
        self._process.stop()

    def log(self) -> str:
        """The end of the emulator's log: warnings and errors, without secrets."""
        return self._process.log()


def start(
    *,
    region: str = "us-east-1",
    state_dir: Path | None = None,
    table_key_cache_seconds: float = 0,
    encryption_change_seconds: float = 0,
    iam_propagation_seconds: float = 0,
    dynamodb_hosts: int = 1,
    port: int = 0,
    seed: int | None = None,
    stopped_at: datetime | None = None,
) -> LocalAws:
    """Start a local AWS and wait until it is ready.

    Args:
        region: its default Region; clients may use others.
        state_dir: where to keep its state and access keys, in files of mode 0600. A later start with the same
            directory continues on the same port with the same keys, even after `kill -9`. Only in memory when
            left out.
        table_key_cache_seconds: how long DynamoDB caches a table key after the key policy has changed. AWS:
            about 300. 0 when left out.
        encryption_change_seconds: how long a key change of a table takes. AWS: 8 to 22. 0 when left out.
        iam_propagation_seconds: how long KMS does not know a new user or role. AWS: some seconds. 0 when left
            out.
        dynamodb_hosts: the number of DynamoDB hosts, each with its own cache of table keys. New connections
            reach them in turn. AWS: many. 1 when left out.
        port: the port on 127.0.0.1. When left out, the port of the earlier run with this `state_dir`, or a
            free one.
        seed: makes ids repeatable: the same calls in the same order get the same ids. Not with a `state_dir`.
            Random ids when left out.
        stopped_at: the time that the clock shows; only `let_pass` advances it. This machine's clock when left
            out.

    Raises:
        LocalAwsError: an argument is invalid, or it did not start; the message says why and what to do.
    """
    run = _run_of(state_dir, port)
    settings = Settings(
        run=run,
        region=region,
        state_dir=str(state_dir.resolve()) if state_dir else None,
        table_key_cache_seconds=table_key_cache_seconds,
        encryption_change_seconds=encryption_change_seconds,
        iam_propagation_seconds=iam_propagation_seconds,
        dynamodb_hosts=dynamodb_hosts,
        seed=seed,
        stopped_at=stopped_at.timestamp() if stopped_at else None,
    )
    _keep(run, state_dir)  # before the start, so that its keys are kept whatever happens
    process = EmulatorProcess(settings)
    run = replace(run, port=process.port)
    _keep(run, state_dir)
    return LocalAws(process, run, region)


def _for_a_block(begin: Callable[P, LocalAws]) -> Callable[P, AbstractContextManager[LocalAws]]:
    """A context manager with the arguments of `begin`, which stops the local AWS at its end."""

    @contextmanager
    def running(*arguments: P.args, **options: P.kwargs) -> Iterator[LocalAws]:
        local_aws = begin(*arguments, **options)
        try:
            yield local_aws
        finally:
            local_aws.stop()

    return running


running = _for_a_block(start)
"""A local AWS that runs until the end of the block. Arguments and errors as for `start`."""


def isolated_session() -> botocore.session.Session:
    """A boto3 session that ignores the user's AWS config, credentials and profiles."""
    nothing = (None, None, None, None)
    no_file = (None, None, os.devnull, None)
    return botocore.session.Session(
        session_vars={"profile": nothing, "config_file": no_file, "credentials_file": no_file}
    )


def _run_of(state_dir: Path | None, port: int) -> Run:
    """The run to start: the directory's earlier run, or a new one."""
    if state_dir is None:
        return Run.new(port)
    try:
        return Run.of(state_dir, port)
    except RunFileError as error:
        raise LocalAwsError(str(error)) from error
    except OSError as error:
        raise _unusable(state_dir, error) from error


def _keep(run: Run, state_dir: Path | None) -> None:
    """Save the run in the directory for a later start."""
    if state_dir is None:
        return
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        run.write(state_dir)
    except OSError as error:
        raise _unusable(state_dir, error) from error


def _unusable(state_dir: Path, error: OSError) -> LocalAwsError:
    return LocalAwsError(f"the state directory {state_dir} cannot be used: {error.strerror}")
