"""What every way to an engine has in common: it may not work here, and says why."""


class AttemptFailedError(Exception):
    """One way to an engine does not work on this machine; the message says which and why."""
