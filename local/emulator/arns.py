"""Finds KMS keys and DynamoDB tables by the ids, names and ARNs in requests."""

import re
from dataclasses import dataclass

from . import ministack_adapter as ms
from .ministack_adapter import Record

_ARN = re.compile(
    r"arn:aws[\w-]*:(?P<service>[\w-]+):(?P<region>[\w-]*):(?P<account>\d{12}):(?P<resource>.+)"
)


@dataclass(frozen=True)
class Arn:
    """The parts of an ARN."""

    service: str
    region: str
    account: str
    resource: str


def parse(text: str) -> Arn | None:
    """The parts of an ARN; None if the text is not an ARN."""
    found = _ARN.fullmatch(text)
    return Arn(**found.groupdict()) if found else None


def key_arn(reference: str) -> str:
    """The ARN for a key id, alias name or ARN in this account and Region (for an alias, the alias's ARN)."""
    if reference.startswith("arn:"):
        return reference
    resource = reference if reference.startswith("alias/") else f"key/{reference}"
    return f"arn:aws:kms:{ms.region()}:{ms.account_id()}:{resource}"


def find_key(reference: str) -> Record | None:
    """Find a key by id, alias name or ARN; an ARN can be in another account or Region."""
    arn = parse(key_arn(reference))
    if arn is None or arn.service != "kms":
        return None
    key_id: str | None = arn.resource.removeprefix("key/")
    if arn.resource.startswith("alias/"):
        key_id = ms.alias_target(arn.account, arn.region, key_arn(reference))
    return ms.key_record(arn.account, arn.region, key_id) if key_id else None


@dataclass(frozen=True)
class TableName:
    """A table's account, Region and name."""

    account: str
    region: str
    name: str

    @classmethod
    def of(cls, reference: str) -> "TableName":
        """The table with this name or ARN, which can also be the ARN of its index or stream."""
        arn = parse(reference)
        if arn and arn.service == "dynamodb" and arn.resource.startswith("table/"):
            return cls(arn.account, arn.region, arn.resource.split("/")[1])
        return cls(ms.account_id(), ms.region(), reference)

    @property
    def arn(self) -> str:
        """The table's ARN."""
        return f"arn:aws:dynamodb:{self.region}:{self.account}:table/{self.name}"

    @property
    def record(self) -> Record | None:
        """Ministack's record of the table; None if it does not exist."""
        return ms.table_record(self.account, self.region, self.name)

    @property
    def encryption_context(self) -> dict[str, str]:
        """The encryption context that DynamoDB uses for the table."""
        return {"aws:dynamodb:tableName": self.name, "aws:dynamodb:subscriberId": self.account}

    @property
    def via_service(self) -> str:
        """The value of kms:ViaService when DynamoDB calls KMS for this table."""
        return f"dynamodb.{self.region}.amazonaws.com"

    def key_arn(self) -> str | None:
        """The ARN of the key that encrypts the table; None for an AWS owned key."""
        sse = (self.record or {}).get("SSEDescription") or {}
        arn: str | None = sse.get("KMSMasterKeyArn")
        return arn
