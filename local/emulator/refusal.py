"""Why the emulator does not run."""


class RefusalError(Exception):
    """The emulator refuses to run; the message is for people."""
