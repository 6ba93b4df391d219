"""`python catalogue.py`: write the metadata of the pack's policies as JSON to stdout.

An audit reads it, because the engine's events have no remediation, URL or compliance controls.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from policies import RULES
from policies.frameworks import CONTROLS, FRAMEWORKS
from policies.judging.rule import Rule

PROJECT = Path(__file__).parent / "PulumiPolicy.yaml"


def catalogue() -> Mapping[str, Any]:
    """The pack's name and version, and its policies in reporting order."""
    project = yaml.safe_load(PROJECT.read_text(encoding="utf-8"))
    return {
        "name": project["name"],
        "version": project["version"],
        "policies": [_policy(rule) for rule in RULES],
    }


def _policy(rule: Rule) -> Mapping[str, Any]:
    return {
        "name": rule.name,
        "description": rule.description,
        "level": rule.level.value,
        "severity": rule.severity.value,
        "remediation": rule.remediation,
        "url": rule.url,
        "frameworks": [
            {
                "title": FRAMEWORKS[name].title,
                "edition": FRAMEWORKS[name].edition,
                "url": FRAMEWORKS[name].url,
                "controls": list(controls),
            }
            for name, controls in CONTROLS[rule.name].items()
        ],
    }


if __name__ == "__main__":
    json.dump(catalogue(), sys.stdout, indent=2)
