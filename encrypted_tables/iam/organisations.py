"""Organisations in policies, which are allowed by a condition on the caller's organisation.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgid
"""

from collections.abc import Mapping

from encrypted_tables.iam.documents import Statement, as_list

_KEYS = {"stringequals": "aws:principalorgid", "foranyvalue:stringlike": "aws:principalorgpaths"}


def admitted_organisations(statement: Statement) -> list[str]:
    """The organisations, or parts of them, to which a condition limits `Principal: "*"`; empty otherwise.

    Each has the form of a declaration: `organisation/o-ID`, or with the path of an organisational unit.
    """
    condition = statement.get("Condition")
    return [
        f"organisation/{str(value).removesuffix('/*')}"
        for operator, keys in (condition.items() if isinstance(condition, Mapping) else ())
        for key, values in (keys.items() if isinstance(keys, Mapping) else ())
        if _KEYS.get(str(operator).lower()) == str(key).lower()
        for value in as_list(values)
    ]
