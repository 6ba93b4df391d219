"""Pulumi refuses to delete tables and their keys, because data encrypted with a deleted key is lost.

Policies do not see deletions. Only the resource option `protect` prevents them.
https://www.pulumi.com/docs/iac/concepts/options/protect/
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies import resource_types as types
from policies.declared.cloudformation import CONTAINERS
from policies.declared.keys import declared_keys
from policies.declared.resource import Resource
from policies.declared.tables import Table, declared_tables
from policies.declared.values import in_sentence
from policies.judging.outcome import PROVEN, Outcome, disproved
from policies.judging.rule import ResourceRule, Settings


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for the resource; none for a resource that can contain others but contains no table or
    key.
    """
    held = _held(resource) if resource.type in CONTAINERS else [""]
    if not held:
        return []
    if resource.protect:
        return [PROVEN]
    with_it = f", and with it {', '.join(held)}" if any(held) else ""
    todo = "Set the resource option protect to true."
    return [disproved(f"{resource.name} can be deleted by Pulumi{with_it}. {todo}")]


def _held(resource: Resource) -> list[str]:
    """The tables and keys that a resource of another kind declares, for messages."""
    places = [one.place for one in declared_tables(resource) if isinstance(one, Table)]
    places += [key.place for key in declared_keys(resource)]
    return [in_sentence(place) for place in dict.fromkeys(places)]


RULE = ResourceRule(
    name="dynamodb-table-and-key-protected",
    description="DynamoDB tables and KMS keys have the resource option protect.",
    level=EnforcementLevel.ADVISORY,
    severity=Severity.MEDIUM,
    remediation="Set the resource option protect. To keep the resource when its stack is destroyed, set "
    "retainOnDelete.",
    url="https://www.pulumi.com/docs/iac/concepts/options/protect/",
    types=CONTAINERS
    | frozenset(
        {
            types.TABLE,
            types.TABLE_REPLICA,
            types.NATIVE_TABLE,
            types.NATIVE_GLOBAL_TABLE,
            types.KEY,
            types.REPLICA_KEY,
            types.EXTERNAL_KEY,
            types.REPLICA_EXTERNAL_KEY,
            types.NATIVE_KEY,
            types.NATIVE_REPLICA_KEY,
        }
    ),
    check=check,
)
