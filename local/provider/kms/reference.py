"""The forms of a reference to a KMS key: id, ARN, alias name, alias ARN."""

from local.provider.values import Value


def key_id(reference: str) -> str:
    """The id in a key's ARN, or the reference itself."""
    return reference.rsplit(":key/", 1)[-1]


def same_key(old: Value, new: Value) -> bool:
    """Whether two references, an id or an ARN, mean the same key.

    Two ARNs must be equal: a multi-Region key has the same id in every Region.
    """
    if str(old).startswith("arn:") and str(new).startswith("arn:"):
        return bool(old == new)
    return key_id(str(old)) == key_id(str(new))
