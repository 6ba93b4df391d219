"""Another key for a table with replicas: one request has the key of every Region.

AWS does not describe the request. These errors and this form are those of the AWS provider and its reports:
https://github.com/hashicorp/terraform-provider-aws/issues/21726
https://github.com/hashicorp/terraform-provider-aws/pull/29102
"""

from collections.abc import Mapping
from typing import Any

from .. import ministack_adapter as ms
from ..arns import TableName
from ..dynamodb import table_encryption
from ..errors import ServiceError
from ..kms import aws_managed_key
from ..ministack_adapter import Record

Keys = Mapping[TableName, Record | None]
"""The new key of each table; None is the AWS owned key."""
Request = Mapping[str, Any]


def checked(headers: Mapping[str, str], table: TableName, request: Request) -> Keys:
    """The new keys of the table and its replicas, of those whose key changes.

    Raises:
        ServiceError: a Region is missing or no key would change, a key cannot be used, or SSESpecification
            names a customer managed key.
    """
    places = ms.regions_of(table.record or {})
    if not places:
        return {}
    if specification := request.get("SSESpecification"):
        _check_specification(specification)
        return _of_aws(table, specification, [place for place in places if place != table.region])
    wanted = _wanted(request)
    if not wanted:
        return {}
    changed = {
        TableName(table.account, region, table.name): reference for region, reference in wanted.items()
    }
    changed = {one: reference for one, reference in changed.items() if one.key_arn() != reference}
    if wanted.keys() != {*places} or not changed:
        raise ServiceError(
            "ValidationException",
            f"{table_encryption.INVALID}KMSMasterKeyId must be specified for each replica.",
        )
    return {one: _key(headers, one, reference) for one, reference in changed.items()}


def without(table: TableName, request: Request) -> Request:
    """The request without the keys that this module changes: ministack does not know them."""
    if not _wanted(request):
        return request
    updates = [
        {"Update": {"RegionName": update["Update"]["RegionName"]}} if _key_of(update) else update
        for update in request["ReplicaUpdates"]
        if _key_of(update) is None or update["Update"]["RegionName"] != table.region
    ]
    return {**request, "ReplicaUpdates": updates}


def apply(keys: Keys, change_seconds: float) -> None:
    """Encrypt each table with its new key."""
    for table, key in keys.items():
        record = table.record
        if record is None:
            continue
        before = record.get("SSEDescription")
        record["SSEDescription"] = (
            {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key["Arn"]}
            if key
            else {"Status": "DISABLED"}
        )
        table_encryption.apply(table, key, before=before, change_seconds=change_seconds)
        table_encryption.count_change(table)


def _check_specification(specification: Request) -> None:
    key = specification.get("KMSMasterKeyId")
    if key and key != aws_managed_key.ALIAS:
        raise ServiceError(
            "ValidationException",
            "Invalid operation: Customer Managed CMKs on Global Table Version 2019.11.21 replicas cannot be "
            "updated through SSESpecification parameter and can only be updated through ReplicaUpdates "
            "parameter",
        )


def _of_aws(table: TableName, specification: Request, replicas: list[str]) -> Keys:
    """The keys of the replicas when the table gets a key of AWS: the type is the same in each Region."""
    return {
        TableName(table.account, region, table.name): aws_managed_key.of(table.account, region)
        if specification.get("Enabled")
        else None
        for region in replicas
    }


def _wanted(request: Request) -> dict[str, str]:
    """The keys in the request by Region."""
    found = {
        str(update["Update"].get("RegionName")): _key_of(update)
        for update in request.get("ReplicaUpdates") or []
        if "Update" in update
    }
    return {region: key for region, key in found.items() if key}


def _key_of(update: Request) -> str | None:
    key: str | None = (update.get("Update") or {}).get("KMSMasterKeyId")
    return key


def _key(headers: Mapping[str, str], table: TableName, reference: str) -> Record | None:
    specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": reference}
    with ms.scope(table.account, table.region):
        refused, key = table_encryption.prepare(headers, table, specification)
    if refused:
        raise ServiceError.of(refused)
    return key
