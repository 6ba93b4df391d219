"""`encrypted-tables-policies DIRECTORY`: copies the installed pack to a directory where the engine can run
it.

The engine runs a pack from a directory whose PulumiPolicy.yaml names a virtual environment. The copy names
the environment of this wheel, so that nothing else has to be installed.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

PACK = Path(__file__).resolve().parent
PARTS = (
    "PulumiPolicy.yaml",
    "__main__.py",
    "catalogue.py",
    "check_config.py",
    "evaluate.py",
    "requirements.txt",
    "policies",
    "config",
)
OWN_ENVIRONMENT = "virtualenv: venv\n"


def lay_down(directory: Path, environment: Path) -> None:
    """Copy the installed pack.

    Args:
        directory: the new directory; it must not exist.
        environment: the virtual environment that runs it.

    Raises:
        FileExistsError: the directory exists.
    """
    directory.mkdir(parents=True)
    for part in PARTS:
        source = PACK / part
        if source.is_dir():
            shutil.copytree(source, directory / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, directory)
    project = directory / "PulumiPolicy.yaml"
    stated = project.read_text(encoding="utf-8")
    named = f"virtualenv: {json.dumps(str(environment))}\n"
    project.write_text(stated.replace(OWN_ENVIRONMENT, named), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Copy the pack to the directory in the arguments."""
    parser = argparse.ArgumentParser(
        prog="encrypted-tables-policies",
        description="Copy the policy pack to a directory for `pulumi --policy-pack`.",
    )
    parser.add_argument("directory", type=Path, help="the new directory; it must not exist")
    directory = parser.parse_args(arguments).directory
    try:
        lay_down(directory, Path(sys.prefix))
    except FileExistsError:
        print(f"{directory} exists. Choose a directory that does not exist, or remove it.", file=sys.stderr)
        return 2
    print(directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
