"""Copies and streams of a table: AWS does not document whether they need permission on its key."""

from encrypted_tables.iam.answer import Answer, Grade, unknown

KEY_UNDOCUMENTED = "AWS does not document whether this needs kms:Decrypt on the table's key"
"""Why it is unknown whether a principal without the key can read a stream or copy items."""


def key_for_copies(by_key: Answer) -> Answer:
    """Whether the key allows copying items or reading a stream, given whether it allows reading items."""
    return by_key if by_key.grade is Grade.YES else unknown(KEY_UNDOCUMENTED)


def is_undocumented(answer: Answer) -> bool:
    """Whether the answer is unknown only because AWS does not document it."""
    return answer.details == (KEY_UNDOCUMENTED,)
