"""The environments of a project, from its config files. Standard library only, without a YAML parser:
workflows list environments before they install anything.
"""

import re
from pathlib import Path

NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_EPHEMERAL = re.compile(
    r"""^ +["']?encrypted-tables:ephemeral["']?: +["']?[Tt]rue["']?\s*(#.*)?$""", re.MULTILINE
)


def names(project: Path, *, is_lasting: bool = False) -> list[str]:
    """The environments of a project: the stacks that have a config file.

    Args:
        project: its directory.
        is_lasting: leave out ephemeral environments (default: return all).
    """
    files = {
        file.name.removeprefix("Pulumi.").removesuffix(".yaml"): file
        for file in project.glob("Pulumi.*.yaml")
    }
    return sorted(
        name
        for name, file in files.items()
        if NAME.fullmatch(name) and not (is_lasting and _EPHEMERAL.search(file.read_text(encoding="utf-8")))
    )
