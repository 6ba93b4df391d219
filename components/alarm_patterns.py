"""Event patterns for calls that endanger a table or its keys, or that change access to them. Pure functions.

EventBridge receives the calls from CloudTrail.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .key_policy import ProtectedTable
from .principal_conditions import role_prefixes
from .principals import is_permission_set

MAXIMUM_CHARACTERS = 2048
"""https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"""

Pattern = Mapping[str, Any]

_LOSE_KEY = ("DeleteImportedKeyMaterial", "DisableKey", "ScheduleKeyDeletion")
_OPEN_KEY = ("CreateGrant", "PutKeyPolicy", "ReplicateKey", "RevokeGrant")
_OPEN_TABLE = ("DeleteResourcePolicy", "PutResourcePolicy")
_ABSENT = {"exists": False}
_PRESENT = [{"exists": True}]


def losses(table: ProtectedTable, key_arns: Sequence[str]) -> Pattern:
    """Calls after which items may be lost: calls on a key, the table, its backups or their protection."""
    name = [table.name, table.arn]
    calls = (
        _of_keys(_LOSE_KEY, key_arns),
        _of_table("DeleteTable", tableName=name),
        _of_table("UpdateTable", tableName=name, deletionProtectionEnabled=[False]),
        _of_table("UpdateTable", tableName=name, replicaUpdates={"delete": {"regionName": _PRESENT}}),
        _of_table(
            "UpdateContinuousBackups",
            tableName=name,
            pointInTimeRecoverySpecification={"pointInTimeRecoveryEnabled": [False]},
        ),
        _of_table("DeleteBackup", backupArn=[{"prefix": f"{table.arn}/backup/"}]),
    )
    return _pattern(calls)


def access_changes(table: ProtectedTable, key_arns: Sequence[str], deployers: Sequence[str]) -> Pattern:
    """Calls of principals other than the deployers that change who can use a key or call the table.

    Service-linked roles are excluded, such as the one with which DynamoDB replicates a table: only AWS can
    assume them.

    Args:
        table: the table.
        key_arns: its keys in this Region.
        deployers: in canonical form.
    """
    name = [table.name, table.arn]
    calls = (
        _of_keys(_OPEN_KEY, key_arns),
        _of_table(*_OPEN_TABLE, resourceArn=[table.arn, {"prefix": f"{table.arn}/"}]),
        _of_table("UpdateTable", tableName=name, sSESpecification={"enabled": _PRESENT}),
        _of_table("UpdateTable", tableName=name, sSESpecification={"kMSMasterKeyId": _PRESENT}),
        _of_table("UpdateTable", tableName=name, replicaUpdates={"update": {"kMSMasterKeyId": _PRESENT}}),
    )
    return _pattern(calls, userIdentity=_others(table, deployers))


def to_json(pattern: Pattern) -> str:
    """The pattern as compact JSON.

    Raises:
        ValueError: it is longer than EventBridge accepts.
    """
    text = json.dumps(pattern, separators=(",", ":"))
    if len(text) > MAXIMUM_CHARACTERS:
        raise ValueError(
            f"the event pattern of the alarms would have {len(text):,} characters, but EventBridge accepts "
            f"at most {MAXIMUM_CHARACTERS:,}. Name fewer deployers, retain fewer key versions, or give the "
            "table a shorter name."
        )
    return text


def _pattern(calls: Sequence[Pattern], **more: Pattern) -> Pattern:
    return {
        "source": ["aws.dynamodb", "aws.kms"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {"errorCode": [_ABSENT], **more, "$or": calls},
    }


def _of_keys(names: Sequence[str], key_arns: Sequence[str]) -> Pattern:
    """Calls to KMS: CloudTrail records the key's ARN, whatever the call used as key id."""
    return {"eventName": list(names), "resources": {"ARN": sorted(key_arns)}}


def _of_table(*names: str, **parameters: object) -> Pattern:
    return {"eventName": list(names), "requestParameters": parameters}


def _others(table: ProtectedTable, deployers: Sequence[str]) -> Pattern:
    """Matches callers that are neither a deployer nor a service-linked role.

    For a session, the issuer contains the ARN of its role with the path.
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """
    sets = [one for one in deployers if is_permission_set(one)]
    roles = [one for one in deployers if ":role/" in one]
    rest = sorted({*deployers} - {*sets, *roles})
    prefixes = [prefix for one in sets for prefix in role_prefixes(one)]
    service_linked = f"{table.scope.root.removesuffix('root')}role/aws-service-role/*"
    issuers = [service_linked, *roles, *(f"{prefix}*" for prefix in prefixes)]
    # The suffix of a permission set's role contains no underscore, so a match with one is another set's role.
    of_other_sets = [{"wildcard": f"{prefix}*_*"} for prefix in prefixes]
    return {
        **({"arn": [_ABSENT, {"anything-but": rest}]} if rest else {}),
        "sessionContext": {
            "sessionIssuer": {"arn": [_ABSENT, {"anything-but": {"wildcard": issuers}}, *of_other_sets]}
        },
    }
