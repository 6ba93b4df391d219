"""The use of a table's key: kms:Decrypt with the caller's permissions, before each item call.

DynamoDB decrypts the table key with the caller's permissions, through DynamoDB, with the table as encryption
context.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

from collections.abc import Mapping
from typing import Any

from .. import clock
from .. import ministack_adapter as ms
from ..arns import TableName, find_key
from ..dynamodb import key_errors
from ..kms import last_use
from ..kms.key_access import denial
from ..ministack_adapter import Response
from ..server.connection import client_port

DYNAMODB = "dynamodb.amazonaws.com"


def through_dynamodb(table: TableName) -> dict[str, Any]:
    """The condition keys of a KMS call that DynamoDB makes on behalf of its caller."""
    return {
        "kms:ViaService": table.via_service,
        "aws:ViaAWSService": "true",
        "aws:CalledVia": [DYNAMODB],
        "aws:CalledViaFirst": DYNAMODB,
        "aws:CalledViaLast": DYNAMODB,
    }


class TableKeys:
    """Caches table keys: KMS is called again `cache_seconds` after a caller's last successful decryption.

    On AWS this is about 5 minutes; with 0, KMS is called each time. Denials are never cached. Each host has
    its own cache; new connections go to the hosts in turn and stay with them.
    """

    def __init__(self, cache_seconds: float, hosts: int = 1) -> None:
        self._cache_seconds = cache_seconds
        self._hosts = hosts
        self._host_of: dict[int, int] = {}
        self._until: dict[tuple[int, str, TableName, str], float] = {}

    def _host(self) -> int:
        return self._host_of.setdefault(client_port(), len(self._host_of) % self._hosts)

    def refusal(self, headers: Mapping[str, str], table: TableName) -> Response | None:
        """The error of an item call if the caller or the table cannot use the key; None otherwise."""
        key_arn = table.key_arn()
        if key_arn is None:
            return None
        who = ms.caller(headers)
        slot = (self._host(), who.arn, table, key_arn)
        now = clock.now()
        if self._until.get(slot, now) > now:
            return None
        key = find_key(key_arn)
        if key is None:
            return key_errors.not_found(f"Key '{key_arn}' does not exist")
        if unusable := key_errors.unusable(key):
            return unusable
        refused = denial(who, "kms:Decrypt", key, through_dynamodb(table), table.encryption_context)
        if refused:
            return key_errors.access_denied(refused)
        last_use.note(who.arn, "Decrypt", key, table.encryption_context)
        if self._cache_seconds:
            self._until[slot] = now + self._cache_seconds
        return None
