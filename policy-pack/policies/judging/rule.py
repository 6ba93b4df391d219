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
    """What all rules have.

    `description` is the compliant state, in one sentence. `settings` is the JSON schema
    of each setting; every setting has a default.
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
    """A rule about single resources, decided before each is created or updated.

    `check` gives one outcome for each table, key or document that the resource declares: none
    means that the rule does not apply. Where `settled_in_stack` is true, what is pending at preview
    is left to the stack rules; otherwise it is shown as an advisory. `check_stack` decides again,
    about the resources that it did not refuse, when all are registered. `refused` makes a violation of
    an outcome that only AWS could decide, unless the policy that may let it through is advisory.
    """

    types: frozenset[str]
    check: Callable[[Resource, Settings], Sequence[Outcome]]
    settled_in_stack: bool = False
    check_stack: Callable[[Stack, Settings], Mapping[str, Sequence[Outcome]]] | None = None
    refused: Callable[[Outcome], Outcome] | None = None


@dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """A rule about resources together, decided when all are registered, at preview too.

    `check` gives outcomes by the URN of the resource that they are about. With `lets_through`, the
    policy, where it is advisory, lets through what only AWS could decide.
    """

    check: Callable[[Stack, Settings], Mapping[str, Sequence[Outcome]]]
    lets_through: bool = False
