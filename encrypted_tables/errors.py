"""Errors that end a command without a result."""

NAME = "encrypted-tables"
COULD_NOT = 2
"""Exit status of a command that failed, or that could not get a conclusive answer."""


class UserError(Exception):
    """A message for the user: what is wrong, the value found, where, and what to do. Exit status 2."""
