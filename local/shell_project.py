"""The project that a shell works in, and what the shell leaves in its config files."""

import difflib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from encrypted_tables.engine.stack import Stack
from encrypted_tables.terminal import say
from local.local_run import LocalRun
from local.stack_encryption import encryption_of, has_secrets, with_encryption, without_encryption

STACK = "dev"
CONFIG = f"Pulumi.{STACK}.yaml"
MARK = "# of a local shell, which removes this line"


@contextmanager
def stack_of(project: Path, run: LocalRun) -> Iterator[Stack]:
    """The stack `dev` of the project, with its config file as it is; in a copy if another one encrypts it."""
    config = project / CONFIG
    text = _without_leftovers(config)
    if encryption_of(text):
        with _in_copy(project, run) as stack:
            yield stack
    else:
        with _encryption_removed(project):
            yield _in_place(project, run, text)


def _in_place(project: Path, run: LocalRun, config: str) -> Stack:
    """Create the stack beside the project, and add to its config the one line that the engine needs."""
    aside = run.directory / "stack"
    aside.mkdir()
    (aside / "Pulumi.yaml").write_bytes((project / "Pulumi.yaml").read_bytes())
    stack = run.stack(STACK, aside)
    salt = encryption_of((aside / CONFIG).read_text(encoding="utf-8")).rstrip("\n")
    (project / CONFIG).write_text(with_encryption(config, f"{salt}  {MARK}\n"), encoding="utf-8")
    return replace(stack, project=project)


def _without_leftovers(config: Path) -> str:
    """The text of the config file, without the line of a shell that was killed; empty if there is no file."""
    text = config.read_text(encoding="utf-8") if config.exists() else ""
    return without_encryption(text) if MARK in encryption_of(text) else text


@contextmanager
def _encryption_removed(project: Path) -> Iterator[None]:
    """Remove, at the end, the encryption that this run added to config files: its passphrase is not kept."""
    encrypted = {file for file in _configs(project) if encryption_of(_without_leftovers(file))}
    try:
        yield
    finally:
        for file in _configs(project) - encrypted:
            _remove_encryption(file)


def _configs(project: Path) -> set[Path]:
    return set(project.glob("Pulumi.*.yaml"))


def _remove_encryption(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    if not encryption_of(text):
        return
    if has_secrets(text):
        say(f"{file.name} has secrets that only this shell could decrypt: set them again.")
    plain = without_encryption(text)
    if plain.strip():
        file.write_text(plain, encoding="utf-8")
    else:
        file.unlink()


@contextmanager
def _in_copy(project: Path, run: LocalRun) -> Iterator[Stack]:
    """A copy of the project without the encryption of its config, which the local run has no key for."""
    copy = run.project(project)
    before = (copy / CONFIG).read_text(encoding="utf-8")
    say(
        f"{project / CONFIG} is encrypted for another backend, so this shell works in a copy: {copy}\n"
        f"Edit {CONFIG} there. At the end, you are asked whether to copy your changes back."
    )
    try:
        yield run.stack(STACK, copy)
    finally:
        _offer(project / CONFIG, before, without_encryption((copy / CONFIG).read_text(encoding="utf-8")))


def _offer(config: Path, before: str, after: str) -> None:
    """Show the changes of a copied config, and take them over if the user says so."""
    if after == before:
        return
    changes = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), n=1)
    say(f"Changed in the copy of {config.name}:\n{''.join(changes)}")
    if not sys.stdin.isatty():
        say("Not copied back: there is no terminal to ask at.")
    elif input(f"Copy these changes to {config}? [y/N] ").strip().lower() == "y":
        encryption = encryption_of(config.read_text(encoding="utf-8"))
        config.write_text(with_encryption(after, encryption), encoding="utf-8")
