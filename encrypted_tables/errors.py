"""The error that ends a command before it has a result."""


class UserError(Exception):
    """A message for the user: what is wrong, the value found, where, and what to do. Exit status 2."""
