"""Generates Condition blocks: keys that both evaluators know, with all suitable operators."""

from random import Random
from typing import Any

from tests.iam.vectors import ACCOUNT, OTHER_ACCOUNT, REGION, TABLE

_ROLE = f"arn:aws:iam::{ACCOUNT}:role"
_STRINGS = (
    "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
)  # fmt: skip
_ARNS = ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringNotLike", "StringEquals")
_DATES = ("DateGreaterThan", "DateLessThan", "DateLessThanEquals", "DateGreaterThanEquals", "DateNotEquals")
_NUMBERS = ("NumericGreaterThan", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThanEquals")
_DYNAMODB = "dynamodb.amazonaws.com"
_VIA = (f"dynamodb.{REGION}.amazonaws.com", f"s3.{REGION}.amazonaws.com", "dynamodb.*.amazonaws.com")
_CONTEXT_KEYS = ("aws:dynamodb:tableName", "aws:dynamodb:subscriberId", "purpose")

# condition key: the operators that suit it, and values
_SINGLE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "aws:PrincipalArn": (
        _ARNS,
        (
            f"arn:aws:iam::{ACCOUNT}:user/anna", f"arn:aws:iam::{ACCOUNT}:user/*", f"{_ROLE}/service/batch",
            f"{_ROLE}/batch", f"{_ROLE}/*", "arn:aws:iam::*:role/*", f"arn:aws:iam::{OTHER_ACCOUNT}:root",
            f"arn:aws:sts::{ACCOUNT}:assumed-role/batch/*", "arn:aws:iam::*", "*", "arn:*:*:*:*:*/ann?",
            f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}",
        ),
    ),
    "aws:PrincipalAccount": (_STRINGS, (ACCOUNT, OTHER_ACCOUNT, "1111*")),
    "AWS:principaltype": (_STRINGS, ("User", "AssumedRole", "Account", "user")),
    "aws:username": (_STRINGS, ("anna", "ANNA", "b*", "${aws:PrincipalTag/team}", "${aws:username}", "?arl")),
    "aws:PrincipalTag/team": (_STRINGS, ("blue", "red", "BLUE", "*", "${aws:PrincipalTag/Stage, 'blue'}")),
    "aws:RequestedRegion": (_STRINGS, (REGION, "eu-west-1", "us-*", "")),
    "aws:ResourceAccount": (_STRINGS, (ACCOUNT, OTHER_ACCOUNT, "${aws:PrincipalAccount}")),
    "aws:SecureTransport": (("Bool",), ("true", "false", "True")),
    "aws:ViaAWSService": (("Bool",), ("true", "false")),
    "aws:PrincipalIsAWSService": (("Bool",), ("true", "false")),
    "kms:GrantIsForAWSResource": (("Bool",), ("true", "false")),
    "aws:CalledViaFirst": (_STRINGS, (_DYNAMODB, "athena.amazonaws.com")),
    "aws:CalledViaLast": (_STRINGS, (_DYNAMODB, "athena.amazonaws.com")),
    "kms:ViaService": (_STRINGS, _VIA),
    "kms:CallerAccount": (_STRINGS, (ACCOUNT, OTHER_ACCOUNT)),
    "kms:EncryptionContext:aws:dynamodb:tableName": (_STRINGS, (TABLE, "other", "ord*", "ORDERS")),
    "kms:EncryptionContext:aws:dynamodb:subscriberId": (_STRINGS, (ACCOUNT, OTHER_ACCOUNT)),
    "aws:SourceAccount": (_STRINGS, (ACCOUNT, "${aws:PrincipalAccount}")),
    "aws:SourceArn": (_ARNS, (f"arn:aws:s3:::{ACCOUNT}", "arn:aws:s3:::*")),
    "aws:PrincipalServiceName": (_STRINGS, (_DYNAMODB,)),
    "aws:CurrentTime": (_DATES, ("2020-01-01T00:00:00Z", "2099-12-31", "2020-01-01T00:00:00+02:00")),
    "aws:EpochTime": ((*_NUMBERS, *_DATES), ("1577836800", "4102444800")),
    "kms:GranteePrincipal": (_ARNS, (f"arn:aws:iam::{ACCOUNT}:user/anna",)),
    "kms:ScheduleKeyDeletionPendingWindowInDays": (_NUMBERS, ("7", "30")),
}  # fmt: skip
_MULTIPLE = {
    "aws:CalledVia": (_DYNAMODB, "athena.amazonaws.com", "*.amazonaws.com"),
    "kms:EncryptionContextKeys": _CONTEXT_KEYS,
}
# Keys whose value in a request only AWS or the caller knows.
_UNKNOWN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "aws:SourceIp": (("IpAddress", "NotIpAddress"), ("10.0.0.0/8", "127.0.0.1", "0.0.0.0/0")),
    "aws:UserAgent": (_STRINGS, ("aws-cli*",)),
    "aws:MultiFactorAuthPresent": (("Bool",), ("true", "false")),
    "dynamodb:LeadingKeys": (("ForAllValues:StringEquals",), ("1", "${aws:username}")),
}
UNKNOWN_KEYS = frozenset(key.lower() for key in _UNKNOWN)
_ONE_IN_UNKNOWN = 0.04


def condition(random: Random) -> dict[str, Any]:
    """A Condition block of one or two operators."""
    made: dict[str, Any] = {}
    for _ in range(random.choice((1, 1, 1, 2))):
        operator, key, values = _test(random)
        made.setdefault(operator, {})[key] = values
    return made


def _test(random: Random) -> tuple[str, str, Any]:
    draw = random.random()
    if draw < _ONE_IN_UNKNOWN:
        key = random.choice(tuple(_UNKNOWN))
        operators, values = _UNKNOWN[key]
        return random.choice(operators), key, _one_or_two(random, values)
    if draw < 0.15:
        key = random.choice(tuple(_MULTIPLE))
        quantifier = random.choice(("ForAnyValue:", "ForAllValues:"))
        operator = quantifier + random.choice(_STRINGS) + _if_exists(random)
        return operator, key, _one_or_two(random, _MULTIPLE[key])
    key = random.choice(tuple(_SINGLE))
    if draw < 0.22:
        return "Null", key, random.choice(("true", "false", True, False))
    operators, values = _SINGLE[key]
    operator = random.choice(operators)
    if random.random() < 0.2:
        operator = operator.lower()
    return operator + _if_exists(random), key, _one_or_two(random, values)


def _if_exists(random: Random) -> str:
    return "IfExists" if random.random() < 0.25 else ""


def _one_or_two(random: Random, values: tuple[str, ...]) -> str | list[str]:
    if len(values) == 1 or random.random() < 0.6:
        return random.choice(values)
    return random.sample(values, 2)
