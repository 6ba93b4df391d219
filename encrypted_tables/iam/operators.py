"""The condition operators of IAM: each compares one value of a policy with one value of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import ipaddress
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from encrypted_tables.iam.arns import arn_matches
from encrypted_tables.iam.matching import matches

Test = Callable[[str, str], bool]
"""The policy's value, then the request's. A value of the wrong type matches nothing."""


def _exact(wanted: str, given: str) -> bool:
    return wanted == given


def _ignoring_case(wanted: str, given: str) -> bool:
    return wanted.lower() == given.lower()


def _numeric(compare: Callable[[Decimal, Decimal], bool]) -> Test:
    def test(wanted: str, given: str) -> bool:
        try:
            return compare(Decimal(given), Decimal(wanted))
        except InvalidOperation:
            return False

    return test


def _date(compare: Callable[[datetime, datetime], bool]) -> Test:
    def test(wanted: str, given: str) -> bool:
        try:
            return compare(_moment(given), _moment(wanted))
        except (ValueError, OverflowError):
            return False

    return test


def _moment(text: str) -> datetime:
    """ISO 8601, or seconds since 1970; without a time zone it is UTC."""
    if text.lstrip("-").replace(".", "", 1).isdigit() and len(text) > 4:
        return datetime.fromtimestamp(float(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_network(wanted: str, given: str) -> bool:
    try:
        return ipaddress.ip_address(given) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


POSITIVE: Mapping[str, Test] = {
    "StringEquals": _exact,
    "StringEqualsIgnoreCase": _ignoring_case,
    "StringLike": matches,
    "ArnEquals": arn_matches,  # AWS: ArnEquals and ArnLike behave the same
    "ArnLike": arn_matches,
    "Bool": _ignoring_case,
    "BinaryEquals": _exact,
    "NumericEquals": _numeric(lambda given, wanted: given == wanted),
    "NumericLessThan": _numeric(lambda given, wanted: given < wanted),
    "NumericLessThanEquals": _numeric(lambda given, wanted: given <= wanted),
    "NumericGreaterThan": _numeric(lambda given, wanted: given > wanted),
    "NumericGreaterThanEquals": _numeric(lambda given, wanted: given >= wanted),
    "DateEquals": _date(lambda given, wanted: given == wanted),
    "DateLessThan": _date(lambda given, wanted: given < wanted),
    "DateLessThanEquals": _date(lambda given, wanted: given <= wanted),
    "DateGreaterThan": _date(lambda given, wanted: given > wanted),
    "DateGreaterThanEquals": _date(lambda given, wanted: given >= wanted),
    "IpAddress": _in_network,
}
NEGATIVE: Mapping[str, str] = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}
WILDCARDS = frozenset({"StringLike", "ArnEquals", "ArnLike"})
"""The operators in which `*` and `?` are wildcards."""
