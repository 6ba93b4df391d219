"""Each policy's samples, through the SDK's analyzer and through the real engine."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from encrypted_tables.audit.analysis import Analysis
from local.engine.find_or_build import find_or_build_engine
from policies import RULES
from tests.policies.analysis import Pack
from tests.policies.samples import PolicySample, exported_state, samples

PACK = Path(__file__).resolve().parents[2] / "policy-pack"
ALL = list(samples())
ABOUT_THE_STACK = "waivers-current"


def with_levels(sample: PolicySample) -> dict[str, dict[str, object]]:
    """The sample's config with the enforcement level that the engine would add."""
    return {
        policy: {"enforcementLevel": "mandatory", **settings} for policy, settings in sample.config.items()
    }


def test_each_policy_has_allowed_and_disallowed_samples() -> None:
    kinds: dict[str, set[bool]] = defaultdict(set)
    for sample in ALL:
        kinds[sample.policy].add(sample.allowed)

    assert dict(kinds) == {rule.name: {True, False} for rule in RULES}


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.case)
def test_sample_is_judged_as_its_name_says(sample: PolicySample) -> None:
    found = Pack(config=with_levels(sample)).run(*sample.resources)

    about_subject = [one for one in found if one.policy == sample.policy]

    assert (about_subject == []) is sample.allowed


def test_engine_judges_all_samples_as_their_names_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    together = [sample for sample in ALL if not sample.config]
    state = tmp_path / "state.json"
    resources = tuple(resource for sample in together for resource in sample.resources)
    state.write_text(json.dumps(exported_state(resources)))

    report = Analysis(find_or_build_engine(), PACK).report(state)

    found = {(one.policy, one.urn) for one in report.findings}
    assert report.error == ""
    assert {s.case for s in together if not s.allowed} == {
        s.case for s in together if (s.policy, s.subject.urn) in found
    }


@pytest.mark.parametrize("sample", [one for one in ALL if one.config], ids=lambda sample: sample.case)
def test_engine_judges_samples_with_config(
    sample: PolicySample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    state, config = tmp_path / "state.json", tmp_path / "config.json"
    state.write_text(json.dumps(exported_state(sample.resources)))
    config.write_text(json.dumps(sample.config))

    report = Analysis(find_or_build_engine(), PACK, config).report(state)

    assert report.error == ""
    assert ([one for one in report.findings if one.policy == sample.policy] == []) is sample.allowed


@pytest.mark.parametrize(
    ("level", "verdict"),
    [
        ("mandatory", ("dynamodb-table-customer-managed-key", "mandatory")),
        ("advisory", ("dynamodb-table-key-decided", "advisory")),
    ],
)
def test_an_imported_key_passes_the_engine_where_key_decided_is_advisory(
    level: str, verdict: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    state, config = tmp_path / "state.json", tmp_path / "config.json"
    exported = [one for one in ALL if one.case.endswith("customer-managed-key.disallowed_key_of_an_export")]
    state.write_text(json.dumps(exported_state(exported[0].resources)))
    config.write_text(json.dumps({"dynamodb-table-key-decided": level}))

    report = Analysis(find_or_build_engine(), PACK, config).report(state)

    assert report.error == ""
    assert [(one.policy, one.level) for one in report.findings] == [verdict]


@pytest.mark.parametrize("profile", ["advisory", "mandatory"])
def test_the_profile_names_every_policy_and_the_engine_accepts_it(
    profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    config = PACK / "config" / f"{profile}.json"
    state = tmp_path / "state.json"
    unencrypted = [one for one in ALL if one.case.endswith("customer-managed-key.disallowed_no_key")]
    state.write_text(json.dumps(exported_state(unencrypted[0].resources)))

    report = Analysis(find_or_build_engine(), PACK, config).report(state)

    assert set(json.loads(config.read_text())) == {rule.name for rule in RULES}
    assert report.error == ""
    assert {(one.policy, one.level) for one in report.findings} == {
        ("dynamodb-table-customer-managed-key", profile)
    }
