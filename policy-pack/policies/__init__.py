"""The policies of the pack, in the order in which they are reported."""

from pulumi_policy import Policy

from policies import (
    dynamodb_table_customer_managed_key,
    dynamodb_table_key_decided,
    dynamodb_table_key_from_stack,
)
from policies.judging.adapter import Adapter
from policies.judging.rule import Rule

RULES: tuple[Rule, ...] = (
    dynamodb_table_customer_managed_key.RULE,
    dynamodb_table_key_from_stack.RULE,
    dynamodb_table_key_decided.RULE,
)


def policies_of(adapter: Adapter) -> list[Policy]:
    """All policies, sharing the memory of one run."""
    return [adapter.policy(rule) for rule in RULES]


POLICIES = policies_of(Adapter())
