"""The reference of policies in docs/ matches the policies."""

import json
import re
from pathlib import Path

import pytest
from reference import BOUNDS, explanation, reference

from policies import RULES
from policies.frameworks import CONTROLS, FRAMEWORKS
from policies.judging.bounds import Bounds
from policies.judging.rule import ResourceRule, Rule
from policies.judging.settings import COMMON

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_reference_is_current() -> None:
    """If not: python policy-pack/reference.py docs."""
    pages = [DOCS / "policies.md", *(DOCS / "policies").glob("*.md")]

    assert reference() == {str(page.relative_to(DOCS)): page.read_text() for page in pages}


def test_overview_is_short() -> None:
    assert len((DOCS / "policies.md").read_bytes()) <= 9000


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_page_of_a_policy_has_every_fact_that_the_policy_states(rule: Rule) -> None:
    page = (DOCS / "policies" / f"{rule.name}.md").read_text()
    settings = [f"| `{name}` | `{json.dumps(one['default'])}` |" for name, one in rule.settings.items()]
    facts = [
        rule.description,
        f"({rule.level.value}, {rule.severity.value})",
        explanation(rule),
        rule.remediation,
        f"({rule.url})",
        *(one["description"] for one in rule.settings.values()),
        *settings,
        *(f"`{one}`" for one in (rule.types if isinstance(rule, ResourceRule) else ())),
        *(control for controls in CONTROLS[rule.name].values() for control in controls),
        *(FRAMEWORKS[name].title for name in CONTROLS[rule.name]),
    ]

    assert [fact for fact in facts if fact not in page] == []


def test_overview_links_to_the_page_of_every_policy() -> None:
    overview = (DOCS / "policies.md").read_text()
    rows = [
        f"| [{rule.name}](policies/{rule.name}.md) | {rule.description} | {rule.level.value} | "
        f"{rule.severity.value} |"
        for rule in RULES
    ]

    assert [row for row in rows if row not in overview] == []


def test_page_of_the_settings_describes_each() -> None:
    page = (DOCS / "policies" / "settings.md").read_text()
    parts = [
        (f"{name}[].{part}", stated["description"])
        for name, one in COMMON.items()
        for part, stated in one.get("items", {}).get("properties", {}).items()
    ]
    settings = [*((name, one["description"]) for name, one in COMMON.items()), *parts]

    assert [
        name for name, meaning in settings if f"`{name}`" not in page or f" {meaning} |" not in page
    ] == []


@pytest.mark.parametrize(("policy", "bounds"), BOUNDS.items())
def test_page_lists_each_condition_that_bounds_a_principal(policy: str, bounds: Bounds) -> None:
    page = (DOCS / "policies" / f"{policy}.md").read_text()
    rows = [f"| `{key}` | {one.pins} |" for key, one in {**bounds.alone, **bounds.together}.items()]

    assert [row for row in rows if row not in page] == []


def test_policies_that_the_rollout_names_exist() -> None:
    named = set(re.findall(r"`((?:dynamodb|kms|iam|waivers)-[a-z-]+)`", (DOCS / "rollout.md").read_text()))

    assert named - {"encrypted-tables-policies"} <= {rule.name for rule in RULES}
