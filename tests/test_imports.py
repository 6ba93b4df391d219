"""Which package may import which, as in docs/architecture.md."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.local_run import ROOT

OWN = {"components", "config", "first_table", "encrypted_tables", "local", "policies", "tests"}
MAY_IMPORT = {
    "components": {"components"},
    "config.py": {"components", "first_table"},
    "first_table.py": {"components"},
    "__main__.py": {"components", "config"},
    "policy-pack": {"policies"},
    "encrypted_tables": {"encrypted_tables"},
    "encrypted_tables/iam": {"encrypted_tables.iam"},
    "local": {"local", "encrypted_tables"},
    "local/emulator": {"local.emulator"},
}


def imports(place: str) -> Iterator[tuple[Path, str]]:
    """Each module that the Python files of a package import."""
    package = ROOT / place
    for file in [package] if package.is_file() else sorted(package.rglob("*.py")):
        if "venv" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((file, one.name) for one in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield file, imported(file, node)


def imported(file: Path, node: ast.ImportFrom) -> str:
    """The whole name of the module that a statement names, which may be relative."""
    above = file.relative_to(ROOT).parts[: -node.level] if node.level else ()
    return ".".join([*above, *([node.module] if node.module else [])])


@pytest.mark.parametrize("place", MAY_IMPORT)
def test_a_package_imports_only_what_it_may(place: str) -> None:
    allowed = MAY_IMPORT[place]
    found = [(str(file.relative_to(ROOT)), name) for file, name in imports(place)]
    own = [(file, name) for file, name in found if name.partition(".")[0] in OWN]

    assert found != []
    assert [
        one for one in own if not any(f"{one[1]}.".startswith(f"{package}.") for package in allowed)
    ] == []


def test_the_iam_package_imports_only_the_standard_library() -> None:
    others = {name.partition(".")[0] for _, name in imports("encrypted_tables/iam")} - {"encrypted_tables"}

    assert others - set(sys.stdlib_module_names) == set()
