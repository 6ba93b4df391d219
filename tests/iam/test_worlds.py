"""Compares predictions of `encrypted_tables` with answers of the local AWS in generated worlds.

WORLDS and WHO_CAN_WORLDS are the numbers of worlds (each has 170 decisions, or the reads of 10 principals);
WORLDS_SEED is the number of the first one.
"""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from encrypted_tables.iam.answer import Grade
from encrypted_tables.who_can.row import Verdict, verdict
from local.process import running
from tests.iam.readings import Reading, together
from tests.iam.stage import Outcome, Stage
from tests.iam.vectors import ACCOUNT
from tests.iam.worlds import CALLERS, KEY_CALLS, READS, SESSIONS, WRITES, World, world

SEED = int(os.environ.get("WORLDS_SEED", "11"))
WORLDS = int(os.environ.get("WORLDS", "10"))
WHO_CAN_WORLDS = int(os.environ.get("WHO_CAN_WORLDS", "25"))
OF_ONE_EMULATOR = 200
"""The number of worlds per local AWS, because the keys of earlier worlds stay in it."""
CALLS = (*READS, *WRITES, *KEY_CALLS)


@dataclass
class Score:
    """The result of a comparison."""

    counts: Counter[str] = field(default_factory=Counter)
    contradictions: list[str] = field(default_factory=list)


def staged(number: int) -> Iterator[tuple[int, World, Stage]]:
    """The worlds, one after the other, each in a local AWS."""
    for first in range(SEED, SEED + number, OF_ONE_EMULATOR):
        with running() as aws:
            stage = Stage(aws)
            for seed in range(first, min(first + OF_ONE_EMULATOR, SEED + number)):
                made = world(seed)
                stage.put(made)
                yield seed, made, stage


@pytest.fixture(scope="module")
def decisions() -> Score:
    """Every call of every principal in every world, predicted and made."""
    score = Score()
    for seed, made, stage in staged(WORLDS):
        reading = Reading(stage, made)
        for caller in CALLERS:
            for call in CALLS:
                halves, outcome = reading.halves(caller, call), stage.ask(caller, call)
                score.counts[outcome] += 1
                if contradicts(halves[0].grade if halves[0] else None, halves[1].grade, outcome):
                    score.contradictions.append(f"world {seed}: {caller} {call} is {outcome}, not {halves}")
                elif together(halves) is Grade.UNKNOWN:
                    depends = reading.depends_on_unknown(caller, call)
                    score.counts["depends on an unknown value" if depends else "unknown without need"] += 1
    print(f"\n{WORLDS} worlds from {SEED}: {dict(score.counts)}")
    return score


def contradicts(table: Grade | None, key: Grade, outcome: Outcome) -> bool:
    """Whether the prediction for the table or the key is wrong; AWS checks the table first."""
    match outcome:
        case Outcome.ALLOWED:
            return Grade.NO in (table, key)
        case Outcome.DENIED:
            return table is Grade.YES
        case Outcome.DENIED_BY_KEY:
            return table is Grade.NO or key is Grade.YES


def test_no_prediction_contradicts_the_local_aws(decisions: Score) -> None:
    assert not decisions.contradictions, "\n".join(decisions.contradictions)


def test_at_most_1_percent_of_answers_are_unknown_without_need(decisions: Score) -> None:
    number = sum(decisions.counts[one] for one in Outcome)

    assert number == WORLDS * len(CALLERS) * len(CALLS)
    assert min(decisions.counts[one] for one in Outcome) > number / 10  # none of the answers is rare
    assert decisions.counts["unknown without need"] <= number / 100


def test_who_can_shows_exactly_the_readers() -> None:
    counts: Counter[str] = Counter()
    hidden, invented = [], []
    for seed, made, stage in staged(WHO_CAN_WORLDS):
        reading = Reading(stage, made)
        for caller in CALLERS:
            if caller in SESSIONS and caller in made.session_policies:
                continue  # the row is of the role, and says nothing of what a session gives up
            says = verdict(reading.row(caller).read)
            reads = any(stage.ask(caller, call) is Outcome.ALLOWED for call in READS)
            counts[f"{says}, and {'reads' if reads else 'does not'}"] += 1
            if reads and says is Verdict.NO:
                hidden.append(f"world {seed}: {caller}")
            if not reads and says is Verdict.YES:
                invented.append(f"world {seed}: {caller}")
            if says is Verdict.CANNOT_TELL and not _depends(reading, caller):
                counts["unknown without need"] += 1
    print(f"\n{WHO_CAN_WORLDS} worlds from {SEED}: {dict(counts)}")

    assert (hidden, invented) == ([], [])
    assert counts["unknown without need"] <= WHO_CAN_WORLDS * len(CALLERS) / 100


def _depends(reading: Reading, caller: str) -> bool:
    """Whether the answer depends on the session, the other account or an unknown value."""
    is_of_other_account = caller.split(":")[4] != ACCOUNT
    return (
        caller in SESSIONS
        or is_of_other_account
        or any(reading.depends_on_unknown(caller, one) for one in READS)
    )
