"""The reference of all policies: `python policy-pack/reference.py > docs/policies.md`."""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from policies import RULES
from policies.frameworks import CONTROLS, FRAMEWORKS
from policies.judging.rule import ResourceRule, Rule
from policies.judging.settings import COMMON

HEAD = """# Policies

Made from the policies by `python policy-pack/reference.py > docs/policies.md`; a test compares the two.

Each policy decides with one of three values: *proven*, *disproved* or *pending* (it depends on a value
that is not known yet). What is disproved is reported at the policy's level. What is pending is never a
pass: for a table's key it is settled at preview by what the key's value depends on; for anything else
Pulumi shows an advisory, and the update decides before it creates the resource. A policy that fails by
itself is reported as a violation.

What no policy can tell: whether a key's ARN is that of a customer managed key or of an AWS managed one,
as both look alike. Name the keys that you trust in `allowedKeyArns`, or the AWS managed ones in
`deniedKeyArns`; ask AWS with `encrypted-tables verify`.

Messages show the values that break a rule. Pulumi gives policies all values in the clear, without telling
which are secret: do not put a secret where a key, a principal or a template belongs.
"""
EVERY_POLICY = """
## Settings of every policy

The pack's config (`--policy-pack-config FILE`) gives each policy a level, or a level and settings.
`policy-pack/config/` has two profiles: `advisory.json` to begin with, `mandatory.json` to arrive at.
Both are silent about the rules against loss in stacks that have the tag `ephemeral` with the value
`true` (`pulumi stack tag set ephemeral true`). A wrong setting is refused; the engine passes over a name
that is no policy's, so copy names from the list above.

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


def reference() -> Iterator[str]:
    """The reference, part by part."""
    yield HEAD
    yield "\n| Policy | Demands | Level | Severity |\n|---|---|---|---|\n"
    for rule in RULES:
        level, severity = rule.level.value, rule.severity.value
        yield f"| [{rule.name}](#{rule.name}) | {rule.description} | {level} | {severity} |\n"
    yield EVERY_POLICY
    yield from _settings(COMMON)
    for rule in RULES:
        yield from _policy(rule)


def _policy(rule: Rule) -> Iterator[str]:
    yield f"\n## {rule.name}\n{rule.description} ({rule.level.value}, {rule.severity.value})\n\n"
    yield f"To do: {rule.remediation} [Read on]({rule.url}).\n\n"
    if isinstance(rule, ResourceRule):
        yield f"Looks at: {', '.join(f'`{one}`' for one in sorted(rule.types))}.\n\n"
    else:
        yield "Looks at the whole stack, at preview and after an update.\n\n"
    controls = [f"{FRAMEWORKS[name].title} {', '.join(ids)}" for name, ids in CONTROLS[rule.name].items()]
    yield f"Serves: {'; '.join(controls)}.\n"
    yield from _settings(rule.settings)


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
    sys.stdout.write("".join(reference()))
