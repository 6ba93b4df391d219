"""Why the emulator does not run."""


class RefusalError(Exception):
    """The emulator refuses to start; the message is for users."""
