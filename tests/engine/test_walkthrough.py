"""Each step of the walk-through on the real engine, in order; a step fails when one before it did."""

from collections.abc import Iterator

import pytest

from local_aws.local_run import local_run
from walkthrough.credentials import read_credentials
from walkthrough.steps import STEPS, TABLE, Step, Walkthrough

SHOWN: list[str] = []
"""The engine's output, in all steps."""


@pytest.fixture(scope="module", params=["console", "strict"])
def walkthrough(request: pytest.FixtureRequest) -> Iterator[Walkthrough]:
    """A run of its own for each profile of key policies."""
    with local_run() as run:
        stack = run.stack("dev")
        stack.set_config(f"encrypted-tables:tables.{TABLE}.keyPolicyProfile", request.param)
        yield Walkthrough(run, stack, SHOWN.append)


@pytest.mark.parametrize("step", STEPS, ids=[step.name for step in STEPS])
def test_step_sees_what_it_expects(step: Step, walkthrough: Walkthrough) -> None:
    facts = list(step.act(walkthrough))

    assert facts != []
    assert [secret for secret in secrets_of(walkthrough) if secret in "".join([*SHOWN, str(facts)])] == []


def secrets_of(walkthrough: Walkthrough) -> list[str]:
    """What no step may show, once the test user has it."""
    if not walkthrough.credentials_file.exists():
        return []
    row = read_credentials(walkthrough.credentials_file)
    return [row["Password"], row["Secret access key"]]
