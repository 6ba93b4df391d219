"""The reference of all policies: `python policy-pack/reference.py docs` writes policies.md and policies/."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from policies import RULES
from policies.frameworks import CONTROLS, FRAMEWORKS
from policies.judging.bounds import OF_KEY_POLICIES, OF_TABLE_POLICIES, Bounds
from policies.judging.rule import ResourceRule, Rule
from policies.judging.settings import COMMON

BOUNDS = {
    "kms-key-no-wildcard-principal": OF_KEY_POLICIES,
    "dynamodb-table-policy-no-wildcard-principal": OF_TABLE_POLICIES,
}
HEAD = """# Policies

Made from the policies by `python policy-pack/reference.py docs`; a test compares the two. Each policy has a
page of its own; [settings](policies/settings.md) describes the config that all have.

Each policy decides with one of three values: *proven*, *disproved* or *pending* (it depends on a value that
is not known yet). What is disproved is reported at the policy's level. What is pending is never a pass: for
a table's key it is settled at preview by what the key's value depends on; for anything else Pulumi shows an
advisory, and the update decides before it creates the resource. A policy that fails by itself is reported
as a violation.

What no policy sees: imports by `pulumi import` run no policy; commands, dynamic providers, custom resources
that run code of their own, controllers in clusters (ACK, Crossplane), automation documents, backups and
zero-ETL integrations create or copy tables outside the program. `dynamodb-table-declared-in-sight` reports
the routes that it can recognise.

No policy can see whether a key's ARN is that of a customer managed key or of an AWS managed one, as both
look alike, unless the stack reads it by its alias. Name the keys that you trust in `allowedKeyArns`, or the
AWS managed ones in `deniedKeyArns`; ask AWS with `encrypted-tables verify`.

Messages show the values that break a rule. Pulumi gives policies all values in the clear, without telling
which are secret: do not put a secret where a key, a principal or a template belongs.
"""
EVERY_POLICY = """
## Settings of every policy

The pack's config (`--policy-pack-config FILE`) gives each policy a level, or a level and settings.
`policy-pack/config/` has two profiles: `advisory.json` to begin with, `mandatory.json` to arrive at.
Both are silent about the rules against loss in stacks that have the tag `ephemeral` with the value
`true` (`pulumi stack tag set ephemeral true`). A wrong setting is refused. The engine ignores a name
that no policy has: `python policy-pack/check_config.py FILE` reports it. A waiver ends within 180 days
(`longestWaiverDays`), names a stack, project or resource, and for tables of a template their logical ids.

```json
{
  "dynamodb-table-customer-managed-key": {
    "enforcementLevel": "mandatory",
    "allowedAccounts": ["111122223333"],
    "waivers": [
      {
        "owner": "orders-team",
        "reason": "public data, moved to another table in spring",
        "scope": "urn:pulumi:prod::orders::aws:dynamodb/table:Table::catalogue",
        "expires": "2027-03-31"
      }
    ],
    "overrides": [{"stackTags": {"environment": "dev"}, "settings": {"allowedAccounts": []}}]
  }
}
```
"""


def reference() -> Mapping[str, str]:
    """The text of each page, by its path in docs/."""
    pages = {"policies.md": "".join(_overview()), "policies/settings.md": "".join(_common())}
    return pages | {f"policies/{rule.name}.md": "".join(_policy(rule)) for rule in RULES}


def _overview() -> Iterator[str]:
    yield HEAD
    yield "\n| Policy | Demands | Level | Severity |\n|---|---|---|---|\n"
    for rule in RULES:
        level, severity = rule.level.value, rule.severity.value
        yield f"| [{rule.name}](policies/{rule.name}.md) | {rule.description} | {level} | {severity} |\n"


def _common() -> Iterator[str]:
    yield EVERY_POLICY.lstrip().replace("## ", "# ", 1)
    yield from _settings(COMMON)


def _policy(rule: Rule) -> Iterator[str]:
    yield f"# {rule.name}\n{rule.description} ({rule.level.value}, {rule.severity.value})\n\n"
    yield f"To do: {rule.remediation} [Read on]({rule.url}).\n\n"
    if isinstance(rule, ResourceRule):
        yield f"Looks at: {', '.join(f'`{one}`' for one in sorted(rule.types))}.\n\n"
    else:
        yield "Looks at the whole stack, at preview and after an update.\n\n"
    controls = [f"{FRAMEWORKS[name].title} {', '.join(ids)}" for name, ids in CONTROLS[rule.name].items()]
    yield f"Serves: {'; '.join(controls)}.\n"
    yield from _settings(rule.settings)
    if bounds := BOUNDS.get(rule.name):
        yield from _bounds(bounds)


def _bounds(bounds: Bounds) -> Iterator[str]:
    yield "\nThese keys bound a principal `*`, in a condition of equality with a fixed value:\n"
    yield "\n| Key | Pins | Counts | Source |\n|---|---|---|---|\n"
    for when, keys in (("alone", bounds.alone), ("beside `kms:ViaService`", bounds.together)):
        for name, bound in keys.items():
            yield f"| `{name}` | {bound.pins} | {when} | [AWS]({bound.source}) |\n"
    yield "\nA Deny of all but such principals bounds it as well. No other condition counts.\n"


def _settings(settings: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if settings:
        yield "\n| Setting | Default | Meaning |\n|---|---|---|\n"
    for name, schema in settings.items():
        yield f"| `{name}` | `{json.dumps(schema['default'])}` | {schema['description']} |\n"
    for name, schema in settings.items():
        inner = schema.get("items", {}).get("properties", {})
        for part, stated in inner.items():
            yield f"| `{name}[].{part}` | | {stated['description']} |\n"


if __name__ == "__main__":
    docs = Path(sys.argv[1])
    (docs / "policies").mkdir(exist_ok=True)
    for path, text in reference().items():
        (docs / path).write_text(text, encoding="utf-8")
