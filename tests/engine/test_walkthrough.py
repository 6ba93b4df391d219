"""Each step of the walk-through on the real engine, in order; a step fails when one before it did."""

from collections.abc import Iterator

import pytest

from local_aws.local_run import local_run
from walkthrough.steps import STEPS, Step, Walkthrough


@pytest.fixture(scope="module")
def walkthrough() -> Iterator[Walkthrough]:
    with local_run() as run:
        yield Walkthrough(run, run.stack("dev"), print)


@pytest.mark.parametrize("step", STEPS, ids=[step.name for step in STEPS])
def test_step_sees_what_it_expects(step: Step, walkthrough: Walkthrough) -> None:
    assert list(step.act(walkthrough)) != []
