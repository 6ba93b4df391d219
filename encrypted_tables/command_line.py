"""The command `encrypted-tables`: its subcommands, errors and exit statuses."""

import importlib
import os
import sys
import traceback
from collections.abc import Sequence

import click
from click.shell_completion import shell_complete

from encrypted_tables import __version__
from encrypted_tables.errors import COULD_NOT, NAME, UserError

_COMPLETION = "_ENCRYPTED_TABLES_COMPLETE"
COMMANDS = {
    "verify": "encrypted_tables.verify.command:verify",
    "who-can": "encrypted_tables.who_can.command:who_can",
    "keys": "encrypted_tables.keys.command:keys",
    "review": "encrypted_tables.review.command:review",
    "access-diff": "encrypted_tables.access_diff.command:access_diff",
    "audit": "encrypted_tables.audit.command:audit",
    "policies": "encrypted_tables.audit.policies_command:policies",
    "preview": "encrypted_tables.pipeline.command:preview",
    "deploy": "encrypted_tables.pipeline.command:deploy",
    "comment": "encrypted_tables.pipeline.command:comment",
    "environments": "encrypted_tables.environments.command:environments",
}
_EPILOG = """\b
Exit status:
  0  done, and as expected
  1  done, and something differs: access, a policy, a declaration
  2  cannot tell, or failed; the message says why

\b
Completion in your shell (bash; zsh and fish likewise):
  eval "$(_ENCRYPTED_TABLES_COMPLETE=bash_source encrypted-tables)"

The connection to AWS comes from its standard variables: AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL."""


class _LazyGroup(click.Group):
    """Imports a command's module when the command is used, because `environments list` needs no AWS
    library.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(NAME, cls=_LazyGroup, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name=NAME)
def command_line() -> None:
    """Verify, review and deploy DynamoDB tables that only named principals can read."""


def run(command: click.Command, arguments: Sequence[str] | None) -> int:
    """Run a click command and return the exit status that `--help` describes.

    Args:
        command: returns its exit status, or None for 0.
        arguments: the command line (default: this process's).
    """
    words = [*(sys.argv[1:] if arguments is None else arguments)]
    try:
        if asked := os.environ.get(_COMPLETION):
            return shell_complete(command, {}, NAME, _COMPLETION, asked)
        # Not `command.main`, which would lose the notes of an interruption.
        with command.make_context(NAME, words) as context:
            status: int | None = command.invoke(context)
    except click.exceptions.Exit as finished:
        return finished.exit_code
    except click.ClickException as error:
        error.show()
        return COULD_NOT
    except (UserError, OSError) as error:
        print(f"{NAME}: {error}", file=sys.stderr)
        return COULD_NOT
    except ModuleNotFoundError:  # `main` says what to install
        raise
    except Exception as error:  # noqa: BLE001  # whatever went wrong, nothing is known to differ: not status 1
        if _is_from_aws(error):
            print(f"{NAME}: {error}", file=sys.stderr)
        else:
            traceback.print_exc()
        return COULD_NOT
    return status or 0


def _is_from_aws(error: Exception) -> bool:
    return any(one.__module__ == "botocore.exceptions" for one in type(error).__mro__)
