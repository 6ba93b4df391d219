"""Restores a table from another table or from a backup.

As in the official plugin, the restore applies encryption, provisioned capacity and indexes from the inputs.
The next update applies billing mode, on-demand limits, stream, deletion protection, table class and tags.
"""

from typing import Any

from local.provider.dynamodb import requests
from local.provider.session import Client
from local.provider.values import Properties

SOURCES = ("restoreBackupArn", "restoreSourceName", "restoreSourceTableArn")


def is_wanted(inputs: Properties) -> bool:
    """Whether the inputs request a restore."""
    return any(inputs.get(source) for source in SOURCES)


def start(dynamodb: Client, inputs: Properties) -> dict[str, Any]:
    """RestoreTableFromBackup or RestoreTableToPointInTime; returns the table's description."""
    request = overrides(inputs)
    if backup := inputs.get("restoreBackupArn"):
        answer = dynamodb.restore_table_from_backup(BackupArn=backup, **request)
    else:
        answer = dynamodb.restore_table_to_point_in_time(**source(inputs), **request)
    description: dict[str, Any] = answer["TableDescription"]
    return description


def source(inputs: Properties) -> dict[str, Any]:
    """The source table and the time."""
    names = {
        "restoreSourceTableArn": "SourceTableArn",
        "restoreSourceName": "SourceTableName",
        "restoreDateTime": "RestoreDateTime",
        "restoreToLatestTime": "UseLatestRestorableTime",
    }
    return {theirs: inputs[ours] for ours, theirs in names.items() if inputs.get(ours)}


def overrides(inputs: Properties) -> dict[str, Any]:
    """Settings that differ from the source: encryption, provisioned capacity and indexes.

    As in the official plugin, the table has the billing mode and the on-demand limits of its source.
    """
    mode = inputs["billingMode"]
    given: dict[str, Any] = {
        "GlobalSecondaryIndexOverride": [
            requests.global_index(index, mode) for index in inputs.get("globalSecondaryIndexes") or []
        ],
        "LocalSecondaryIndexOverride": [
            requests.local_index(index, inputs.get("hashKey", ""))
            for index in inputs.get("localSecondaryIndexes") or []
        ],
    }
    if inputs.get("readCapacity") and inputs.get("writeCapacity"):
        given |= {f"{name}Override": units for name, units in requests.capacity(inputs, mode).items()}
    if "serverSideEncryption" in inputs:
        given["SSESpecificationOverride"] = requests.sse(inputs)
    return {"TargetTableName": inputs["name"], **{name: value for name, value in given.items() if value}}
