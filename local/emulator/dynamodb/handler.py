"""DynamoDB's calls: checks before ministack answers, and changes after."""

import json
import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from .. import ministack_adapter as ms
from ..arns import TableName, find_key
from ..cloudtrail import events
from ..dynamodb import (
    backups,
    key_errors,
    replica_keys,
    replicas,
    resource_policies,
    restores,
    streams,
    table_encryption,
    table_tags,
    throughput,
    time_to_live,
)
from ..dynamodb.item_calls import ITEM_OPERATIONS, tables_of
from ..dynamodb.table_key import TableKeys
from ..errors import ServiceError, request_in
from ..kms import grants
from ..ministack_adapter import Handler, Record, Response

Request = dict[str, Any]
Ministack = Callable[[Request], Awaitable[Response]]
NOT_HERE = frozenset({"ExportTableToPointInTime", "ImportTable"})  # they need S3
READS = ("Describe", "Get", "List")
NEED_A_USABLE_KEY = frozenset({"CreateBackup", "UpdateTimeToLive", "UpdateContributorInsights"})


class DynamoDB:
    """Answers the calls of the DynamoDB API in front of ministack's own handler."""

    def __init__(
        self,
        handler: Handler,
        table_keys: TableKeys,
        encryption_change_seconds: float,
        scales_writes: Callable[[TableName], bool],
    ) -> None:
        self._handler = handler
        self._scales_writes = scales_writes
        self._table_keys = table_keys
        self._change_seconds = encryption_change_seconds

    async def __call__(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Response:
        """Answer one call."""
        operation = headers.get("x-amz-target", "").rpartition(".")[2]

        async def ministack(changed: Request) -> Response:
            with ms.scope(resource_policies.account_of(tables_of(changed)), ms.region()):
                return await self._handler(method, path, headers, json.dumps(changed).encode(), query)

        try:
            request = request_in(body)
            if operation in ITEM_OPERATIONS:
                return await self._item_call(operation, headers, request, ministack)
            response = await self._table_call(operation, headers, request, ministack)
        except ServiceError as error:
            return error.response
        if response[0] == 200 and not operation.startswith(READS):
            _log(headers, operation, request, response)
        return response

    async def _item_call(
        self, operation: str, headers: Mapping[str, str], request: Request, ministack: Ministack
    ) -> Response:
        if operation in resource_policies.PARTIQL_OPERATIONS and (
            refused := resource_policies.partiql_refusal(headers, request)
        ):
            return refused
        for table in tables_of(request):
            table_encryption.complete_if_due(table)
            if refused := self._table_keys.refusal(headers, table):
                return refused
        return await ministack(request)

    async def _table_call(
        self, operation: str, headers: Mapping[str, str], request: Request, ministack: Ministack
    ) -> Response:
        table = TableName.of(str(request.get("TableName", "")))
        table_encryption.complete_if_due(table)
        _check(operation, table, request)
        if operation == "CreateTable" and table.record is None:
            return await self._create(headers, table, request, ministack)
        if operation == "UpdateTable" and table.record is not None:
            return await self._update(headers, table, request, ministack)
        if operation in restores.OPERATIONS:
            return await self._restore(headers, operation, request, ministack)
        held = list(grants.of_dynamodb(table))
        response = await ministack(request)
        if response[0] != 200:
            return response
        if operation == "PutResourcePolicy":
            resource_policies.remember_principals(str(request["ResourceArn"]))
        if operation == "DeleteTable":
            grants.retire(table, held)
            with ms.scope(table.account, table.region):
                ms.drop_table_leftovers(table.name, table.arn)
        return _shown(response, operation, table, request)

    async def _create(
        self, headers: Mapping[str, str], table: TableName, request: Request, ministack: Ministack
    ) -> Response:
        throughput.check(table, request)
        key = self._prepare(headers, table, request)
        response = await ministack(request)
        if response[0] == 200:
            throughput.apply(table, request, {})
            table_encryption.apply(table, key, before=None, change_seconds=0)
            if policy := request.get("ResourcePolicy"):
                ms.put_resource_policy(table.arn, policy)
                resource_policies.remember_principals(table.arn)
        return _shown(response, "CreateTable", table, request)

    async def _update(
        self, headers: Mapping[str, str], table: TableName, request: Request, ministack: Ministack
    ) -> Response:
        before: Record | None = (table.record or {}).get("SSEDescription")
        updates = request.get("ReplicaUpdates") or []
        throughput.check(table, request)
        limits = throughput.present(table)
        replicas.check_capacity(table, request, self._scales_writes)
        new_keys = replicas.checked(headers, table, updates)
        leaving = replicas.grants_of_leaving(table, updates)
        changed_keys = replica_keys.checked(headers, table, request)
        key = self._prepare(headers, table, request)
        response = await ministack({**replica_keys.without(table, request)})
        if response[0] != 200:
            return response
        if request.get("SSESpecification"):
            table_encryption.apply(table, key, before=before, change_seconds=self._change_seconds)
            table_encryption.count_change(table)
        replica_keys.apply(changed_keys, self._change_seconds)
        replicas.complete(table, new_keys, leaving)
        throughput.apply(table, request, limits)
        return _shown(response, "UpdateTable", table, request)

    async def _restore(
        self, headers: Mapping[str, str], operation: str, request: Request, ministack: Ministack
    ) -> Response:
        target = TableName.of(str(request.get("TargetTableName", "")))
        key = restores.prepare(headers, target, request)
        response = await ministack(request)
        if response[0] == 200:
            restores.complete(target, key)
        return _shown(response, operation, target, request)

    def _prepare(self, headers: Mapping[str, str], table: TableName, request: Request) -> Record | None:
        if not request.get("SSESpecification"):
            return None
        refused, key = table_encryption.prepare(headers, table, request["SSESpecification"])
        if refused:
            raise ServiceError.of(refused)
        return key


def _check(operation: str, table: TableName, request: Request) -> None:
    record = table.record or {}
    if operation in NOT_HERE:
        raise ServiceError("UnknownOperationException", f"the local AWS does not know {operation}")
    if operation in NEED_A_USABLE_KEY and (refused := _key_unusable(table)):
        raise ServiceError.of(refused)
    if operation in {"CreateTable", "TagResource", "UntagResource"}:
        table_tags.check(operation, request)
    if operation == "UpdateContinuousBackups":
        backups.check(request)
    if operation == "UpdateTimeToLive":
        time_to_live.check(table, request)
    if operation == "UpdateTable":
        streams.check(table, request)
    if operation == "DeleteTable" and record.get("DeletionProtectionEnabled"):
        raise replicas.deletion_protected()
    policy = request.get("Policy") if operation == "PutResourcePolicy" else request.get("ResourcePolicy")
    if policy:
        resource_policies.check_policy(policy)


def _log(headers: Mapping[str, str], operation: str, request: Request, response: Response) -> None:
    """Add the call to CloudTrail's event history."""
    named = (request.get(field) for field in ("TableName", "TargetTableName", "ResourceArn"))
    table = TableName.of(next(str(name) for name in (*named, "") if name is not None))
    described = {"TableDescription": json.loads(response[2] or "{}").get("TableDescription", {})}
    caller = ms.caller(headers).arn
    call = (table.account, table.region, "dynamodb.amazonaws.com", operation, caller, request, described)
    events.record(events.CalledApi(*call))


def _key_unusable(table: TableName) -> Response | None:
    arn = table.key_arn()
    key = find_key(arn) if arn else None
    return key_errors.unusable(key) if key else None


def _shown(response: Response, operation: str, table: TableName, request: Request) -> Response:
    """The answer, with the fields that ministack leaves out."""
    status, headers, body = response
    data = json.loads(body)
    description = data.get("TableDescription") or data.get("Table")
    if status == 200 and description and operation != "DeleteTable":
        description.pop("SSEDescription", None)
        sse = (table.record or {}).get("SSEDescription")
        if sse:
            description["SSEDescription"] = sse
        replicas.describe(table, description)
    if status == 200 and operation == "GetResourcePolicy":
        data["Policy"] = resource_policies.policy_shown(str(request["ResourceArn"]))
    if status == 200 and operation in backups.OPERATIONS:
        backups.complete(table, request, data)
    text = json.dumps(data).encode()
    return status, {**headers, "x-amz-crc32": str(zlib.crc32(text))}, text
