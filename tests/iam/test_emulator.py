"""The answers of the local AWS contradict no vector."""

from collections.abc import Iterator

import pytest

from local.process import running
from tests.iam.emulator import Emulator
from tests.iam.vectors import Vector, vectors


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """A local AWS for all vectors."""
    with running() as aws:
        yield Emulator(aws)


@pytest.mark.parametrize("vector", vectors("emulator"), ids=lambda one: one["name"])
def test_the_local_aws_answers_as_aws_documents_it(emulator: Emulator, vector: Vector) -> None:
    assert emulator.allows(vector) is (vector["expected"] == "allowed")
