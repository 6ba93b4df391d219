"""The condition operators of IAM: each compares one value of a policy with one value of a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import base64
import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from typing import Any

from encrypted_tables.iam.arns import arn_matches
from encrypted_tables.iam.matching import matches

Test = Callable[[str, str], bool | None]
"""The policy's value, then the request's; None if AWS does not document how it compares such values."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_EPOCH = re.compile(r"[0-9]{5,}")
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}"
    r"(?P<day>-[0-9]{2}(?P<time>T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?"
)


def _exact(wanted: str, given: str) -> bool:
    return wanted == given


def _ignoring_case(wanted: str, given: str) -> bool:
    return wanted.lower() == given.lower()


def _parsed(parse: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Test:
    """Compares the request's value with the policy's, in this order."""

    def test(wanted: str, given: str) -> bool | None:
        try:
            return compare(parse(given), parse(wanted))
        except (ValueError, OverflowError):
            return None

    return test


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text} is no integer or decimal number")
    return Decimal(text)


def _moment(text: str) -> datetime:
    """A date of the W3C's profile of ISO 8601 without the bare year, or seconds since 1970.

    https://www.w3.org/TR/NOTE-datetime
    """
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC)
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError(f"{text} is no date")
    moment = datetime.fromisoformat(text if found["day"] else f"{text}-01")
    return moment if found["time"] else moment.replace(tzinfo=UTC)


def _truth(text: str) -> bool:
    truths = {"true": True, "false": False}
    if text.lower() not in truths:
        raise ValueError(f"{text} is neither true nor false")
    return truths[text.lower()]


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _in_network(wanted: str, given: str) -> bool | None:
    try:
        return ipaddress.ip_address(given) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return None


POSITIVE: Mapping[str, Test] = {
    "StringEquals": _exact,
    "StringEqualsIgnoreCase": _ignoring_case,
    "StringLike": matches,
    "ArnEquals": arn_matches,  # AWS: ArnEquals and ArnLike behave the same
    "ArnLike": arn_matches,
    "Bool": _parsed(_truth, eq),
    "BinaryEquals": _parsed(_bytes, eq),
    "NumericEquals": _parsed(_number, eq),
    "NumericLessThan": _parsed(_number, lt),
    "NumericLessThanEquals": _parsed(_number, le),
    "NumericGreaterThan": _parsed(_number, gt),
    "NumericGreaterThanEquals": _parsed(_number, ge),
    "DateEquals": _parsed(_moment, eq),
    "DateLessThan": _parsed(_moment, lt),
    "DateLessThanEquals": _parsed(_moment, le),
    "DateGreaterThan": _parsed(_moment, gt),
    "DateGreaterThanEquals": _parsed(_moment, ge),
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
