"""Groups actions on a key that the same statements decide: one evaluation answers for the whole group."""

from collections.abc import Hashable, Iterable, Iterator, Sequence

from encrypted_tables.access_diff.collect.access_model import Key
from encrypted_tables.iam.actions import KMS_ACROSS_ACCOUNTS
from encrypted_tables.iam.documents import Document


def grouped(actions: Iterable[str], keys: Sequence[Key]) -> Iterator[tuple[str, ...]]:
    """Groups of actions that get the same answer for each of the keys.

    For a principal whose IAM policies are not in the stack: those may treat each action differently.
    """
    groups: dict[Hashable, list[str]] = {}
    for action in actions:
        groups.setdefault(tuple(_decided_by(key, action) for key in keys), []).append(action)
    return map(tuple, groups.values())


def _decided_by(key: Key, action: str) -> Hashable:
    """What decides: statements without conditions, else the action itself, as its request differs."""
    if not isinstance(key.policy, Document) or key.grants:
        return action
    statements = [one for effect in ("Allow", "Deny") for one, _ in key.policy.about(effect, action)]
    if any("Condition" in one for one in statements):
        return action
    return action.lower() in KMS_ACROSS_ACCOUNTS, tuple(map(id, statements))
