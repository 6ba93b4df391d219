"""AWS is killed at each step of an update: after a second run, nothing is lost."""

import pytest

from tests.engine.survivor import STEPS, Survivor, lose_nothing


@pytest.fixture
def has_warm_provider() -> bool:
    return True


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_a_kill_at_any_step_of_up_key_change_and_destroy_loses_nothing(
    survivor: Survivor, steps: tuple[str, str, str]
) -> None:
    lose_nothing(survivor, "AWS", steps)
