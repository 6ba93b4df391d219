"""AWS Backup: vaults, and recovery points of DynamoDB tables, encrypted with the vault's key.

https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from .. import clock
from .. import ministack_adapter as ms
from ..arns import TableName, find_key
from ..kms import last_use
from ..ministack_adapter import Handler, Response

SERVICE = "backup.amazonaws.com"


class Backup:
    """Answers the calls about recovery points; ministack answers those about vaults."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._points: dict[str, dict[str, Any]] = {}

    def get_state(self) -> Mapping[str, Any]:
        """All recovery points and vaults."""
        return {"points": self._points, "vaults": ms.backup_vaults().get_state()}

    def load_persisted_state(self, data: Mapping[str, Any]) -> None:
        """Restore the result of an earlier `get_state`."""
        self._points.update(data["points"])
        ms.backup_vaults().load_persisted_state(data["vaults"])

    async def __call__(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> Response:
        """Answer one call; the signature and the permission were checked before."""
        parts = [unquote(part) for part in path.strip("/").split("/")]
        if method == "PUT" and parts == ["backup-jobs"]:
            return await self._start(json.loads(body), headers)
        if parts[0] == "backup-vaults" and parts[2:3] == ["recovery-points"]:
            name, arn = parts[1], "/".join(parts[3:])
            if method == "GET" and not arn:
                points = [one for one in self._points.values() if one["_place"] == _place(name)]
                return _json(200, {"RecoveryPoints": [_public(one) for one in points]})
            if method == "DELETE":
                return _json(204, {}) if self._points.pop(arn, None) else _missing(f"recovery point {arn}")
        return await self._handler(method, path, headers, body, query)

    async def _start(self, request: Mapping[str, Any], headers: dict[str, str]) -> Response:
        name, table = str(request["BackupVaultName"]), TableName.of(str(request["ResourceArn"]))
        status, _, found = await self._handler("GET", f"/backup-vaults/{name}", headers, b"", {})
        if status != 200:
            return status, {"content-type": "application/json"}, found
        if table.record is None:
            return _missing(f"table {table.arn}")
        vault = json.loads(found)
        key = find_key(vault["EncryptionKeyArn"]) if vault.get("EncryptionKeyArn") else None
        if key:
            last_use.note(SERVICE, "GenerateDataKey", key, {})
        arn = f"arn:aws:backup:{table.region}:{table.account}:recovery-point:{uuid.uuid4()}"
        self._points[arn] = {
            "RecoveryPointArn": arn,
            "BackupVaultName": name,
            "BackupVaultArn": vault["BackupVaultArn"],
            "ResourceArn": table.arn,
            "ResourceType": "DynamoDB",
            "Status": "COMPLETED",
            "CreationDate": clock.now(),
            "IsEncrypted": True,
            "_place": _place(name),
            **({"EncryptionKeyArn": key["Arn"]} if key else {}),
        }
        return _json(
            200, {"BackupJobId": str(uuid.uuid4()), "RecoveryPointArn": arn, "CreationDate": clock.now()}
        )


def _place(vault: str) -> str:
    return f"{ms.account_id()}/{ms.region()}/{vault}"


def _public(point: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in point.items() if not name.startswith("_")}


def _json(status: int, data: Mapping[str, Any]) -> Response:
    return status, {"content-type": "application/json"}, json.dumps(data).encode() if status != 204 else b""


def _missing(what: str) -> Response:
    status, headers, body = _json(
        404, {"Code": "ResourceNotFoundException", "Message": f"There is no {what}"}
    )
    return status, {**headers, "x-amzn-errortype": "ResourceNotFoundException"}, body
