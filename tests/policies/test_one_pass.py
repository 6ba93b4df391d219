"""The policies report the same in one pass over a preview as in the engine."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from encrypted_tables.audit.analysis import Analysis
from encrypted_tables.engine.events import Violation
from encrypted_tables.engine.policy_pack import PolicyPack
from encrypted_tables.engine.policy_verdicts import verdicts_of
from encrypted_tables.engine.preview import Preview, read_preview
from local.engine.find_or_build import find_or_build_engine
from tests.policies.samples import PolicySample, exported_state, samples

PACK = Path(__file__).resolve().parents[2] / "policy-pack"
ALL = list(samples())


def preview_of(state: dict[str, Any]) -> Preview:
    """A preview in which every resource of a state stays the same."""
    resources = state["deployment"]["resources"]
    steps = [{"op": "same", "urn": one["urn"], "oldState": one, "newState": one} for one in resources]
    return read_preview(json.dumps({"steps": steps, "changeSummary": {"same": len(steps)}}))


def engine_says(state: dict[str, Any], config: dict[str, Any], directory: Path) -> Counter[Any]:
    """What the engine reports of a state."""
    file, settings = directory / "state.json", directory / "config.json"
    file.write_text(json.dumps(state))
    settings.write_text(json.dumps(config))
    report = Analysis(find_or_build_engine(), PACK, settings).report(file)
    assert report.error == ""
    return Counter((one.policy, one.level, one.urn, words(one.message)) for one in report.findings)


def one_pass_says(state: dict[str, Any], config: dict[str, Any]) -> Counter[Any]:
    """What one pass over the preview reports."""
    found = verdicts_of(PolicyPack(PACK), preview_of(state), config)
    return Counter(map(without_description, found.violations))


def without_description(one: Violation) -> tuple[str, str, str, str]:
    """A violation without its policy's description."""
    return one.policy, one.level, one.urn, words(one.message.strip().partition("\n")[2] or one.message)


def words(message: str) -> str:
    """A message without the line to copy, and without the pack's name in an advisory."""
    first_part = message.strip().partition("\nURN: ")[0]
    return first_part.rpartition("during preview: ")[2]


def test_one_pass_equals_the_engine_on_all_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    together = tuple(resource for one in ALL if not one.config for resource in one.resources)
    state = exported_state(together)

    ours, engines = one_pass_says(state, {}), engine_says(state, {}, tmp_path)

    assert ours - engines == Counter()
    assert engines - ours == Counter()
    assert len(engines) > len(ALL) / 3


@pytest.mark.parametrize("sample", [one for one in ALL if one.config], ids=lambda sample: sample.case)
def test_one_pass_equals_the_engine_on_samples_with_config(
    sample: PolicySample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    state = exported_state(sample.resources)

    assert one_pass_says(state, sample.config) == engine_says(state, sample.config, tmp_path)
