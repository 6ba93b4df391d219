"""DynamoDB's calls: what is checked before ministack answers one, and what is done after."""

import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from local_aws.emulator import grants, kms_errors, table_encryption
from local_aws.emulator import ministack_adapter as ms
from local_aws.emulator.arns import TableName, find_key
from local_aws.emulator.item_calls import ITEM_OPERATIONS, tables_of
from local_aws.emulator.ministack_adapter import Handler, Record, Response
from local_aws.emulator.table_key import TableKeys

Request = dict[str, Any]
NEED_A_USABLE_KEY = frozenset({"CreateBackup", "UpdateTimeToLive", "UpdateContributorInsights"})


class DynamoDB:
    """Answers the calls of the DynamoDB API in front of ministack's own handler."""

    def __init__(self, handler: Handler, table_keys: TableKeys, encryption_change_seconds: float) -> None:
        self._handler = handler
        self._table_keys = table_keys
        self._change_seconds = encryption_change_seconds

    async def __call__(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Response:
        """Answer one call."""
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        request = json.loads(body or b"{}")

        async def ministack(changed: Request) -> Response:
            return await self._handler(method, path, headers, json.dumps(changed).encode(), query)

        if operation in ITEM_OPERATIONS:
            for table in tables_of(request):
                table_encryption.complete_if_due(table)
                if refused := self._table_keys.refusal(headers, table):
                    return refused
            return await ministack(request)
        table = TableName.of(str(request.get("TableName", "")))
        table_encryption.complete_if_due(table)
        if operation in ("CreateTable", "UpdateTable") and request.get("SSESpecification"):
            return await self._change_encryption(headers, table, request, ministack)
        if operation in NEED_A_USABLE_KEY and (refused := _key_unusable(table)):
            return refused
        response = await ministack(request)
        if operation == "DeleteTable" and response[0] == 200:
            grants.retire_of_dynamodb(table)
            with ms.scope(table.account, table.region):
                ms.drop_table_leftovers(table.name, table.arn)
        return response

    async def _change_encryption(
        self, headers: Mapping[str, str], table: TableName, request: Request, ministack: Callable[..., Any]
    ) -> Response:
        refused, key = table_encryption.prepare(headers, table, request["SSESpecification"])
        if refused:
            return refused
        before: Record | None = (table.record or {}).get("SSEDescription")
        existed = table.record is not None
        response: Response = await ministack(request)
        if response[0] != 200:
            return response
        table_encryption.apply(table, key, before=before, change_seconds=self._change_seconds)
        if existed:
            table_encryption.count_change(table)
        return _with_encryption(response, table)


def _key_unusable(table: TableName) -> Response | None:
    arn = table.key_arn()
    key = find_key(arn) if arn else None
    return kms_errors.unusable(key) if key else None


def _with_encryption(response: Response, table: TableName) -> Response:
    """The answer to a change, showing the table's encryption as it is now."""
    status, headers, body = response
    data = json.loads(body)
    sse = (table.record or {}).get("SSEDescription")
    data["TableDescription"].pop("SSEDescription", None)
    if sse:
        data["TableDescription"]["SSEDescription"] = sse
    return with_body(status, headers, data)


def with_body(status: int, headers: Mapping[str, str], data: Any) -> Response:
    """An answer with a new body; DynamoDB's clients verify its checksum."""
    body = json.dumps(data).encode()
    return status, {**headers, "x-amz-crc32": str(zlib.crc32(body))}, body
