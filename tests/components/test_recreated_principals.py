"""Policies in AWS that name unique ids of deleted principals."""

from typing import Any

import pytest

from components.recreated_principals import Recreated, recreated

ANN, BOB = "arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:role/service/bob"
ID, OTHER_ID = "AIDA3597ED43258E41609", "AROA3597ED43258E41609"
ROOT = "arn:aws:iam::111122223333:root"


def naming(*principals: str) -> dict[str, Any]:
    by_account = {"Effect": "Allow", "Principal": {"AWS": ROOT}}
    denial = {"Effect": "Deny", "NotPrincipal": {"AWS": list(principals)}}
    return {"Statement": [by_account, denial, {"Effect": "Allow", "Principal": {"AWS": list(principals)}}]}


@pytest.mark.parametrize(
    ("declared", "deployed", "found"),
    [
        ((ANN, BOB), (ANN, BOB), Recreated()),
        ((ANN, BOB), (ID, BOB), Recreated((ANN,), (ID,))),
        ((ANN, BOB), (ID, OTHER_ID), Recreated((BOB, ANN), (ID, OTHER_ID))),
        # The next update writes these policies in any case.
        ((ANN,), (ANN, OTHER_ID), Recreated()),
        ((ANN, BOB), (ANN,), Recreated()),
        ((ANN,), (BOB, ID), Recreated()),
    ],
    ids=["unchanged", "one", "all", "removed", "added", "replaced"],
)
def test_it_finds_principals_that_were_deleted(
    declared: tuple[str, ...], deployed: tuple[str, ...], found: Recreated
) -> None:
    assert recreated(naming(*declared), naming(*deployed)) == found


def test_no_policy_has_no_deleted_principals() -> None:
    assert recreated(naming(ANN), {}) == Recreated()
