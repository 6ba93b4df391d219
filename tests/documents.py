"""Reads the code blocks of documents, and runs them in a checkout like a reader."""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from encrypted_tables.engine.cache import cache_directory
from local.local_run import ROOT, LocalRun
from local.process import Credentials
from local.stack_encryption import encryption_of

DOCS = ROOT / "docs"
UNCOMPILED = {"PIP_NO_COMPILE": "1"}
"""Skip compilation, which takes half of the installation time; few of the modules are used."""


def blocks(document: str, language: str) -> list[str]:
    """The code blocks of a language in a document."""
    text = (DOCS / document).read_text()
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", text, re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE).strip() for indent, code in found]


NOT_RUN = re.compile(r"^ *<!-- Not run by a test.*: .+ -->\n *```sh\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


def runnable_blocks(document: str) -> list[str]:
    """The `sh` blocks of a document without those that are marked as not run, which need a service."""
    marked = {block.strip() for block in NOT_RUN.findall((DOCS / document).read_text())}
    return [block for block in blocks(document, "sh") if block not in marked]


@dataclass
class Checkout:
    """A copy of the project, and a shell in it whose `pulumi` and `python` are this project's."""

    run: LocalRun
    directory: Path
    path: tuple[Path, ...] = ()
    """Directories of further programs."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Further environment variables."""

    def shell(self, command: str, credentials: Credentials | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command as a reader would."""
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self.directory,
            env={
                **(environment := self.run.environment(credentials)),
                "PATH": os.pathsep.join([*map(str, self.path), environment["PATH"]]),
                **self.variables,
                **UNCOMPILED,
                "XDG_CACHE_HOME": str(cache_directory().parent),
                "GIT_AUTHOR_NAME": "reader",
                "GIT_AUTHOR_EMAIL": "reader@example.com",
                "GIT_COMMITTER_NAME": "reader",
                "GIT_COMMITTER_EMAIL": "reader@example.com",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def write_config(self, stack: str, config: str) -> None:
        """Replace the config of a stack, like a user with an editor; its encryption settings are kept."""
        file = self.directory / f"Pulumi.{stack}.yaml"
        file.write_text(encryption_of(file.read_text()) + config + "\n")


def project_checkout(run: LocalRun) -> Checkout:
    """This project, with separate config files."""
    return Checkout(run, run.project())
