"""Changes of a table's encryption: the checks of CreateTable and UpdateTable, and their effects.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

from collections.abc import Mapping
from typing import Any

from .. import clock
from .. import ministack_adapter as ms
from ..arns import TableName, find_key, key_arn, parse
from ..dynamodb import key_errors
from ..dynamodb.table_key import through_dynamodb
from ..kms import aws_managed_key, grants, last_use
from ..kms.key_access import denial, outside
from ..ministack_adapter import Record, Response

INVALID = "One or more parameter values were invalid: "
CHANGES_PER_DAY = 4
DAY_SECONDS = 24 * 60 * 60
ONE_CHANGE_SECONDS = 6 * 60 * 60

Outcome = tuple[Response | None, Record | None]


def prepare(headers: Mapping[str, str], table: TableName, specification: dict[str, Any]) -> Outcome:
    """Check an SSESpecification for a new or existing table, and set the key's ARN in it.

    Returns the error, or the table's key (None: the AWS owned key).
    """
    reference = specification.get("KMSMasterKeyId")
    refused = (
        _contradiction(specification)
        or _old_key_unusable(table, reference)
        or _no_change(table, specification)
        or _over_quota(table)
    )
    if refused:
        return refused, None
    if not specification.get("Enabled"):
        return None, None
    managed = aws_managed_key.of(table.account, table.region)["Arn"]
    is_default = reference in (None, aws_managed_key.ALIAS)
    if is_default and table.key_arn() == managed:
        text = f"{INVALID}Table is already encrypted by default KMSMasterKeyId"
        return ms.error("ValidationException", text), None
    refused, key = usable_key(headers, table, managed if is_default else str(reference))
    if key:
        specification["KMSMasterKeyId"] = key["Arn"]
    return refused, key


def usable_key(headers: Mapping[str, str], table: TableName, reference: str) -> Outcome:
    """The key, if the caller can encrypt a table with it; otherwise the error."""
    refused, key = _find(headers, table, reference)
    if key is None:
        return refused, None
    if unusable := key_errors.unusable(key):
        return unusable, None
    if key.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        return key_errors.not_symmetric(), None
    if text := _caller_lacks(headers, table, key):
        return key_errors.access_denied(text), None
    return None, key


def _contradiction(specification: Mapping[str, Any]) -> Response | None:
    if specification.get("Enabled") is False:
        for name in ("SSEType", "KMSMasterKeyId"):
            if specification.get(name):
                return ms.error(
                    "ValidationException", f"{INVALID}{name} can not be specified if Enabled is false"
                )
    if specification.get("SSEType") == "AES256":
        return ms.error("ValidationException", f"{INVALID}SSEType AES256 is not supported")
    if specification.get("KMSMasterKeyId") and not specification.get("SSEType"):
        return ms.error(
            "ValidationException", f"{INVALID}SSEType KMS is required if KMSMasterKeyId is specified"
        )
    return None


def _old_key_unusable(table: TableName, reference: str | None) -> Response | None:
    """The old key must decrypt the table key for the new one to encrypt it."""
    old = table.key_arn()
    if old is None or reference == old:
        return None
    key = find_key(old)
    return key_errors.unusable(key) if key else key_errors.not_found(f"Key '{old}' does not exist")


def _no_change(table: TableName, specification: Mapping[str, Any]) -> Response | None:
    reference = specification.get("KMSMasterKeyId")
    sse = (table.record or {}).get("SSEDescription") or {}
    if reference and reference == sse.get("KMSMasterKeyArn"):
        return ms.error(
            "ValidationException",
            f"{INVALID}Table is already encrypted with given KMSMasterKeyId. "
            "Use KMSMasterKeyId parameter if you want to change Master Key",
        )
    if sse.get("Status") == "UPDATING":
        return ms.error(
            "ResourceInUseException",
            f"Attempt to change a resource which is still in use: Table is being updated: {table.name}",
        )
    return None


def _over_quota(table: TableName) -> Response | None:
    """Whether the quota is used up: four changes in 24 hours, then one every six hours."""
    record = table.record
    if record is None:
        return None
    now = clock.now()
    changes = [at for at in record.get("_encryption_changes") or [] if at > now - DAY_SECONDS]
    if len(changes) < CHANGES_PER_DAY or changes[-1] < now - ONE_CHANGE_SECONDS:
        return None
    return ms.error(
        "LimitExceededException",
        f"Subscriber limit exceeded: Encryption mode changes are limited in the 24h window "
        f"to {CHANGES_PER_DAY} per table, with one more each 6 hours after that",
    )


def _find(headers: Mapping[str, str], table: TableName, reference: str) -> Outcome:
    full = key_arn(reference)
    arn = parse(full)
    if arn is None or arn.service != "kms":
        return key_errors.not_found(f"Invalid keyId {reference}"), None
    if arn.account != table.account:
        who = ms.caller(headers)
        return key_errors.access_denied(outside(who.arn, "kms:DescribeKey")), None
    if arn.region != table.region:
        return key_errors.not_found(f"Invalid arn {arn.region}"), None
    key = find_key(full)
    if key is None:
        text = (
            f"Alias {full} is not found."
            if arn.resource.startswith("alias/")
            else f"Key '{full}' does not exist"
        )
        return key_errors.not_found(text), None
    return None, key


def _caller_lacks(headers: Mapping[str, str], table: TableName, key: Record) -> str | None:
    """Why the caller cannot use this key for a table: DynamoDB describes it and creates its grant as the
    caller.
    """
    who = ms.caller(headers)
    via = through_dynamodb(table)
    grant_keys = {
        **via,
        "kms:GrantIsForAWSResource": "true",
        "kms:GrantOperations": list(grants.SERVICE_OPERATIONS),
        "kms:GranteePrincipal": table.via_service,
        "kms:RetiringPrincipal": table.via_service,
        "kms:GrantConstraintType": "EncryptionContextSubset",
    }
    context = table.encryption_context
    return (
        denial(who, "kms:DescribeKey", key, via)
        or denial(who, "kms:CreateGrant", key, grant_keys, context)
        or denial(who, "kms:Decrypt", key, via, context)
    )


def apply(table: TableName, key: Record | None, *, before: Record | None, change_seconds: float) -> None:
    """Update grants, quota and visible status after ministack applied a new specification.

    Args:
        table: the table, with its new SSEDescription.
        key: its new key; None for an AWS owned key.
        before: its earlier SSEDescription; None for a new table or the AWS owned key.
        change_seconds: how long the old key is shown, with Status UPDATING; 0 not at all.
    """
    record = table.record
    if record is None:
        return
    keys = record.setdefault("_keys", [])
    keys.append({"since": clock.now(), "key": key["Arn"] if key else None})
    if key:
        last_use.note(table.via_service, "GenerateDataKey", key, table.encryption_context)
    if before and (old := find_key(str(before.get("KMSMasterKeyArn")))):
        last_use.note(table.via_service, "ReEncrypt", old, table.encryption_context)
    if key and not any(grant["KeyId"] == key["Arn"] for grant in grants.of_dynamodb(table).values()):
        grants.give_to_dynamodb(table, key)
    sse = record.get("SSEDescription") or {}
    if sse.get("Status") == "DISABLED":
        record.pop("SSEDescription", None)  # AWS returns no SSEDescription for the AWS owned key
    if change_seconds and before:
        record["_encryption_target"] = {
            "at": clock.now() + change_seconds,
            "sse": record.get("SSEDescription"),
        }
        record["SSEDescription"] = {**before, "Status": "UPDATING"}
    else:
        grants.retire_all_but(table, key["Arn"] if key else None)


def count_change(table: TableName) -> None:
    """Count a change of the table's encryption."""
    record = table.record
    if record is not None:
        recent = [at for at in record.get("_encryption_changes") or [] if at > clock.now() - DAY_SECONDS]
        record["_encryption_changes"] = [*recent, clock.now()]


def complete_if_due(table: TableName) -> None:
    """Complete a change that is due: show the new key and retire the old key's grant."""
    record = table.record
    target = (record or {}).get("_encryption_target")
    if record is None or target is None or target["at"] > clock.now():
        return
    del record["_encryption_target"]
    record["SSEDescription"] = target["sse"]
    if target["sse"] is None:
        del record["SSEDescription"]
    grants.retire_all_but(table, (target["sse"] or {}).get("KMSMasterKeyArn"))
