"""Exports the stacks of a backend, several at a time. An interrupted export continues where it ended."""

import json
import os
import subprocess
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from encrypted_tables.audit.findings import StateReport
from encrypted_tables.engine import child
from encrypted_tables.engine.find import Engine
from encrypted_tables.engine.remedies import with_remedy
from encrypted_tables.errors import UserError
from encrypted_tables.private_file import create_private


@dataclass(frozen=True)
class Shard:
    """One of `count` parts of all stacks; `number` begins at 1."""

    number: int = 1
    count: int = 1

    def has(self, project: str, stack: str) -> bool:
        """Whether the stack is in this part. New stacks move no other stack to another part."""
        return zlib.crc32(f"{project}/{stack}".encode()) % self.count == self.number - 1

    def has_resource(self, urn: str) -> bool:
        """Whether the resource's stack is in this part."""
        scheme, project, *_ = [*urn.split("::"), ""]
        return self.has(project, scheme.rpartition(":")[2])


@dataclass(frozen=True)
class StackInBackend:
    """A stack as `pulumi stack ls` lists it."""

    name: str
    """With organisation and project: `organization/orders/prod`."""
    updated: datetime | None
    """When it was last updated; None if it never was, or if the backend does not say."""

    @property
    def project(self) -> str:
        """Its project."""
        return self.name.split("/")[-2]

    @property
    def stack(self) -> str:
        """Its name within the project."""
        return self.name.split("/")[-1]


@dataclass(frozen=True)
class Backend:
    """A backend: a directory (`file://`), a bucket (`s3://`) or Pulumi Cloud (`https://`)."""

    url: str
    engine: Engine

    def stacks(self) -> list[StackInBackend]:
        """All stacks of the backend that the caller can read, by name.

        Raises:
            UserError: they cannot be listed.
        """
        done = self._run("stack", "ls", "--all", "--json", "--fully-qualify-stack-names")
        if done.returncode:
            raise UserError(f"the stacks of {self.url} cannot be listed:\n{with_remedy(done.stderr.strip())}")
        found = [_listed(one) for one in json.loads(done.stdout)]
        if unknown := [one.name for one in found if one.name.count("/") < 2]:
            raise UserError(
                f"{self.url} does not state the project of {unknown[0]}: its stacks have an old format "
                "without projects."
            )
        return sorted(found, key=lambda one: one.name)

    def exported(
        self, stacks: Iterable[StackInBackend], directory: Path, done: Callable[[], object]
    ) -> list[Path | StateReport]:
        """The file of each stack's state in the directory, or the report of why there is none.

        A file that is newer than the stack's last update is kept. It calls `done` after each stack.
        """
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

        def export(one: StackInBackend) -> Path | StateReport:
            try:
                return self._export(one, directory / f"{one.name}.json")
            finally:
                done()

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(export, stacks))

    def _export(self, stack: StackInBackend, file: Path) -> Path | StateReport:
        if stack.updated and file.exists() and file.stat().st_mtime > stack.updated.timestamp():
            return file
        began = time.time()
        done = self._run("stack", "export", "--stack", stack.name)
        if done.returncode:
            return StateReport(file, error=f"{stack.name} cannot be exported: {done.stderr.strip()}")
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with create_private(unfinished) as opened:
            opened.write(done.stdout)
        os.utime(unfinished, (began, began))  # an update since then makes the file old
        unfinished.replace(file)
        return file

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **self.engine.environment(),
            "PULUMI_BACKEND_URL": self.url,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        return child.run([str(self.engine.pulumi), *arguments, "--non-interactive"], Path.cwd(), environment)


def _listed(stack: Mapping[str, object]) -> StackInBackend:
    updated = stack.get("lastUpdate")
    return StackInBackend(
        str(stack["name"]), datetime.fromisoformat(updated) if isinstance(updated, str) else None
    )
