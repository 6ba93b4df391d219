"""Policies in resources of a preview, which may be unknown until the update."""

from typing import Any

from encrypted_tables.engine.unknown import Unknown
from encrypted_tables.iam.documents import Policy, Unreadable, read_document


def read_policy(text: Any) -> Policy:  # noqa: ANN401  # a property of any type
    """A policy from a resource's property."""
    return Unreadable(text.value) if isinstance(text, Unknown) else read_document(text)
