"""The answers of the local AWS contradict no vector."""

from collections.abc import Iterator

import pytest

from local.emulator.iam.conditions import Unknown, conditions_met
from local.process import running
from tests.iam.emulator import Emulator
from tests.iam.vectors import Vector, condition_vectors, vectors


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """A local AWS for all vectors."""
    with running() as aws:
        yield Emulator(aws)


@pytest.mark.parametrize("vector", vectors("emulator"), ids=lambda one: one["name"])
def test_the_local_aws_answers_as_aws_documents_it(emulator: Emulator, vector: Vector) -> None:
    assert emulator.allows(vector) is (vector["expected"] == "allowed")


@pytest.mark.parametrize("vector", condition_vectors(), ids=lambda one: one["name"])
def test_the_local_aws_reads_a_condition_as_aws_documents_it(vector: Vector) -> None:
    context = {key.lower(): _single(value) for key, value in vector["context"].items()}

    met = conditions_met(
        vector["condition"], lambda key: context.get(key.lower(), Unknown.VALUE), variables=True
    )

    assert met is {"yes": True, "no": False, "unknown": None}[vector["holds"]]


def _single(given: list[str] | None) -> list[str] | str | None:
    """A single value for a single-valued key, or a list for a multivalued key."""
    return given[0] if given and len(given) == 1 else given
