"""`python -m encrypted_tables.environments`: makes an environment from the template, and lists those that there are.

It needs nothing but Python's standard library, so a workflow can ask it before anything is set up.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from encrypted_tables.engine.find import EngineNotFoundError, find_engine

TEMPLATE = Path(__file__).resolve().parent / "template.yaml"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
# Read without a YAML parser: workflows list environments before anything is installed.
_EPHEMERAL = re.compile(
    r"""^ +["']?encrypted-tables:ephemeral["']?: +["']?[Tt]rue["']?\s*(#.*)?$""", re.MULTILINE
)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


class UnmadeError(Exception):
    """An environment cannot be made; the message says why and what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks; 0 when done, 2 when it cannot be done."""
    arguments = _parser().parse_args(argv)
    try:
        if arguments.command == "list":
            found = names(arguments.project, is_lasting=arguments.lasting)
            print(json.dumps(found) if arguments.json else "\n".join(found))
        else:
            file = make(arguments.project, arguments.stack, arguments.region)
            print(f"Wrote {file.name}. Say in it which tables this environment has, and who uses their keys.")
            if not arguments.file_only:
                _init(arguments.project, arguments.stack, arguments.secrets_provider)
                print(f"Made the stack {arguments.stack}. Next: pulumi preview --stack {arguments.stack}")
    except (UnmadeError, EngineNotFoundError) as error:
        print(f"environments: {error}", file=sys.stderr)
        return 2
    return 0


def names(project: Path, *, is_lasting: bool = False) -> list[str]:
    """The environments of a project: the stacks that have a config file.

    Args:
        project: its directory.
        is_lasting: leave out those that say `ephemeral: true`; all are given when left out.
    """
    files = {
        file.name.removeprefix("Pulumi.").removesuffix(".yaml"): file
        for file in project.glob("Pulumi.*.yaml")
    }
    return sorted(
        name
        for name, file in files.items()
        if _NAME.fullmatch(name) and not (is_lasting and _EPHEMERAL.search(file.read_text(encoding="utf-8")))
    )


def make(project: Path, stack: str, region: str) -> Path:
    """Write the environment's config file and return it.

    Raises:
        UnmadeError: the name or Region cannot be one, or the environment is there already.
    """
    if not _NAME.fullmatch(stack):
        raise UnmadeError(
            f"{stack!r} is no name for an environment: "
            "use lower-case letters, digits and hyphens, a letter first"
        )
    if not _REGION.fullmatch(region):
        raise UnmadeError(f"{region!r} is no AWS Region; one is eu-west-1")
    if not (project / "Pulumi.yaml").exists():
        raise UnmadeError(
            f"there is no Pulumi.yaml in {project.resolve()}; run this in the project's directory"
        )
    file = project / f"Pulumi.{stack}.yaml"
    content = TEMPLATE.read_text(encoding="utf-8").replace("«stack»", stack).replace("«region»", region)
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(content)
    except FileExistsError:
        raise UnmadeError(f"{file.name} is there already; edit it, or choose another name") from None
    return file


def _init(project: Path, stack: str, secrets_provider: str | None) -> None:
    engine = find_engine()
    provider = ["--secrets-provider", secrets_provider] if secrets_provider else []
    result = subprocess.run(
        [str(engine.pulumi), "stack", "init", stack, "--non-interactive", "--no-select", *provider],
        cwd=project,
        env=engine.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise UnmadeError(
            f"Pulumi.{stack}.yaml is written, but the stack could not be made:\n{result.stderr.strip()}\n"
            f"Mend that, then run: pulumi stack init {' '.join([stack, *provider])}"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m encrypted_tables.environments", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--project", type=Path, default=Path(), help="its directory; default: this one")
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("new", help="make an environment: its config file and its stack")
    new.add_argument("stack", metavar="NAME")
    new.add_argument(
        "--region", default=os.environ.get("AWS_REGION", "us-east-1"), help="default: AWS_REGION"
    )
    new.add_argument(
        "--secrets-provider",
        metavar="URL",
        help="awskms://alias/...?region=...; the backend's own when left out (a passphrase, or Pulumi Cloud)",
    )
    new.add_argument("--file-only", action="store_true", help="write the file; do not make the stack")
    shown = commands.add_parser("list", help="the environments that there are")
    shown.add_argument("--json", action="store_true")
    shown.add_argument("--lasting", action="store_true", help="leave out those that are ephemeral")
    return parser


if __name__ == "__main__":
    sys.exit(main())
