"""Types of single settings, with the names and limits of AWS.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
"""

import re
from datetime import UTC, date, datetime
from functools import partial
from inspect import isawaitable
from typing import Annotated, Any, Literal
from unicodedata import category

from pulumi import Output
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic.alias_generators import to_camel

from .inputs import with_outputs
from .policy_statements import check_key_statement, check_table_statement
from .principals import check_principal
from .regions import REGION

ALIAS_PREFIX = "alias/"
_LONGEST_ATTRIBUTE_NAME = 255
_GO_TIME = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? ([+-]\d{4}) \S+", re.ASCII)
GREATEST_NUMBER = 2_147_483_647


class Settings(BaseModel):
    """Base of all settings: camelCase in config, snake_case in Python. Unknown settings are errors."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        allow_inf_nan=False,
        defer_build=True,  # most programs validate few of the models by themselves
    )


def _let_outputs_pass(value: object, check: ValidatorFunctionWrapHandler) -> object:
    """Check known values only; outputs and awaitables are checked once they are known."""
    if isawaitable(value) and not isinstance(value, Output):
        return with_outputs(value)
    return value if isinstance(value, Output) else check(value)


def _named_attribute(value: object) -> object:
    """An attribute given only by its name is a string."""
    return {"name": value} if isinstance(value, str) else value


def _number_as_text(value: object) -> object:
    """`pulumi config set --path` stores text that looks like a number as a number: account ids, tag
    values.
    """
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _no_truth(value: object) -> object:
    """Reject true and false, which Python would accept as numbers."""
    if isinstance(value, bool):
        raise ValueError(  # noqa: TRY004  # pydantic reports a ValueError
            f"should be a whole number, found {str(value).lower()}"
        )
    return value


def _with_alias_prefix(alias: str) -> str:
    name = alias.removeprefix(ALIAS_PREFIX)
    if name.startswith("aws/"):
        raise ValueError(f"{alias!r} is reserved: aliases alias/aws/… are those of AWS managed keys")
    return ALIAS_PREFIX + name


def _no_alias(arn: str) -> str:
    if "alias/" in arn:
        raise ValueError(
            f"{arn!r} is an alias; give the key's ARN (aws kms describe-key --key-id ALIAS), "
            "because DynamoDB re-encrypts a table whenever its key is given in another form"
        )
    return arn


def _as_iso(time: str) -> str:
    """Reads `2027-01-31 00:00:00 +0000 UTC`: so the engine writes a time that is not quoted in YAML."""
    found = _GO_TIME.fullmatch(time)
    return "{}T{}{}".format(*found.groups()) if found else time


def _in_utc(time: str) -> str:
    """A time in the format of the AWS provider: 2026-11-01T09:30:00Z."""
    try:
        found = datetime.fromisoformat(time)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ValueError(f"{time!r} is not a time with its offset, such as 2026-11-01T09:30:00Z")
    try:
        return found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        raise ValueError(f"{time!r} is outside the years 1 to 9999 in UTC") from None


def _end(time: str) -> str:
    """The time at which access ends, in UTC. A date means 00:00 UTC on that day."""
    try:
        return f"{date.fromisoformat(time)}T00:00:00Z"
    except ValueError:
        pass
    try:
        return _in_utc(time)
    except ValueError:
        raise ValueError(
            f"{time!r} is not a date such as 2027-01-31, nor a time with its offset, such as "
            "2027-01-31T18:00:00+01:00"
        ) from None


def _short_enough(attribute: str) -> str:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"""
    if not 1 <= (size := len(attribute.encode())) <= _LONGEST_ATTRIBUTE_NAME:
        raise ValueError(
            f"{attribute[:40]!r} has {size} bytes; DynamoDB accepts 1 to {_LONGEST_ATTRIBUTE_NAME} in the "
            "name of an attribute"
        )
    return attribute


def matching(pattern: str, what: str) -> AfterValidator:
    """A check against a pattern, with a message that describes what is expected."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(f"{value!r} is not {what}")
        return value

    return AfterValidator(check)


def _tag_text(what: str, longest: int, text: str) -> str:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_Tag.html"""
    refused = sorted({c for c in text if category(c)[0] not in "LNZ" and c not in "_.:/=+-@"})
    if refused:
        raise ValueError(
            f"the tag {what} {text!r} has {' '.join(refused)!r}; AWS accepts letters, digits, spaces "
            "and `_.:/=+-@`"
        )
    if len(text) > longest:
        raise ValueError(
            f"the tag {what} {text[:40]!r}… has {len(text)} characters; AWS accepts at most {longest}"
        )
    return text


def _tag_key(key: str) -> str:
    if not key:
        raise ValueError("a tag key is empty")
    if key.lower().startswith("aws:"):
        raise ValueError(f"the tag key {key!r} is reserved: only AWS uses keys that begin with `aws:`")
    return _tag_text("key", 128, key)


OrOutput = WrapValidator(_let_outputs_pass)
Principal = Annotated[str, BeforeValidator(_number_as_text), AfterValidator(check_principal), OrOutput]
Principals = Annotated[tuple[Principal, ...], OrOutput]
Until = Annotated[str, AfterValidator(_as_iso), AfterValidator(_end), OrOutput]
Alias = Annotated[
    str,
    matching(
        r"(?!alias/$)(alias/)?[a-zA-Z0-9:/_-]{1,250}",
        "an alias: up to 250 letters, digits, `:`, `/`, `_`, `-`",
    ),
    AfterValidator(_with_alias_prefix),
]
KeyArn = Annotated[
    str,
    AfterValidator(_no_alias),
    matching(
        r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+",
        "a KMS key's ARN, arn:aws:kms:REGION:ACCOUNT:key/ID",
    ),
    OrOutput,
]
UserName = Annotated[
    str, matching(r"[\w+=,.@-]{1,64}", "a user's name: up to 64 letters, digits, and `+=,.@_-`")
]
TableArn = Annotated[
    str,
    matching(
        r"arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table/[a-zA-Z0-9_.-]{3,255}",
        "a table's ARN, arn:aws:dynamodb:REGION:ACCOUNT:table/NAME",
    ),
    OrOutput,
]
BackupArn = Annotated[
    str,
    matching(
        r"arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table/[a-zA-Z0-9_.-]{3,255}/backup/[0-9a-zA-Z-]+",
        "a backup's ARN, arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/backup/ID",
    ),
    OrOutput,
]
AccountId = Annotated[
    str, BeforeValidator(_number_as_text), matching(r"\d{12}", "an account's id of 12 digits")
]
BucketName = Annotated[
    str,
    matching(r"(?!.*\.\.)(?![\d.]+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "a bucket's name"),
    OrOutput,
]
Time = Annotated[str, AfterValidator(_as_iso), AfterValidator(_in_utc)]
Region = Annotated[str, matching(REGION, "a Region, such as eu-west-1")]
ResourceName = Annotated[
    str,
    matching(r"[a-zA-Z0-9_.-]{3,255}", "a name for DynamoDB: 3 to 255 letters, digits, `_`, `.` and `-`"),
]
AttributeName = Annotated[str, AfterValidator(_short_enough)]
KeyStatement = Annotated[dict[str, Any], BeforeValidator(with_outputs), AfterValidator(check_key_statement)]
TableStatement = Annotated[
    dict[str, Any], BeforeValidator(with_outputs), AfterValidator(check_table_statement)
]
WholeNumber = Annotated[int, BeforeValidator(_no_truth)]
Capacity = Annotated[WholeNumber, Field(ge=1, le=GREATEST_NUMBER)]
Version = Annotated[WholeNumber, Field(ge=1, le=GREATEST_NUMBER)]
FormerName = Annotated[
    str,
    matching(
        r"(?!urn:).+|urn:pulumi:[^:]+::[^:]+::.+::.+",
        "the name of a resource, nor its URN, urn:pulumi:STACK::PROJECT::TYPE::NAME",
    ),
]
TagKey = Annotated[str, AfterValidator(_tag_key)]
TagValue = Annotated[
    str, BeforeValidator(_number_as_text), AfterValidator(partial(_tag_text, "value", 256)), OrOutput
]

Tags = Annotated[dict[TagKey, TagValue], Field(max_length=50), OrOutput]


class KeyAttribute(Settings):
    """An attribute that is part of a table or index key: its name and type (a string when left out)."""

    name: AttributeName
    type: Literal["S", "N", "B"] = "S"


Attribute = Annotated[KeyAttribute, BeforeValidator(_named_attribute)]


def region_of(arn: str) -> str:
    """The Region in an ARN."""
    return arn.split(":")[3]
