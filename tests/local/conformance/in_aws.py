"""Describes the component's table and keys in AWS, without values that differ between two runs."""

import json
import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local.process import LocalAws

REGIONS = ("us-east-1", "eu-west-1")
KEY_ID = re.compile(r"(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
OF_THE_RUN = (
    *("TableId", "CreationDateTime", "LatestStreamArn", "LatestStreamLabel", "TableSizeBytes", "ItemCount"),
    *("LastUpdateDateTime", "LastUpdateToPayPerRequestDateTime"),
    *("LastDecreaseDateTime", "LastIncreaseDateTime"),
    *("NumberOfDecreasesToday", "EarliestRestorableDateTime", "LatestRestorableDateTime", "RevisionId"),
    *("CreationDate", "CreationTime", "ScalableTargetARN", "PolicyARN", "ResponseMetadata", "Alarms"),
    "CurrentKeyMaterialId",
)  # fmt: skip


def facts(aws: LocalAws) -> Mapping[str, Any]:
    """By Region: the table, its settings from other API calls, and the key of each alias."""
    return {region: _of_region(aws, region) for region in REGIONS}


def by_path(value: Any, path: str = "") -> Mapping[str, Any]:  # noqa: ANN401  # JSON
    """Each value by its path, so that differences between two answers are easy to read."""
    if isinstance(value, (dict, list)) and value:
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        return {p: v for name, one in parts for p, v in by_path(one, f"{path}/{name}").items()}
    return {path: value}


def _of_region(aws: LocalAws, region: str) -> Any:  # noqa: ANN401  # JSON
    dynamodb, scaling = (aws.client(name, region=region) for name in ("dynamodb", "application-autoscaling"))
    found: dict[str, Any] = {"keys": _keys(aws, region)}
    found["targets"] = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")
    found["policies"] = scaling.describe_scaling_policies(ServiceNamespace="dynamodb")
    for name in dynamodb.list_tables()["TableNames"]:
        table = dynamodb.describe_table(TableName=name)["Table"]
        if table.get("TableClassSummary", {}).get("TableClass") == "STANDARD":
            del table["TableClassSummary"]  # the default: shown only if a request named it
        found[name] = {
            "table": table,
            "recovery": dynamodb.describe_continuous_backups(TableName=name),
            "ttl": dynamodb.describe_time_to_live(TableName=name),
            "tags": dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"]),
            "policy": _table_policy(dynamodb, table["TableArn"]),
        }
    return _without_ids(found)


def _table_policy(dynamodb: Any, arn: str) -> Any:  # noqa: ANN401  # boto3 makes its clients at run time
    try:
        return json.loads(dynamodb.get_resource_policy(ResourceArn=arn)["Policy"])
    except ClientError as error:
        return error.response["Error"]["Code"]


def _keys(aws: LocalAws, region: str) -> Mapping[str, Any]:
    kms = aws.client("kms", region=region)
    targets = {alias["AliasName"]: alias["TargetKeyId"] for alias in kms.list_aliases()["Aliases"]}
    return {name: _key(kms, key) for name, key in targets.items() if not name.startswith("alias/aws/")}


def _key(kms: Any, key_id: str) -> Mapping[str, Any]:  # noqa: ANN401  # as above
    rotation = kms.get_key_rotation_status(KeyId=key_id)
    return {
        "key": kms.describe_key(KeyId=key_id)["KeyMetadata"],
        "policy": json.loads(kms.get_key_policy(KeyId=key_id)["Policy"]),
        "tags": kms.list_resource_tags(KeyId=key_id)["Tags"],
        "rotation": {name: rotation.get(name) for name in ("KeyRotationEnabled", "RotationPeriodInDays")},
        "grants": [sorted(grant["Operations"]) for grant in kms.list_grants(KeyId=key_id)["Grants"]],
    }


def _without_ids(value: Any) -> Any:  # noqa: ANN401  # JSON
    if isinstance(value, dict):
        return {name: _without_ids(one) for name, one in value.items() if name not in OF_THE_RUN}
    if isinstance(value, list):
        return sorted(map(_without_ids, value), key=lambda one: json.dumps(one, sort_keys=True, default=str))
    return KEY_ID.sub("KEY", value) if isinstance(value, str) else value
