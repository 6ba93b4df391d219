"""`encrypted-tables environments`."""

import json
from pathlib import Path

import click

from encrypted_tables.engine.find import find_engine
from encrypted_tables.environments.existing_names import names
from encrypted_tables.environments.new import init_stack, write_config


@click.group()
def environments() -> None:
    """Make environments, list them, and adopt tables that exist."""


@environments.command("list")
@click.option("--project", type=click.Path(path_type=Path), default=Path(), help="Its directory.")
@click.option("--json", "as_json", is_flag=True, help="As a JSON list.")
@click.option("--lasting", is_flag=True, help="Leave out ephemeral environments.")
def list_environments(project: Path, as_json: bool, lasting: bool) -> None:
    """List the environments of the project."""
    found = names(project, is_lasting=lasting)
    click.echo(json.dumps(found) if as_json else "\n".join(found))


@environments.command("new")
@click.argument("name")
@click.option("--project", type=click.Path(path_type=Path), default=Path(), help="Its directory.")
@click.option("--region", envvar="AWS_REGION", default="us-east-1", show_default=True, show_envvar=True)
@click.option(
    "--secrets-provider",
    metavar="URL",
    help="awskms://alias/...?region=... (default: the backend's own, a passphrase or Pulumi Cloud).",
)
@click.option("--file-only", is_flag=True, help="Write the file; do not make the stack.")
def new(name: str, project: Path, region: str, secrets_provider: str | None, file_only: bool) -> None:
    """Make an environment: its config file and its stack."""
    engine = None if file_only else find_engine()
    file = write_config(project, name, region)
    click.echo(f"Wrote {file.name}. Add the tables of this environment and their key users.")
    if engine:
        init_stack(engine, project, name, secrets_provider)
        click.echo(f"Made the stack {name}. Next: pulumi preview --stack {name}")


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
    """Write the import file for tables and keys that exist in AWS. Nothing is changed.

    \b
    Exit status: 0 there is something to import; 1 there is nothing; 2 it could not be told.
    """
    from encrypted_tables.environments.adopt import adopt as find_existing  # noqa: PLC0415  # loads the AWS SDK

    found = find_existing(stack, file)
    for one in found.found:
        click.echo(f"Found: {one.what}")
    for missing in found.to_make:
        click.echo(f"To be made: {missing}")
    if not found.found:
        click.echo("Nothing to import: no table of the program exists.")
        return 1
    click.echo(f"Next: pulumi import --stack {stack} --file {file} --generate-code=false")
    return 0
