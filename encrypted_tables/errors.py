"""The error that ends a run before anything could be verified."""


class VerifyError(Exception):
    """One message for a person: what is wrong, the value found, and what to do."""
