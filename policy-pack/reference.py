"""The reference of all policies: `python policy-pack/reference.py docs` writes policies.md and policies/."""

import importlib
import inspect
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

The pack rejects DynamoDB tables without a customer managed KMS key, and open key policies. Each policy has
its own page. [Settings](policies/settings.md) describes the config that all policies share,
[roll-out](rollout.md) where to run the pack, and [audit](audit.md) how to check existing stacks.
"""
NOTES = """
## How a policy decides
Each verdict is *proven*, *disproved* or *pending* (it depends on a value that is unknown). A disproved
verdict is reported at the policy's level. A pending verdict never passes. For a table's key, the preview
follows the dependencies of the unknown value to the resources that it comes from. For anything else, Pulumi
shows an advisory, and the update checks the value before it creates the resource. If a policy itself fails,
that is a violation.

## What no policy sees
`pulumi import` runs no policy. Commands, dynamic providers, custom resources that run
their own code, controllers in clusters (ACK, Crossplane), automation documents, backups and zero-ETL
integrations create or copy tables outside the program. `dynamodb-table-declared-in-sight` reports those that
it can recognise.

The ARN of a customer managed key looks like that of an AWS managed key. No policy can distinguish them,
unless the stack reads the key by its alias. List the keys that you trust in `allowedKeyArns`, or the AWS
managed keys in `deniedKeyArns`, or ask AWS with `encrypted-tables verify`.

## Secrets
Messages show the values that break a rule. Pulumi passes all values to policies in plain text and does not
mark secrets: do not put a secret where a key, a principal or a template belongs.

`python policy-pack/reference.py docs` writes these pages from the policies; a test compares the two.
"""
EVERY_POLICY = """# Settings of every policy

The pack's config (`--policy-pack-config FILE`) gives each policy a level, or a level and settings.
`policy-pack/config/` has two profiles: start with `advisory.json` and end with `mandatory.json`. Both disable
the rules against loss in stacks with the tag `ephemeral` set to `true` (`pulumi stack tag set ephemeral
true`). The engine rejects a wrong setting but ignores an unknown policy name: check a config with
`encrypted-tables policies check-config FILE`.

A waiver has an owner, a reason, a scope and a last day, at most 180 days ahead (`longestWaiverDays`). Its
scope names a stack, a project or a resource. A waiver of a table in a template lists its logical ids. Copy
the URN and the logical id from the last line of the violation's message.

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
    yield "\n| Policy | Requires | Level | Severity |\n|---|---|---|---|\n"
    for rule in RULES:
        level, severity = rule.level.value, rule.severity.value
        yield f"| [{rule.name}](policies/{rule.name}.md) | {rule.description} | {level} | {severity} |\n"
    yield NOTES


def _common() -> Iterator[str]:
    yield EVERY_POLICY
    yield from _settings(COMMON)


def _policy(rule: Rule) -> Iterator[str]:
    yield f"# {rule.name}\n{rule.description} ({rule.level.value}, {rule.severity.value})\n\n"
    yield f"{explanation(rule)}\n\n"
    yield f"To do: {rule.remediation} [Documentation]({rule.url}).\n\n"
    if isinstance(rule, ResourceRule):
        yield f"Applies to: {', '.join(f'`{one}`' for one in sorted(rule.types))}.\n\n"
    else:
        yield "Applies to the whole stack, at preview and after an update.\n\n"
    controls = [f"{FRAMEWORKS[name].title} {', '.join(ids)}" for name, ids in CONTROLS[rule.name].items()]
    yield f"Compliance: {'; '.join(controls)}.\n"
    yield from _settings(rule.settings)
    if bounds := BOUNDS.get(rule.name):
        yield from _bounds(bounds)


def explanation(rule: Rule) -> str:
    """The docstring of the policy's module, with its sources as links."""
    module = importlib.import_module(f"policies.{rule.name.replace('-', '_')}")
    text = inspect.getdoc(module) or ""
    return "\n".join(f"<{line}>" if line.startswith("https://") else line for line in text.splitlines())


def _bounds(bounds: Bounds) -> Iterator[str]:
    yield "\nA principal `*` is allowed with a condition that equates one of these keys to a fixed value:\n"
    yield "\n| Key | Fixes | Counts | Source |\n|---|---|---|---|\n"
    for when, keys in (("alone", bounds.alone), ("together with `kms:ViaService`", bounds.together)):
        for name, bound in keys.items():
            yield f"| `{name}` | {bound.pins} | {when} | [AWS]({bound.source}) |\n"
    yield "\nA Deny of all other principals also counts. Other conditions do not.\n"


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
