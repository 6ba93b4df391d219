"""Starts, monitors and ends the emulator's process."""

import json
import math
import os
import re
import selectors
import subprocess
import tempfile
import threading
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from .interpreter import DIRECTORY, EMULATOR_PYTHON, PACKAGE
from .run_file import Run

ACCOUNT_ID = "111122223333"
LAST_PORT = 65_535
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
START_SECONDS = 60.0
STOP_SECONDS = 10.0
LOG_TAIL_CHARACTERS = 2_000


class LocalAwsError(Exception):
    """The local AWS could not be started, or has ended."""


@dataclass(frozen=True)
class Settings:
    """The emulator's settings; `repr` leaves out the secrets.

    Raises:
        LocalAwsError: a port, Region or time is invalid.
    """

    run: Run
    region: str
    state_dir: str | None
    table_key_cache_seconds: float
    encryption_change_seconds: float
    iam_propagation_seconds: float
    dynamodb_hosts: int = 1
    seed: int | None = None
    stopped_at: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.run.port <= LAST_PORT:
            raise LocalAwsError(f"port {self.run.port}: expected 1 to {LAST_PORT}, or 0 for a free one")
        if not REGION.fullmatch(self.region):
            raise LocalAwsError(f"region {self.region!r}: expected a Region such as 'us-east-1'")
        for name in ("table_key_cache_seconds", "encryption_change_seconds", "iam_propagation_seconds"):
            seconds = getattr(self, name)
            if not 0 <= seconds < math.inf:
                raise LocalAwsError(f"{name} {seconds}: expected 0 or more seconds")
        if self.dynamodb_hosts < 1:
            raise LocalAwsError(f"dynamodb_hosts {self.dynamodb_hosts}: expected 1 or more")
        if self.seed is not None and self.state_dir is not None:
            raise LocalAwsError(
                f"seed {self.seed}: not with a state_dir, because a later start would repeat ids"
            )

    def line(self) -> bytes:
        """The settings as the line that the emulator reads."""
        values = asdict(self)
        run = values.pop("run")
        return json.dumps({**run, **values, "account_id": ACCOUNT_ID}).encode() + b"\n"


class EmulatorProcess:
    """A running emulator, which serves on `port` of 127.0.0.1.

    Its standard input stays open until this process ends, in whatever way. Then it closes, and the emulator
    ends too.

    Attributes:
        command: starts the emulator.

    Raises:
        LocalAwsError: it did not start; the message says why and what to do.
    """

    command: ClassVar[tuple[str, ...]] = (str(EMULATOR_PYTHON), "-m", PACKAGE)

    def __init__(self, settings: Settings) -> None:
        if not EMULATOR_PYTHON.exists():
            raise LocalAwsError(f"{EMULATOR_PYTHON} is missing: run `make setup`")
        self._stopping = threading.Lock()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the emulator writes to it
        self._process = subprocess.Popen(
            self.command,
            cwd=DIRECTORY,
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,  # Ctrl-C must not reach it: its user may need it to clean up
        )
        try:
            ready = self._hand_over(settings)
        except BaseException:
            self._process.kill()
            self.stop()
            raise
        self.port: int = ready["port"]
        self.pid: int = ready["pid"]

    def check(self) -> None:
        """Raise an error if it no longer runs.

        Raises:
            LocalAwsError: it has ended; the message says how.
        """
        status = self._process.poll()
        if status is not None:
            how = f"was killed by signal {-status}" if status < 0 else f"ended with exit status {status}"
            raise LocalAwsError(
                f"the local AWS at http://127.0.0.1:{self.port} {how}: start it again{self._last_words()}"
            )

    def stop(self) -> None:
        """End it, if it still runs."""
        with self._stopping:
            if self._process.poll() is None:
                self._process.terminate()
                try:
                    self._process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()

    def log(self) -> str:
        """The last lines of its log: warnings and errors, without secrets."""
        size = os.fstat(self._log.fileno()).st_size
        start_at = max(0, size - LOG_TAIL_CHARACTERS)
        # without moving the emulator's write position
        return os.pread(self._log.fileno(), LOG_TAIL_CHARACTERS, start_at).decode(errors="replace").strip()

    def _last_words(self) -> str:
        log = self.log()
        return f"\nThe end of its log:\n{log}" if log else ""

    def _hand_over(self, settings: Settings) -> dict[str, Any]:
        """Send the settings and wait for the emulator's answer."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None  # noqa: S101  # Popen was given pipes
        assert stdout is not None  # noqa: S101
        try:
            stdin.write(settings.line())
            stdin.flush()
        except BrokenPipeError:
            pass  # it ended immediately; its log says why
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            if not selector.select(START_SECONDS):
                waited = f"the local AWS was not ready within {START_SECONDS:g} s"
                raise LocalAwsError(waited + self._last_words())
        line = stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {}
        if "port" not in answer:
            self._process.wait()
            why = answer.get("error") or "it ended"
            raise LocalAwsError(f"the local AWS did not start: {why}{self._last_words()}")
        return answer
