"""The error for invalid settings."""

import pulumi


class SettingsError(pulumi.RunError):
    """Invalid settings; the message has one line per problem.

    Pulumi shows only the message, without a traceback.
    """
