"""Whether a Resource element's pattern covers an ARN.

A pattern with fewer than six parts is completed with wildcards. A wildcard stays within its part, unless it
ends the part: then it can reach beyond the colon.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import re

from ..iam.operators import ARN_PARTS, Answer, expression, matches

_WITHIN = "[^:]"


def covers(pattern: str, arn: str) -> Answer:
    """True, False, or None if AWS does not document how far a wildcard reaches."""
    if not pattern.startswith("arn:"):
        return matches(arn, pattern)
    parts = pattern.split(":", ARN_PARTS - 1)
    parts += ["*"] * (ARN_PARTS - len(parts))
    if re.fullmatch(":".join([*map(_of_part, parts[:-1]), expression(parts[-1])]), arn, re.DOTALL):
        return True
    return None if matches(arn, pattern) else False


def _of_part(part: str) -> str:
    if part.endswith("*"):
        return expression(part[:-1], _WITHIN) + ".*"
    return expression(part, _WITHIN)
