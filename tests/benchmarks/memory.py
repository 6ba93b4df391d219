"""Measures the peak memory of a run's processes by kind, from Linux's /proc."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
SECONDS_BETWEEN_SAMPLES = 0.25
KINDS = {
    "emulator": "local.emulator",
    "provider": "local.provider",
    "language host": "engine/language_host 127",
    "program": "language-python-exec",
    "engine": "/pulumi ",
}


@dataclass
class Memory:
    """The highest resident memory in MiB: of each kind of process, and of all processes together."""

    peak_by_kind: dict[str, float] = field(default_factory=dict)
    peak_together: float = 0

    def sample(self) -> None:
        """Sample all descendants of this process once."""
        now: dict[str, float] = {}
        for pid in descendants(os.getpid()):
            try:
                kind, resident = kind_of(pid), resident_mib(pid)
            except (FileNotFoundError, ProcessLookupError):  # it ended since it was listed
                continue
            now[kind] = now.get(kind, 0) + resident
        for kind, resident in now.items():
            self.peak_by_kind[kind] = max(self.peak_by_kind.get(kind, 0), resident)
        self.peak_together = max(self.peak_together, sum(now.values()))


@contextmanager
def watched_memory() -> Iterator[Memory]:
    """Sample the memory for the length of the block."""
    memory, ended = Memory(), threading.Event()

    def watch() -> None:
        while not ended.wait(SECONDS_BETWEEN_SAMPLES):
            memory.sample()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield memory
    finally:
        ended.set()
        watcher.join()


def descendants(root: int) -> Iterator[int]:
    """All processes below one."""
    children: dict[int, list[int]] = {}
    for pid, parent in parents().items():
        children.setdefault(parent, []).append(pid)
    pending = children.get(root, [])
    while pending:
        pid = pending.pop()
        yield pid
        pending.extend(children.get(pid, []))


def parents() -> Mapping[int, int]:
    """Each process and its parent."""
    found = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            found[int(entry.name)] = int(fields[1])
    return found


def kind_of(pid: int) -> str:
    """What a process is, by its command line."""
    command = (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return next((kind for kind, part in KINDS.items() if part in command), "other")


def resident_mib(pid: int) -> float:
    """The process's resident memory."""
    pages = int((PROC / str(pid) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
