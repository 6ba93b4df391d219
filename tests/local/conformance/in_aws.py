"""What an AWS account holds, without what differs from one account to another."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from local.process import LocalAws

REGIONS = ("us-east-1", "eu-west-1", "eu-central-1")
IDS: Mapping[str, re.Pattern[str]] = {
    "KEY": re.compile(r"(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"),
    "GRANT": re.compile(r"\b[0-9a-f]{64}\b"),
    "TIME": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?"),
    "PRINCIPAL": re.compile(r"\bA(?:IDA|KIA|ROA)[A-Z0-9]{12,}\b"),
    "TARGET": re.compile(r"(?<=scalable-target/)\w+"),
}
"""What AWS chooses, by what stands for it."""
OF_THE_RUN = (
    *("TableId", "CreationDateTime", "LatestStreamArn", "LatestStreamLabel", "TableSizeBytes", "ItemCount"),
    *("LastUpdateDateTime", "LastUpdateToPayPerRequestDateTime"),
    *("LastDecreaseDateTime", "LastIncreaseDateTime"),
    *("NumberOfDecreasesToday", "EarliestRestorableDateTime", "LatestRestorableDateTime", "RevisionId"),
    *("CreationDate", "CreationTime", "ScalableTargetARN", "PolicyARN", "ResponseMetadata", "Alarms"),
    *("CurrentKeyMaterialId", "AccessKeyId", "CreateDate", "UserId", "PasswordLastUsed"),
)  # fmt: skip
Facts = Any
"""JSON."""


def facts(aws: LocalAws, roles: Sequence[str]) -> Facts:
    """Tables, keys, scaling and alarms by Region, and users and roles."""
    iam = aws.client("iam")
    found = {
        **{region: _of_region(aws, region) for region in REGIONS},
        "users": {user["UserName"]: _user(iam, user["UserName"]) for user in iam.list_users()["Users"]},
        "roles": {name: _role(iam, name) for name in roles},
    }
    return without_ids(found)


def differing(ours: Facts, theirs: Facts) -> Iterator[str]:
    """The values that differ, one by one."""
    here, there = _by_path(ours), _by_path(theirs)
    for path in sorted(here.keys() | there.keys()):
        if here.get(path) != there.get(path):
            yield f"{path}: {here.get(path)!r} here, {there.get(path)!r} by Terraform"


def _by_path(value: Facts, path: str = "") -> Mapping[str, Any]:
    if isinstance(value, (dict, list)) and value:
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        return {p: v for name, one in parts for p, v in _by_path(one, f"{path}/{name}").items()}
    return {path: value}


def _of_region(aws: LocalAws, region: str) -> Facts:
    dynamodb, scaling, events, sns = (
        aws.client(name, region=region) for name in ("dynamodb", "application-autoscaling", "events", "sns")
    )
    targets = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    policies = scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    return {
        "tables": {name: _table(dynamodb, name) for name in dynamodb.list_tables()["TableNames"]},
        "targets": {f"{one['ResourceId']} {one['ScalableDimension']}": one for one in targets},
        "policies": {f"{one['ResourceId']} {one['ScalableDimension']}": one for one in policies},
        "rules": {rule["Name"]: _rule(events, rule) for rule in events.list_rules()["Rules"]},
        "topics": {
            topic["TopicArn"]: _topic(sns, topic["TopicArn"]) for topic in sns.list_topics()["Topics"]
        },
        **_keys(aws.client("kms", region=region)),
    }


def _table(dynamodb: Any, name: str) -> Facts:  # noqa: ANN401  # boto3 makes its clients at run time
    table = dynamodb.describe_table(TableName=name)["Table"]
    if table.get("TableClassSummary", {}).get("TableClass") == "STANDARD":
        del table["TableClassSummary"]  # the default: shown only if a request named it
    return {
        "table": table,
        "recovery": dynamodb.describe_continuous_backups(TableName=name),
        "ttl": dynamodb.describe_time_to_live(TableName=name),
        "tags": dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"],
        "policy": _table_policy(dynamodb, table["TableArn"]),
    }


def _table_policy(dynamodb: Any, arn: str) -> Facts:  # noqa: ANN401  # as above
    try:
        return json.loads(dynamodb.get_resource_policy(ResourceArn=arn)["Policy"])
    except ClientError as error:
        return error.response["Error"]["Code"]


def _keys(kms: Any) -> Mapping[str, Facts]:  # noqa: ANN401  # as above
    """The keys that have an alias by its name, and the waiting periods of those that are being deleted."""
    targets = {alias["AliasName"]: alias["TargetKeyId"] for alias in kms.list_aliases()["Aliases"]}
    used = {name: key for name, key in targets.items() if not name.startswith("alias/aws/")}
    others = {key["KeyId"] for key in kms.list_keys()["Keys"]} - {*targets.values()}
    return {
        "keys": {name: _key(kms, key) for name, key in used.items()},
        "keys without an alias": dict(_without_alias(kms, others)),
    }


def _without_alias(kms: Any, keys: set[str]) -> Iterator[tuple[str, Facts]]:  # noqa: ANN401  # as above
    found: dict[str, list[Facts]] = {}
    for key in keys:
        metadata = kms.describe_key(KeyId=key)["KeyMetadata"]
        until = metadata.get("DeletionDate")
        days = until and round((until - datetime.now(UTC)).total_seconds() / 86400)
        found.setdefault(metadata["Description"], []).append([metadata["KeyState"], days])
    yield from found.items()


def _key(kms: Any, key_id: str) -> Facts:  # noqa: ANN401  # as above
    rotation = kms.get_key_rotation_status(KeyId=key_id)
    return {
        "key": kms.describe_key(KeyId=key_id)["KeyMetadata"],
        "policy": json.loads(kms.get_key_policy(KeyId=key_id)["Policy"]),
        "tags": kms.list_resource_tags(KeyId=key_id)["Tags"],
        "rotation": {name: rotation.get(name) for name in ("KeyRotationEnabled", "RotationPeriodInDays")},
        "grants": [
            [grant["GranteePrincipal"], sorted(grant["Operations"]), grant.get("Constraints")]
            for grant in kms.list_grants(KeyId=key_id)["Grants"]
        ],
    }


def _rule(events: Any, rule: Mapping[str, Any]) -> Facts:  # noqa: ANN401  # as above
    targets = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    return {
        **rule,
        "EventPattern": json.loads(rule["EventPattern"]),
        "targets": [target["Arn"] for target in targets],
        "tags": events.list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"],
    }


def _topic(sns: Any, arn: str) -> Facts:  # noqa: ANN401  # as above
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    return {
        "policy": json.loads(attributes["Policy"]),
        "tags": sns.list_tags_for_resource(ResourceArn=arn)["Tags"],
    }


def _user(iam: Any, name: str) -> Facts:  # noqa: ANN401  # as above
    return {
        "user": iam.get_user(UserName=name)["User"],
        "policies": iam.list_attached_user_policies(UserName=name)["AttachedPolicies"],
        "access keys": iam.list_access_keys(UserName=name)["AccessKeyMetadata"],
    }


def _role(iam: Any, name: str) -> Facts:  # noqa: ANN401  # as above
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    return {
        policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in names
    }


def without_ids(value: Facts) -> Facts:
    """Without what differs from one account to another, lists sorted, and JSON in texts as values."""
    if isinstance(value, dict):
        return {name: without_ids(one) for name, one in value.items() if name not in OF_THE_RUN}
    if isinstance(value, list):
        return sorted(map(without_ids, value), key=lambda one: json.dumps(one, sort_keys=True, default=str))
    if isinstance(value, str):
        for name, pattern in IDS.items():
            value = pattern.sub(name, value)
        if value.startswith("{"):
            return without_ids(json.loads(value))
    return value
