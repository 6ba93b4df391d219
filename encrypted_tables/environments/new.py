"""Creates an environment: its config file, from the template, and its stack."""

import re
import shlex
from pathlib import Path

from encrypted_tables.engine.find import Engine
from encrypted_tables.engine.project import project_name
from encrypted_tables.engine.remedies import with_remedy
from encrypted_tables.engine.stack import Stack
from encrypted_tables.environments.existing_names import NAME
from encrypted_tables.errors import UserError

_TEMPLATE = Path(__file__).resolve().parent / "template.yaml"
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def write_config(project: Path, stack: str, region: str) -> Path:
    """Write the environment's config file and return it.

    Raises:
        UserError: the name or Region is invalid, there is no project, or the environment exists.
    """
    if not NAME.fullmatch(stack):
        raise UserError(
            f"{stack!r} is not a valid environment name: "
            "use lower-case letters, digits and hyphens, starting with a letter"
        )
    if not _REGION.fullmatch(region):
        raise UserError(f"{region!r} is not an AWS Region; an example is eu-west-1")
    file = project / f"Pulumi.{stack}.yaml"
    content = filled_template(project_name(project), stack, region)
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(content)
    except FileExistsError:
        raise UserError(f"{file.name} exists; edit it, or choose another name") from None
    return file


def filled_template(project: str, stack: str, region: str) -> str:
    """The config file of a new environment.

    Args:
        project: the project's name, which is the namespace of its settings.
        stack: the environment's name.
        region: its AWS Region.
    """
    content = _TEMPLATE.read_text(encoding="utf-8")
    for name, value in (("project", project), ("stack", stack), ("region", region)):
        content = content.replace(f"«{name}»", value)
    return content


def init_stack(engine: Engine, project: Path, stack: str, secrets_provider: str | None) -> None:
    """Create the stack in the backend.

    Raises:
        UserError: `pulumi stack init` failed.
    """
    provider = ["--secrets-provider", secrets_provider] if secrets_provider else []
    reached = Stack(stack, project, engine.pulumi, engine.environment())
    result = reached.captured("stack", "init", "--no-select", *provider)
    if result.returncode:
        again = shlex.join(["pulumi", "stack", "init", stack, *provider])
        raise UserError(
            f"Pulumi.{stack}.yaml was written, but the stack could not be created:\n"
            f"{with_remedy(result.stderr.strip())}\nThen run: {again}"
        )
