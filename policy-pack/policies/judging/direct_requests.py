"""The condition keys of a kms:PutKeyPolicy request that a user, a session of a role or a root user makes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
"""

import re
from collections.abc import Callable, Mapping, Sequence

from policies.declared.documents import Condition, is_hidden, wildcards

IAM_ARN = re.compile(r"arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):.+")

PRESENT: Mapping[str, str] = {
    "aws:securetransport": "true",
    "aws:viaawsservice": "false",
    "aws:principalisawsservice": "false",
}
PRESENT_WITH_ANY_VALUE = frozenset(
    {
        "aws:currenttime", "aws:epochtime", "aws:principalaccount", "aws:principalarn", "aws:principaltype",
        "aws:requestedregion", "aws:resourceaccount", "aws:userid", "kms:calleraccount",
    }
)  # fmt: skip
ABSENT = (
    "aws:calledvia",
    "aws:principalservicename",
    "aws:requesttag/",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorg",
    "aws:tagkeys",
    "kms:encryptioncontext",
    "kms:expirationmodel",
    "kms:grant",
    "kms:primaryregion",
    "kms:replicaregion",
    "kms:retiringprincipal",
    "kms:rotationperiodindays",
    "kms:schedulekeydeletionpendingwindowindays",
    "kms:validto",
    "kms:viaservice",
    "kms:wrapping",
)
# Sessions of roles can have these keys, and those of other services, such as lambda:SourceFunctionArn.
OF_SESSIONS = ("aws:chatbotsourcearn", "aws:ec2instancesource", "aws:federatedprovider", "aws:sourceidentity")

# The keys whose value is the account of the key, for a caller of this account.
OF_THE_ACCOUNT = frozenset({"aws:principalaccount", "aws:resourceaccount", "kms:calleraccount"})


def _like(pattern: str, text: str) -> bool:
    return re.fullmatch(wildcards(pattern), text, re.DOTALL) is not None


def _arn_like(pattern: str, arn: str) -> bool:
    parts = pattern.split(":", 5)
    return len(parts) == 6 and all(map(_like, parts, arn.split(":", 5)))


TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "stringequals": lambda wanted, given: wanted == given,
    "stringequalsignorecase": lambda wanted, given: wanted.lower() == given.lower(),
    "stringlike": _like,
    "arnequals": _arn_like,
    "arnlike": _arn_like,
}
NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
}


def is_met(condition: Condition, caller: str) -> bool | None:
    """Whether a direct request of a caller meets a condition; None if the keys above do not decide."""
    if any(is_hidden(value) for value in condition.values):
        return None
    wanted = [str(value) for value in condition.values]
    if _is_absent(condition.key, caller):
        return _is_met_by_absence(condition.operator, wanted)
    if condition.operator == "null":
        return _is_one_of("false", wanted) if _is_present(condition.key) else None
    if condition.operator in {"bool", "boolifexists"}:
        return _is_one_of(PRESENT[condition.key], wanted) if condition.key in PRESENT else None
    given = _value_of(condition.key, caller)
    return None if given is None else _is_met_by(given, condition.operator, wanted)


def account_of(principal: str) -> str:
    """The account in an account id, or in the ARN of a user, role or session."""
    match = IAM_ARN.fullmatch(principal)
    return match[1] if match else principal


def _is_one_of(given: str, wanted: Sequence[str]) -> bool | None:
    asked = {one.lower() for one in wanted}
    return given in asked if asked <= {"true", "false"} else None


def _value_of(key: str, caller: str) -> str | None:
    """The value of a key that follows from the caller. The path of a session's role is unknown."""
    if key in OF_THE_ACCOUNT:
        return account_of(caller)
    if key == "aws:username" and ":user/" in caller:
        return caller.rpartition("/")[2]
    return caller if key == "aws:principalarn" and not _is_session(caller) else None


def _is_met_by(given: str, operator: str, wanted: Sequence[str]) -> bool | None:
    name = operator.rpartition(":")[2].removesuffix("ifexists")
    test = TESTS.get(NEGATED.get(name, name))
    if test is None or any("${" in one for one in wanted):
        return None
    return any(test(one, given) for one in wanted) is not (name in NEGATED)


def _is_session(caller: str) -> bool:
    return ":assumed-role/" in caller


def _is_present(key: str) -> bool:
    return key == "aws:username" or key in PRESENT or key in PRESENT_WITH_ANY_VALUE


def _is_absent(key: str, caller: str) -> bool:
    if key == "aws:username":
        return ":user/" not in caller
    is_of_sessions = key.startswith(OF_SESSIONS) or key.partition(":")[0] not in {"aws", "kms"}
    is_role = _is_session(caller) or ":role/" in caller
    return key.startswith(ABSENT) or (is_of_sessions and not is_role)


def _is_met_by_absence(operator: str, wanted: Sequence[str]) -> bool | None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
    if operator == "null":
        return _is_one_of("true", wanted)
    quantifier, _, name = operator.rpartition(":")
    if name.endswith("ifexists"):
        return True
    if any("${" in one for one in wanted):
        return None
    if quantifier:
        return quantifier == "forallvalues"
    return "not" in name
