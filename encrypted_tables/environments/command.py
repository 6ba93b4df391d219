"""`encrypted-tables environments`."""

import json
import shlex
from pathlib import Path

import click

from encrypted_tables.engine.find import find_engine
from encrypted_tables.environments.existing_names import names
from encrypted_tables.environments.new import init_stack, write_config
from encrypted_tables.errors import UserError


@click.group()
def environments() -> None:
    """Create and list environments, adopt existing tables, and recover a damaged state."""


@environments.command("list")
@click.option(
    "--project", type=click.Path(path_type=Path), default=Path(), help="The directory of the project."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.option("--lasting", is_flag=True, help="Omit ephemeral environments.")
def list_environments(project: Path, as_json: bool, lasting: bool) -> None:
    """List the environments of the project."""
    found = names(project, is_lasting=lasting)
    click.echo(json.dumps(found) if as_json else "\n".join(found))


@environments.command("new")
@click.argument("name")
@click.option(
    "--project", type=click.Path(path_type=Path), default=Path(), help="The directory of the project."
)
@click.option("--region", envvar="AWS_REGION", default="us-east-1", show_default=True, show_envvar=True)
@click.option(
    "--secrets-provider",
    metavar="URL",
    help="awskms://alias/...?region=... (default: the backend's own, a passphrase or Pulumi Cloud).",
)
@click.option("--file-only", is_flag=True, help="Only write the file; do not create the stack.")
def new(name: str, project: Path, region: str, secrets_provider: str | None, file_only: bool) -> None:
    """Create an environment: its config file and its stack."""
    engine = None if file_only else find_engine()
    file = write_config(project, name, region)
    click.echo(f"Wrote {file.name}. Add the tables of this environment and their key users.")
    if engine:
        init_stack(engine, project, name, secrets_provider)
        click.echo(f"Created the stack {name}. Next: pulumi preview --stack {name}")


@environments.command("adopt")
@click.argument("stack")
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    default=Path("import.json"),
    show_default=True,
    help="The import file to write.",
)
def adopt(stack: str, file: Path) -> int:
    """Write the import file for existing tables and keys. Changes nothing in AWS.

    \b
    Exit status: 0 there is something to import; 1 there is nothing; 2 AWS or the preview could not be read.
    """
    from encrypted_tables.environments.adopt import adopt as find_existing  # noqa: PLC0415  # loads the AWS SDK

    found = find_existing(stack, file)
    for one in found.found:
        click.echo(f"Found: {one.what}")
    for missing in found.to_make:
        click.echo(f"To be created: {missing}")
    if not found.found:
        click.echo("Nothing to import: no table of the program exists.")
        return 1
    command = ["pulumi", "import", "--stack", stack, "--file", str(file), "--generate-code=false"]
    click.echo(f"Next: {shlex.join(command)}")
    return 0


@environments.command("recover")
@click.argument("stack")
@click.option(
    "--project", type=click.Path(path_type=Path), default=Path(), help="The directory of the project."
)
@click.option("--yes", is_flag=True, help="Restore the copy that was found.")
def recover(stack: str, project: Path, yes: bool) -> int:
    """Restore a stack whose state file is empty or truncated from the newest readable copy.

    Shows what it would restore, and changes nothing without --yes. The damaged file is kept.

    \b
    Exit status: 0 the state is readable, or was restored; 1 it can be restored with --yes; 2 no readable copy
    was found, or the state could not be checked.
    """
    from encrypted_tables.engine.project import project_name  # noqa: PLC0415  # PyYAML, not in workflows
    from encrypted_tables.environments import recover as recovery  # noqa: PLC0415

    name = project_name(project)
    state = recovery.state_directory(recovery.backend_url(find_engine(), project))
    damage = recovery.find_damage(state, name, stack)
    if damage is None:
        click.echo(f"The state of {stack} can be read. Nothing to recover.")
        return 0
    click.echo(f"{damage.file}: {damage.reason}")
    for source, reason in damage.found.unreadable.items():
        click.echo(f"Skipped {source}: {reason}")
    checkpoint = damage.found.checkpoint
    if checkpoint is None:
        raise UserError(
            f"no readable copy of the state of {stack} in {state}. Import your last export "
            f"(`pulumi stack import --stack {shlex.quote(stack)} --file FILE`), or adopt what is in AWS "
            "(`encrypted-tables environments adopt`)."
        )
    click.echo(f"Newest readable state: {damage.found.source}")
    click.echo(f"  saved {checkpoint.saved.isoformat()}, {len(checkpoint.resources)} resources, ", nl=False)
    click.echo(f"{checkpoint.pending} pending operations")
    for resource in checkpoint.resources:
        click.echo(f"  {resource}")
    if not yes:
        click.echo("Nothing changed. Add --yes to restore it.")
        return 1
    click.echo(f"Restored. The damaged file is kept: {recovery.restore(damage)}")
    click.echo(f"Next: pulumi refresh --stack {shlex.quote(stack)} --clear-pending-creates")
    return 0
