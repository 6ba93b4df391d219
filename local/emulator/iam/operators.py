"""Condition operators, which compare one value of a request with one value of a policy.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import base64
import binascii
import datetime
import ipaddress
import re
from collections.abc import Callable
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from typing import Any

# True, False, or None where AWS does not document what the operator makes of the values.
Answer = bool | None
Compare = Callable[[str, str], Answer]
ARN_PARTS = 6
# Marks a character from a policy variable in a pattern, where `*` and `?` are literal.
LITERAL = {"*": "\ue000", "?": "\ue001"}


def matches(value: str, pattern: str) -> bool:
    """Whether a text matches a pattern with `*` and `?`, case-sensitively."""
    return re.fullmatch(expression(pattern), value, re.DOTALL) is not None


def expression(pattern: str, character: str = ".") -> str:
    """The regular expression of a pattern, whose wildcards match `character`.

    The text up to the next fixed part is matched atomically, as a pattern with many wildcards would otherwise
    take exponential time.
    """
    *parts, end = (
        "".join(character if one == "?" else re.escape(plain(one)) for one in part)
        for part in pattern.split("*")
    )
    if not parts:
        return end
    start, *between = parts
    return start + "".join(f"(?>{character}*?{one})" for one in between) + f"{character}*{end}"


def plain(pattern: str) -> str:
    """The text of a policy value for operators without wildcards."""
    for wildcard, placeholder in LITERAL.items():
        pattern = pattern.replace(placeholder, wildcard)
    return pattern


def _arn(value: str, pattern: str) -> Answer:
    """Compare the six parts of two ARNs one by one, so that a wildcard does not cross a colon.

    A value with fewer parts matches nothing.
    """
    parts, patterns = value.split(":", ARN_PARTS - 1), pattern.split(":", ARN_PARTS - 1)
    return len(parts) == len(patterns) == ARN_PARTS and all(map(matches, parts, patterns))


def _parsed(parse: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Compare:
    def answer(value: str, wanted: str) -> Answer:
        try:
            return compare(parse(value), parse(plain(wanted)))
        except (ValueError, OverflowError, OSError):
            return None

    return answer


def _date(text: str) -> datetime.datetime:
    """A date in seconds since the epoch, or in a format of https://www.w3.org/TR/NOTE-datetime.

    A time needs a time zone. Four digits can be a year or seconds, so they are refused.
    """
    if re.fullmatch(r"\d{5,}", text, re.ASCII):
        return datetime.datetime.fromtimestamp(int(text), datetime.UTC)
    day, _, time = text.partition("T")
    if not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", day, re.ASCII):
        raise ValueError(f"{text} is not a date")
    if not time:
        return datetime.datetime.fromisoformat(f"{day}-01"[:10]).replace(tzinfo=datetime.UTC)
    if not re.fullmatch(r"\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", time, re.ASCII):
        raise ValueError(f"{time} is not a time with a time zone")
    return datetime.datetime.fromisoformat(text)


def _number(text: str) -> Decimal:
    if not re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
        raise ValueError(f"{text} is neither an integer nor a decimal number")
    return Decimal(text)


def _truth(text: str) -> bool:
    truths = {"true": True, "false": False}
    if text.lower() not in truths:
        raise ValueError(f"{text} is neither true nor false")
    return truths[text.lower()]


def _network(text: str) -> tuple[int, int, int]:
    """The IP version, first and last address of a network or of one address."""
    found = ipaddress.ip_network(text, strict=False)
    return found.version, int(found.network_address), int(found.broadcast_address)


def _within(address: tuple[int, int, int], network: tuple[int, int, int]) -> bool:
    return address[0] == network[0] and network[1] <= address[1] and address[2] <= network[2]


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None


OPERATORS: dict[str, Compare] = {
    "arnequals": _arn,
    "arnlike": _arn,
    "binaryequals": _parsed(_bytes, eq),
    "bool": _parsed(_truth, eq),
    "dateequals": _parsed(_date, eq),
    "dategreaterthan": _parsed(_date, gt),
    "dategreaterthanequals": _parsed(_date, ge),
    "datelessthan": _parsed(_date, lt),
    "datelessthanequals": _parsed(_date, le),
    "ipaddress": _parsed(_network, _within),
    "numericequals": _parsed(_number, eq),
    "numericgreaterthan": _parsed(_number, gt),
    "numericgreaterthanequals": _parsed(_number, ge),
    "numericlessthan": _parsed(_number, lt),
    "numericlessthanequals": _parsed(_number, le),
    "stringequals": lambda value, wanted: value == plain(wanted),
    "stringequalsignorecase": lambda value, wanted: value.lower() == plain(wanted).lower(),
    "stringlike": matches,
}
# Negated operator -> the operator it negates.
NEGATED = {
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
    "numericnotequals": "numericequals",
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
}
# The operators whose values may hold policy variables.
TAKES_VARIABLES = ("string", "arn")
