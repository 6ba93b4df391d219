"""Which ARNs name the same principal."""

import pytest

from encrypted_tables.iam.principals import iam_arn, is_orphaned_id, is_root, same_principal

ROLE = "arn:aws:iam::111122223333:role/service/app"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (ROLE, "arn:aws:iam::111122223333:role/app", True),
        (ROLE, "arn:aws:sts::111122223333:assumed-role/app/i-0abc", True),
        (ROLE, "arn:aws:iam::444455556666:role/app", False),
        (ROLE, "arn:aws:iam::111122223333:user/app", False),
        (ROLE, "arn:aws-cn:iam::111122223333:role/app", False),
        ("arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root", True),
        ("AIDACKCEVSQ6C2EXAMPLE", "AIDACKCEVSQ6C2EXAMPLE", True),
        ("AIDACKCEVSQ6C2EXAMPLE", "AIDACKCEVSQ6C2EXAMPL2", False),
    ],
)
def test_a_name_is_unique_in_its_account_whatever_its_path(one: str, other: str, same: bool) -> None:
    assert same is same_principal(one, other)
    assert same is same_principal(other, one)


def test_an_assumed_role_is_its_role() -> None:
    assert (
        iam_arn("arn:aws:sts::111122223333:assumed-role/app/session") == "arn:aws:iam::111122223333:role/app"
    )
    assert iam_arn("arn:aws:iam::111122223333:user/a/b") == "arn:aws:iam::111122223333:user/a/b"


def test_root_and_orphaned_ids_are_recognised() -> None:
    assert is_root("arn:aws:iam::111122223333:root")
    assert not is_root("arn:aws:iam::111122223333:user/root")
    assert is_orphaned_id("AROADBQP57FF2AEXAMPLE")
    assert not is_orphaned_id("111122223333")
    assert not is_orphaned_id(ROLE)
