"""Remedies for errors of the engine that new users meet."""

import re

_REMEDIES = {
    r"no stack named '([^']+)' found": (
        "Create it with `pulumi stack init {0}`. `pulumi stack ls` lists the stacks."
    ),
    "PULUMI_ACCESS_TOKEN must be set": (
        "Log in with `pulumi login`, or set PULUMI_BACKEND_URL to the backend that has the stack."
    ),
    "passphrase must be set": ("Set PULUMI_CONFIG_PASSPHRASE_FILE to the file with the stack's passphrase."),
    "unexpected end of JSON input": (
        "The state of a stack is damaged. `encrypted-tables environments recover` restores it."
    ),
    "incorrect passphrase": "Give the passphrase with which the stack was created.",
}


def with_remedy(message: str) -> str:
    """The engine's message, with a remedy if there is one."""
    for pattern, remedy in _REMEDIES.items():
        if found := re.search(pattern, message):
            return f"{message}\n{remedy.format(*found.groups())}"
    return message
