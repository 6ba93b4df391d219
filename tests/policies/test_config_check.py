"""A config of the pack is checked before the engine reads it."""

import json
from pathlib import Path
from typing import Any

import pytest
from check_config import main

from policies import RULES
from policies.config_check import faults_of_config
from tests.policies.analysis import TODAY

CONFIG = Path(__file__).resolve().parents[2] / "policy-pack" / "config"
RULE = "dynamodb-table-deletion-protection"
WAIVER = {
    "owner": "orders-team",
    "reason": "rebuilt every night",
    "scope": "urn:pulumi:prod::orders::*",
    "expires": "2027-03-24",
}


def faults(config: Any) -> list[str]:  # noqa: ANN401  # any JSON
    """What is wrong with a config on the day of the tests."""
    return faults_of_config(config, RULES, TODAY)


@pytest.mark.parametrize("profile", ["advisory", "mandatory"])
def test_the_profile_is_valid(profile: str) -> None:
    assert faults(json.loads((CONFIG / f"{profile}.json").read_text())) == []


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"all": "disabled"},
        {RULE: "mandatory"},
        {RULE: {"waivers": [WAIVER]}},
        {RULE: {"waivers": [{**WAIVER, "expires": "2026-01-01"}]}},
        {RULE: {"overrides": []}},
    ],
    ids=json.dumps,
)
def test_a_valid_config_has_no_faults(config: object) -> None:
    assert faults(config) == []


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        ([], "The config is not an object with a member for each policy."),
        (
            {"dynamodb-table-deletion-protect": "mandatory"},
            f"Unknown policy dynamodb-table-deletion-protect. Did you mean {RULE}?",
        ),
        ({RULE: "strict"}, f"{RULE}: 'strict' is not an enforcement level. Use one of advisory, "),
        ({"all": 5}, "5 is not an enforcement level."),
        ({RULE: {"enforcementLevel": "must"}}, f"{RULE}: 'must' is not an enforcement level."),
        ({RULE: {"waiver": []}}, f"{RULE}: Unknown setting waiver. Did you mean waivers?"),
        ({RULE: {"waivers": [{"owner": "x"}]}}, f"{RULE}: Waiver 1 needs owner, reason, scope and expires, "),
        ({RULE: {"waivers": "x"}}, f"{RULE}: Waiver 1 needs owner"),
        ({RULE: {"waivers": [{**WAIVER, "expires": "2027-02-30"}]}}, "no valid expiry date"),
        ({RULE: {"waivers": [{**WAIVER, "expires": "2027-06-24"}]}}, "more than 180 days from now"),
        ({RULE: {"waivers": [{**WAIVER, "scope": "urn:pulumi:*"}]}}, "names no stack, project or resource"),
        ({RULE: {"overrides": [{}]}}, f"{RULE}: overrides: entry 1 is not an object with stackTags."),
        (
            {RULE: {"overrides": [{"stackTags": {"a": "b"}, "settings": {"waiver": []}}]}},
            f"{RULE}: override 1: Unknown setting waiver.",
        ),
    ],
)
def test_each_fault_is_reported(config: object, fault: str) -> None:
    (found,) = faults(config)

    assert fault in found


def test_command_reports_faults_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "config.json"
    file.write_text('{"dynamodb-table-key-decidd": "advisory"}')

    assert main([str(file)]) == 1
    assert "Did you mean dynamodb-table-key-decided?" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{", None])
def test_an_unreadable_file_is_an_error(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    if content is not None:
        file.write_text(content)

    assert main([str(file)]) == 2
