"""`encrypted-tables policies`."""

from pathlib import Path

import click

from encrypted_tables.audit.check_config import check_config as check
from encrypted_tables.engine.policy_pack import PolicyPack
from encrypted_tables.errors import UserError

_PATH = click.Path(path_type=Path)


@click.group()
def policies() -> None:
    """The policy pack."""


@policies.command("check-config")
@click.argument("config", type=_PATH)
@click.option(
    "--policy-pack",
    metavar="DIRECTORY",
    type=_PATH,
    default=Path("policy-pack"),
    show_default=True,
    help="The policy pack.",
)
def check_config(config: Path, policy_pack: Path) -> None:
    """Check CONFIG, a config of the policy pack, for unknown policies, wrong settings and faulty waivers.

    \b
    Exit status: 0 no fault; 2 a fault, or the file cannot be read.
    """
    if not (policy_pack / "PulumiPolicy.yaml").is_file():
        raise UserError(f"{policy_pack / 'PulumiPolicy.yaml'} does not exist.")
    check(PolicyPack(policy_pack), config)
    click.echo(f"{config}: no faults.")
