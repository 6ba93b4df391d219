"""Finds conditions that limit a principal `*` to an account, an organisation, a service or a caller.

A condition limits the principal if it requires a fixed value of one of these keys with an equality operator.
A request without the key also meets negated operators, `...IfExists` and `ForAllValues`, and a wildcard or
policy variable may match any value.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.declared.documents import Condition, Statement, is_hidden, matches
from policies.declared.values import Value

GLOBAL_KEYS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"
KMS_KEYS = "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html"
TRUSTED_BY_DYNAMODB = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-bpa-rbp.html"

ACCOUNT = r"\d{12}|\$\{aws:ResourceAccount\}"
ORGANISATION = r"o-[a-z0-9]{10,32}|\$\{aws:ResourceOrgID\}"
ORGANISATION_PATH = r"(?:o-[a-z0-9]{10,32}|\$\{aws:ResourceOrgID\})/.*"
ARN_WITH_ACCOUNT = r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9*?-]*:(?:\d{12}|\$\{aws:ResourceAccount\}):.+"
UNIQUE_ID = r"(?:A[A-Z]{3}[A-Z0-9]{12,124}|\d{12})(?::.*)?"
SERVICE = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?"
VIA_SERVICE = r"[a-z0-9-]+\.(?:[a-z0-9-]+|\*)\.amazonaws\.com(?:\.cn)?"


@dataclass(frozen=True)
class Bound:
    """A condition key that limits principals: what it fixes, the pattern of a fixed value, and the source."""

    pins: str
    value: str
    source: str


# Keys about the caller: each one is sufficient.
CALLER: Mapping[str, Bound] = {
    "kms:calleraccount": Bound("the caller's account", ACCOUNT, f"{KMS_KEYS}#conditions-kms-caller-account"),
    "aws:principalaccount": Bound("the caller's account", ACCOUNT, TRUSTED_BY_DYNAMODB),
    "aws:principalorgid": Bound("the caller's organisation", ORGANISATION, TRUSTED_BY_DYNAMODB),
    "aws:principalorgpaths": Bound("the caller's organisation", ORGANISATION_PATH, TRUSTED_BY_DYNAMODB),
    "aws:principalarn": Bound("the caller", ARN_WITH_ACCOUNT, TRUSTED_BY_DYNAMODB),
    "aws:userid": Bound("the caller", UNIQUE_ID, TRUSTED_BY_DYNAMODB),
    "aws:principalservicename": Bound("the calling service", SERVICE, TRUSTED_BY_DYNAMODB),
}
# Keys about the source of a service's request: in a key policy, they count only with kms:ViaService.
SOURCE: Mapping[str, Bound] = {
    "aws:sourceaccount": Bound("the account a service calls for", ACCOUNT, TRUSTED_BY_DYNAMODB),
    "aws:sourcearn": Bound("the resource a service calls for", ARN_WITH_ACCOUNT, TRUSTED_BY_DYNAMODB),
}
VIA: Mapping[str, Bound] = {
    "kms:viaservice": Bound("the service", VIA_SERVICE, f"{KMS_KEYS}#conditions-kms-via-service")
}

EQUAL = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"})
NOT_EQUAL = frozenset(
    {"stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals", "arnnotlike"}
)


@dataclass(frozen=True)
class Bounds:
    """The keys that limit the principals of one kind of policy.

    `alone` are sufficient; `together` only if `beside` also fixes the service.
    """

    alone: Mapping[str, Bound]
    together: Mapping[str, Bound]
    beside: Mapping[str, Bound]

    def hold(self, statement: Statement) -> bool | None:
        """Whether the conditions of an Allow limit its principals; None if unknown."""
        pinned = [_pins_if_equal(self.alone, one) for one in statement.conditions]
        source = [_pins_if_equal(self.together, one) for one in statement.conditions]
        service = [_pins_if_equal(self.beside, one) for one in statement.conditions]
        alone, both = _any(pinned), _all([_any(source), _any(service)])
        return _any([alone, both])

    def spare_only_pinned(self, denial: Statement) -> bool | None:
        """Whether a Deny applies to all except callers that it names or fixes; None if unknown."""
        if denial.excepts_principals and not denial.conditions:
            named = [p for p in denial.principals if not is_hidden(p)]
            if any(not isinstance(p, str) or "*" in p or "?" in p for p in named):
                return False
            return True if len(named) == len(denial.principals) else None
        if "*" not in denial.principals or denial.excepts_principals:
            return False
        return _all([_pins_if_not_equal(self.alone, one) for one in denial.conditions])


OF_KEY_POLICIES = Bounds(CALLER, SOURCE, VIA)
# DynamoDB accepts these conditions without kms:ViaService.
OF_TABLE_POLICIES = Bounds({**CALLER, **SOURCE}, {}, {})


def bounded(allow: Statement, statements: Sequence[Statement], bounds: Bounds) -> bool | None:
    """Whether an Allow is limited by its conditions or by a Deny; None if unknown."""
    by_denial = [
        bounds.spare_only_pinned(one) for one in statements if not one.allows and _covers_all(one, allow)
    ]
    return _any([bounds.hold(allow), *by_denial])


def _pins_if_equal(keys: Mapping[str, Bound], condition: Condition) -> bool | None:
    operator = condition.operator.removeprefix("foranyvalue:")
    return _pins(keys, condition) if operator in EQUAL else False


def _pins_if_not_equal(keys: Mapping[str, Bound], condition: Condition) -> bool | None:
    operator = condition.operator.removeprefix("forallvalues:").removesuffix("ifexists")
    return _pins(keys, condition) if operator in NOT_EQUAL else False


def _pins(keys: Mapping[str, Bound], condition: Condition) -> bool | None:
    bound = keys.get(condition.key)
    if bound is None or not condition.values:
        return False
    return _all([_is_fixed(bound, value) for value in condition.values])


def _is_fixed(bound: Bound, value: Value) -> bool | None:
    if is_hidden(value):
        return None
    return isinstance(value, str) and re.fullmatch(bound.value, value, re.IGNORECASE) is not None


def _covers_all(denial: Statement, allow: Statement) -> bool:
    """Whether a Deny covers everything that an Allow covers."""
    if denial.not_actions or denial.not_resources or allow.not_resources:
        return False
    actions = ["*"] if allow.not_actions else allow.actions
    return all(_among(action, denial.actions) for action in actions) and all(
        _among(resource, denial.resources) for resource in allow.resources
    )


def _among(text: Value, patterns: Sequence[Value]) -> bool:
    return isinstance(text, str) and any(matches(pattern, text) for pattern in patterns)


def _any(found: Sequence[bool | None]) -> bool | None:
    if True in found:
        return True
    return None if None in found else False


def _all(found: Sequence[bool | None]) -> bool | None:
    if False in found or not found:
        return False
    return None if None in found else True
