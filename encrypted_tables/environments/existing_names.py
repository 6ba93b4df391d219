"""The environments of a project, from its config files. Uses only the standard library, without a YAML
parser, because workflows list environments before they install anything.
"""

import re
from pathlib import Path

NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_PROJECT = re.compile(r"""^(?:\{\s*)?["']?name["']?:\s+["']?([\w.-]+)""", re.MULTILINE)
_FIRST_SETTING = re.compile(r"^config:[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*( +)\S", re.MULTILINE)


def names(project: Path, *, is_lasting: bool = False) -> list[str]:
    """The environments of a project: the stacks that have a config file.

    Args:
        project: its directory.
        is_lasting: omit ephemeral environments (default: return all).
    """
    files = {
        file.name.removeprefix("Pulumi.").removesuffix(".yaml"): file
        for file in project.glob("Pulumi.*.yaml")
    }
    return sorted(
        name
        for name, file in files.items()
        if NAME.fullmatch(name) and not (is_lasting and _is_ephemeral(file))
    )


def _is_ephemeral(file: Path) -> bool:
    """Whether the config sets the stack's `ephemeral`, with or without the project's name before it."""
    text = file.read_text(encoding="utf-8")
    project = _PROJECT.search(file.with_name("Pulumi.yaml").read_text(encoding="utf-8"))
    first = _FIRST_SETTING.search(text)
    if not project or not first:
        return False
    setting = (
        rf"""^{first[1]}["']?(?:{re.escape(project[1])}:)?ephemeral["']?: +["']?[Tt]rue["']?\s*(#.*)?$"""
    )
    return re.search(setting, text, re.MULTILINE) is not None
