"""ARNs and their six parts: arn, partition, service, Region, account, resource.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

import re
from functools import lru_cache

from encrypted_tables.iam.matching import expression, matches

_PARTS = 6


def region_of(arn: str) -> str:
    """The Region in an ARN; empty if there is none."""
    return _part(arn, 3)


def account_of(arn: str) -> str:
    """The account in an ARN; empty if there is none."""
    return _part(arn, 4)


def _part(arn: str, place: int) -> str:
    parts = arn.split(":", _PARTS - 1)
    return parts[place] if len(parts) == _PARTS else ""


def arn_matches(pattern: str, value: str) -> bool:
    """Whether an ARN matches a pattern of an ARN operator, part by part, so that `*` does not match a colon.

    The sixth part, the resource, can contain colons. A pattern with fewer parts matches nothing.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    wanted, given = pattern.split(":", _PARTS - 1), value.split(":", _PARTS - 1)
    if len(wanted) < _PARTS or len(given) < _PARTS:
        return False
    return all(matches(part, one) for part, one in zip(wanted, given, strict=True))


def resource_covers(pattern: str, arn: str) -> bool | None:
    """Whether a Resource element covers an ARN; None where AWS does not document how far a wildcard reaches.

    Missing parts are completed with wildcards. A `*` at the end of a part can reach beyond the colon, another
    wildcard stays within its part.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    if pattern == "*" or not pattern.startswith("arn:"):
        return matches(pattern, arn)
    is_match = matches(pattern, arn)
    if not is_match and not matches(f"{pattern}:*", arn):  # most patterns: a fast path
        return False
    return True if _covering(pattern).fullmatch(arn) else None if is_match else False


@lru_cache(maxsize=65_536)
def _covering(pattern: str) -> re.Pattern[str]:
    *parts, resource = (pattern.split(":", _PARTS - 1) + ["*"] * _PARTS)[:_PARTS]
    within = [_up_to_colon(part) for part in parts]
    return re.compile(":".join([*within, expression(resource)]), re.DOTALL)


def _up_to_colon(part: str) -> str:
    if part.endswith("*"):
        return expression(part[:-1], "[^:]") + ".*"
    return expression(part, "[^:]")
