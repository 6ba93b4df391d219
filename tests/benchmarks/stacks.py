"""The measured programs, as stacks of a local run."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from encrypted_tables.engine.stack import Result, Stack
from local.local_run import ROOT, LocalRun

PROGRAMS = Path(__file__).parent / "programs"
BESIDE = (ROOT / "components", ROOT / "venv", PROGRAMS / "resources.py")


def program(run: LocalRun, name: str, tables: int, **environment: str) -> Stack:
    """A new stack of the program with that many tables, in a project of its own."""
    project = run.project(PROGRAMS / name)
    for needed in BESIDE:
        (project / needed.name).symlink_to(needed)
    stack = run.stack(project.name, project)
    return replace(stack, environment={**stack.environment, "TABLES": str(tables), **environment})


def previewer(stack: Stack, *flags: str) -> Callable[[], Result]:
    """A function that previews the stack, and raises if the preview fails."""
    return lambda: stack.preview(*flags).checked()


def planned(result: Result) -> Mapping[tuple[str, str], Mapping[str, object]]:
    """The inputs of the AWS resources in a preview, by type and name, without the random ids of keys."""
    metadata = [
        event["resourcePreEvent"]["metadata"] for event in result.events if "resourcePreEvent" in event
    ]
    return {
        (one["type"], one["urn"].rpartition("::")[2]): _without_unknown(one["new"]["inputs"])
        for one in metadata
        if one["type"].startswith("aws:")
    }


def _without_unknown(inputs: Mapping[str, object]) -> Mapping[str, object]:
    unknown = ("__defaults", "targetKeyId", "serverSideEncryption")
    return {name: value for name, value in inputs.items() if name not in unknown}
