"""The policies of the pack, in the order in which they are reported."""

from pulumi_policy import Policy

from policies import (
    dynamodb_dax_cluster_reviewed,
    dynamodb_replica_as_safe_as_table,
    dynamodb_table_and_key_protected,
    dynamodb_table_copies_reviewed,
    dynamodb_table_customer_managed_key,
    dynamodb_table_declared_in_sight,
    dynamodb_table_deletion_protection,
    dynamodb_table_key_decided,
    dynamodb_table_key_from_stack,
    dynamodb_table_key_symmetric,
    dynamodb_table_point_in_time_recovery,
    dynamodb_table_policy_no_wildcard_principal,
    iam_policy_no_decrypt_on_all_keys,
    kms_key_deletion_window,
    kms_key_enabled,
    kms_key_lockout_check_kept,
    kms_key_no_wildcard_principal,
    kms_key_policy_keeps_administrator,
    kms_key_policy_no_ended_statement,
    kms_key_policy_no_orphaned_principal,
    kms_key_rotation_enabled,
    waivers_current,
    waivers_listed,
)
from policies.judging.adapter import Adapter
from policies.judging.rule import Rule, StackRule

RULES: tuple[Rule, ...] = (
    dynamodb_table_customer_managed_key.RULE,
    dynamodb_table_key_from_stack.RULE,
    dynamodb_table_key_decided.RULE,
    dynamodb_table_key_symmetric.RULE,
    dynamodb_table_declared_in_sight.RULE,
    dynamodb_table_point_in_time_recovery.RULE,
    dynamodb_table_deletion_protection.RULE,
    dynamodb_replica_as_safe_as_table.RULE,
    dynamodb_table_policy_no_wildcard_principal.RULE,
    dynamodb_dax_cluster_reviewed.RULE,
    dynamodb_table_copies_reviewed.RULE,
    dynamodb_table_and_key_protected.RULE,
    kms_key_rotation_enabled.RULE,
    kms_key_enabled.RULE,
    kms_key_deletion_window.RULE,
    kms_key_no_wildcard_principal.RULE,
    kms_key_policy_keeps_administrator.RULE,
    kms_key_policy_no_orphaned_principal.RULE,
    kms_key_policy_no_ended_statement.RULE,
    kms_key_lockout_check_kept.RULE,
    iam_policy_no_decrypt_on_all_keys.RULE,
    # Last, because they report on the waivers that the others used.
    waivers_current.RULE,
    waivers_listed.RULE,
)


def policies_of(adapter: Adapter) -> list[Policy]:
    """All policies, with a shared ledger. Policies whose level others depend on come first."""
    in_order = sorted(RULES, key=lambda rule: not (isinstance(rule, StackRule) and rule.lets_through))
    return [adapter.policy(rule) for rule in in_order]


POLICIES = policies_of(Adapter())
