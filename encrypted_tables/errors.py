"""The error that ends a command before it has an answer."""


class UserError(Exception):
    """One message for a person: what is wrong, the value found, where, and what to do. Exit status 2."""
