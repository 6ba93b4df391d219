"""The verdict on a table's encryption: is its key a customer managed KMS key?

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

import re
from collections.abc import Mapping
from typing import Any

from policies.declared.arns import KeyArn, is_key_id, parse_key_arn
from policies.declared.tables import Declared, Encryption, Table, Unseen
from policies.declared.values import UNKNOWN, as_boolean, is_blank, shown
from policies.judging.outcome import PROVEN, Outcome, disproved, pending

ADVICE = "Give it the ARN of a customer managed KMS key of its own Region"

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "allowedKeyArns": {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "description": "The only keys that tables may use; any customer managed key when left out.",
    },
    "deniedKeyArns": {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "description": "Keys that tables may not use, such as the AWS managed key of each account: "
        "its ARN looks like any other.",
    },
    "allowedAccounts": {
        "type": "array",
        "items": {"type": "string", "pattern": "^[0-9]{12}$"},
        "default": [],
        "description": "The accounts whose keys tables may use; the table's own account, where it is known, "
        "when left out.",
    },
    "allowedRegions": {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "description": "The Regions whose keys tables may use; any when left out.",
    },
}


def encryption_outcome(declared: Declared, account: str | None, settings: Mapping[str, Any]) -> Outcome:
    """Whether a table uses a customer managed key: proven, disproved, or pending until its key is known."""
    if isinstance(declared, Unseen):
        return _unseen(declared)
    if declared.barred:
        return disproved(
            f"{declared.place} cannot be encrypted with a customer managed key: {declared.barred}."
        )
    encryption = declared.encryption
    if encryption is None:
        return disproved(
            f"{declared.place} has no encryption settings, so DynamoDB uses an AWS owned key. {ADVICE}.",
            declared.property,
        )
    if encryption is UNKNOWN:
        return pending(
            f"the encryption of {_within(declared)} is not known yet", declared.property, declared.region
        )
    return _stated(declared, encryption, account, settings)


def _unseen(place: Unseen) -> Outcome:
    if place.may_be_known_later:
        return pending(f"{place.reason}, so its tables cannot be seen", place.property)
    return disproved(
        f"Tables may be declared here, and cannot be seen: {place.reason}. "
        "Declare them where they can be checked, or have this resource waived.",
        place.property,
    )


def _stated(
    table: Table, encryption: Encryption, account: str | None, settings: Mapping[str, Any]
) -> Outcome:
    enabled = as_boolean(encryption.enabled)
    if enabled is False or enabled is None:
        return disproved(
            f"{table.place} has encryption enabled set to {shown(encryption.enabled)}, so DynamoDB uses an "
            f"AWS owned key. Set it to true. {ADVICE}.",
            table.property,
        )
    fault = _fault_of_key(table, encryption, account, settings)
    if fault:
        return disproved(f"{table.place} {fault} {ADVICE}.", table.property)
    if encryption.key is UNKNOWN:
        return pending(f"the key of {_within(table)} is not known yet", table.property, table.region)
    if enabled is UNKNOWN:
        return pending(
            f"whether {_within(table)} has encryption enabled is not known yet", table.property, table.region
        )
    return PROVEN


def _within(table: Table) -> str:
    return table.place[0].lower() + table.place[1:]


def _fault_of_key(
    table: Table, encryption: Encryption, account: str | None, settings: Mapping[str, Any]
) -> str | None:
    """What is wrong with the key that a table names; None when nothing is, or when it is not known yet."""
    key = encryption.key
    if key is UNKNOWN:
        return None
    if is_blank(key):
        return "names no key, so DynamoDB uses the AWS managed key aws/dynamodb."
    if not isinstance(key, str):
        return f"names {shown(key)} as its key, which is not text."
    if encryption.takes_key_id and is_key_id(key):
        return _fault_of_id(key, settings)
    arn = parse_key_arn(key)
    return (
        _fault_of_arn(key, arn, table, account, settings)
        if arn
        else f"names {shown(key)} as its key: {_misnomer(key)}."
    )


def _misnomer(key: str) -> str:
    """Why a text that is no key ARN is none."""
    name = key.strip()
    if re.search(r"(^|[:/])alias/aws/", name, re.IGNORECASE):
        return "an AWS managed key"
    if re.search(r"(^|:)alias/", name):
        return (
            "an alias, which does not tell whose key it stands for, and with which each change of the "
            "table encrypts it anew"
        )
    if name != key and parse_key_arn(name):
        return "there is white space around the ARN"
    if is_key_id(name):
        return "a key id, not the key's ARN"
    return "not the ARN of a KMS key"


def _fault_of_id(key: str, settings: Mapping[str, Any]) -> str | None:
    if any(settings[name] for name in ("allowedKeyArns", "allowedAccounts", "allowedRegions")):
        return f"names the key id {key}, which does not tell whether this key is allowed."
    return None


def _fault_of_arn(
    key: str, arn: KeyArn, table: Table, account: str | None, settings: Mapping[str, Any]
) -> str | None:
    own_account = (account,) if account else ()
    accounts = settings["allowedAccounts"] or own_account
    if table.region and arn.region != table.region:
        return f"is in {table.region}, and its key {key} in {arn.region}."
    if settings["allowedRegions"] and arn.region not in settings["allowedRegions"]:
        regions = ", ".join(settings["allowedRegions"])
        return f"names the key {key} of {arn.region}; keys are allowed of {regions}."
    if accounts and arn.account not in accounts:
        return f"names the key {key} of account {arn.account}; keys are allowed of {', '.join(accounts)}."
    if key in settings["deniedKeyArns"]:
        return f"names the key {key}, which the policy's config denies."
    if settings["allowedKeyArns"] and key not in settings["allowedKeyArns"]:
        return f"names the key {key}, which is not among the {len(settings['allowedKeyArns'])} allowed ones."
    return None
