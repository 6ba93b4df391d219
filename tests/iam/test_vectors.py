"""Each vector gets the answer that AWS documents."""

import pytest

from encrypted_tables.iam.conditions import conditions_hold
from encrypted_tables.iam.request_context import ABSENT, Value
from tests.iam.vectors import Vector, answer_of, condition_vectors, decision_of, vectors

_HOLDS = {"allowed": "yes", "denied": "no", "unknown": "unknown"}


@pytest.mark.parametrize("vector", vectors("iam"), ids=lambda one: one["name"])
def test_a_request_is_answered_as_aws_documents_it(vector: Vector) -> None:
    answer = answer_of(vector)

    assert decision_of(answer) == vector["expected"], (answer.details, answer.because)


@pytest.mark.parametrize("vector", condition_vectors(), ids=lambda one: one["name"])
def test_a_condition_holds_as_aws_documents_it(vector: Vector) -> None:
    context = {key.lower(): _value(value) for key, value in vector["context"].items()}

    answer = conditions_hold(vector["condition"], context)

    assert _HOLDS[decision_of(answer)] == vector["holds"]


def _value(given: list[str] | None) -> Value:
    """A single value for a single-valued key, or a list for a multivalued key."""
    if given is None:
        return ABSENT
    return given[0] if len(given) == 1 else tuple(given)


def test_each_vector_has_a_source_and_a_unique_name() -> None:
    every = [*vectors("iam"), *condition_vectors()]

    assert len({one["name"] for one in every}) == len(every) >= 150
    assert all(one["source"].startswith("https://docs.aws.amazon.com/") for one in every)
