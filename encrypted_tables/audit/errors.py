"""Errors that end an audit with exit status 2."""


class AuditError(Exception):
    """The audit cannot be made; the message says why and what to do."""
