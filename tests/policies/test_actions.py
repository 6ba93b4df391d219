"""The pack's lists of IAM actions are those of the classification that the commands use."""

from encrypted_tables.iam.actions import COPY_ACTIONS, DECRYPT_ACTIONS
from policies.declared.actions import COPYING, DECRYPTING


def test_the_pack_knows_every_action_that_copies_items() -> None:
    assert sorted(COPYING) == sorted(COPY_ACTIONS)


def test_the_pack_knows_every_action_that_decrypts() -> None:
    assert sorted(DECRYPTING) == sorted(DECRYPT_ACTIONS)
