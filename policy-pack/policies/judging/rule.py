"""A rule: what it requires, the types that it applies to, and the pure function that decides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.resource import Resource
from policies.judging.outcome import Outcome
from policies.judging.stack import Stack

Settings = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The common attributes of all rules.

    `description` is the compliant state, in one sentence. `settings` has the JSON schema of each setting;
    every setting has a default.
    """

    name: str
    description: str
    level: EnforcementLevel
    severity: Severity
    remediation: str
    url: str
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule):
    """A rule for single resources, checked before each is created or updated.

    `check` returns an outcome for each table, key or document that the resource declares; none if the rule
    does not apply. If `settled_in_stack` is true, outcomes pending at preview are left to the stack rules;
    otherwise, they are shown as advisories. `check_stack` checks again when all resources are registered,
    except those already rejected. `refused` turns an outcome that only AWS can decide into a violation,
    unless the policy that can let it pass is advisory.
    """

    types: frozenset[str]
    check: Callable[[Resource, Settings], Sequence[Outcome]]
    settled_in_stack: bool = False
    check_stack: Callable[[Stack, Settings], Mapping[str, Sequence[Outcome]]] | None = None
    refused: Callable[[Outcome], Outcome] | None = None


@dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """A rule for the whole stack, checked when all resources are registered, also at preview.

    `check` returns outcomes by the URN of their resource. With `lets_through`, an advisory policy lets
    outcomes pass that only AWS can decide.
    """

    check: Callable[[Stack, Settings], Mapping[str, Sequence[Outcome]]]
    lets_through: bool = False
