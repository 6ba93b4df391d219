"""Random access keys."""

import secrets
from dataclasses import dataclass, field

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True)
class AccessKey:
    """An access key of this run: random, never written to a log."""

    access_key_id: str
    secret_access_key: str = field(repr=False)


def random_access_key() -> AccessKey:
    """A new access key in AWS's format."""
    identifier = "AKIA" + "".join(secrets.choice(ALPHABET) for _ in range(16))
    return AccessKey(identifier, secrets.token_urlsafe(30))
