"""What the engine writes into a stack's config file to encrypt its secrets, apart from the settings.

https://www.pulumi.com/docs/iac/concepts/secrets/#changing-the-secrets-provider-for-a-stack
"""

import re

_LINE = re.compile(r"^(?:secretsprovider|encryptedkey|encryptionsalt):.*(?:\n|\Z)", re.MULTILINE)
_SECRET = re.compile(r"^\s+(?:- )?secure:", re.MULTILINE)


def encryption_of(config: str) -> str:
    """The lines that name the secrets provider of a stack, its key and its salt; empty without encryption."""
    return "".join(_LINE.findall(config))


def without_encryption(config: str) -> str:
    """The config without these lines."""
    return _LINE.sub("", config)


def with_encryption(config: str, encryption: str) -> str:
    """The config with these lines instead of its own."""
    plain = without_encryption(config)
    end = "" if plain.endswith("\n") or not plain else "\n"
    return f"{plain}{end}{encryption}"


def has_secrets(config: str) -> bool:
    """Whether the config has encrypted values."""
    return bool(_SECRET.search(config))
