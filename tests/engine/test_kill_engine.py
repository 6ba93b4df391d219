"""The engine is killed at each step of an update: after a second run, nothing is lost."""

import os

import pytest

from tests.engine.survivor import ITEM, SETTINGS, STEPS, TABLE, Survivor, lose_nothing


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_a_kill_at_any_step_of_up_key_change_and_destroy_loses_nothing(
    survivor: Survivor, steps: tuple[str, str, str]
) -> None:
    lose_nothing(survivor, "engine", steps)


@pytest.mark.parametrize("length", [0, 1, 1000], ids="a state of {} bytes".format)
def test_a_kill_while_the_state_is_written_loses_nothing(survivor: Survivor, length: int) -> None:
    survivor.stack.up().checked()
    survivor.run.aws.client("dynamodb").put_item(TableName=TABLE, Item=ITEM)
    key = survivor.key()

    survivor.stack.set_config(f"{SETTINGS}.tags.team", "payments")
    survivor.kill("engine", "kms:TagResource", "up")
    os.truncate(survivor.state_file(), length)
    survivor.recover("up").checked()

    assert survivor.key() == key
    assert survivor.item() == ITEM
    assert survivor.stack.preview("--expect-no-changes").exit_code == 0
