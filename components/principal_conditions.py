"""Conditions for principals that a policy cannot name: permission sets and organisations. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .principals import accounts_of

Condition = Mapping[str, Mapping[str, Any]]

ANYONE = "*"
_SUFFIX = "?" * 16


def role_arns(permission_set: str) -> list[str]:
    """Patterns for the ARN of the role that IAM Identity Center creates for a permission set.

    The role's name ends in 16 characters that change whenever the permission set is provisioned again. The
    path is reserved for Identity Center, so no other role has such an ARN. It contains the Region of Identity
    Center, unless that is us-east-1.
    https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html

    Args:
        permission_set: in canonical form.
    """
    return [f"{prefix}{_SUFFIX}" for prefix in role_prefixes(permission_set)]


def role_prefixes(permission_set: str) -> list[str]:
    """What these ARNs begin with; `*` stands for the Region."""
    account, _, name = permission_set.partition(":permission-set/")
    path = f"{account}:role/aws-reserved/sso.amazonaws.com"
    return [f"{path}/*/AWSReservedSSO_{name}_", f"{path}/AWSReservedSSO_{name}_"]


def of_permission_sets(permission_sets: Iterable[str]) -> Condition:
    """The condition that the caller uses one of the permission sets."""
    named = list(permission_sets)
    arns = sorted(arn for one in named for arn in role_arns(one))
    return {
        "StringEquals": {"kms:CallerAccount": one_or_list(accounts_of(named))},
        "ArnLike": {"aws:PrincipalArn": arns},
    }


def of_organisations(organisations: Iterable[str], account_id: str) -> Sequence[tuple[str, Condition]]:
    """A name and a condition for each way to match organisations: by id or by path.

    The table's own account is excluded: otherwise, all users and roles of the account would be allowed, which
    should be named instead. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

    Args:
        organisations: `organisation/o-ID`, or with the path of a root or an organisational unit.
        account_id: the table's account.
    """
    paths = [one.partition("/")[2] for one in organisations]
    whole = sorted(path for path in paths if "/" not in path)
    units = sorted(f"{path}/*" for path in paths if "/" in path)
    elsewhere = {"StringNotEquals": {"kms:CallerAccount": account_id}}
    found: list[tuple[str, Condition]] = []
    if whole:
        condition = {"StringEquals": {"aws:PrincipalOrgID": one_or_list(whole)}}
        found.append(("Organisations", {**condition, **elsewhere}))
    if units:
        condition = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": one_or_list(units)}}
        found.append(("OrganisationalUnits", {**condition, **elsewhere}))
    return found


def before(until: str) -> Condition:
    """The condition that the current time is before this one.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-currenttime
    """
    return {"DateLessThan": {"aws:CurrentTime": until}}


def both(*conditions: Condition) -> Condition:
    """The conditions combined: all must be met."""
    operators = dict.fromkeys(operator for one in conditions for operator in one)
    return {
        operator: {key: value for one in conditions for key, value in one.get(operator, {}).items()}
        for operator in operators
    }


def one_or_list(values: Sequence[str]) -> str | list[str]:
    """A single value as it is, several as a list, as KMS returns them."""
    return values[0] if len(values) == 1 else list(values)
