"""The verdict on a table's encryption: is its key a customer managed KMS key?

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

import re
from collections.abc import Mapping
from typing import Any

from policies.declared.arns import EXAMPLE_REGIONS, KeyArn, is_key_id, parse_key_arn
from policies.declared.cloudformation import Unseen
from policies.declared.tables import Declared, Encryption, Table
from policies.declared.template import KeyOfTemplate, OfDeployment
from policies.declared.values import UNKNOWN, Opaque, Value, as_boolean, in_sentence, is_blank, shown
from policies.judging.outcome import PROVEN, Outcome, disproved, pending
from policies.judging.rule import Settings

ADVICE = "Give it the ARN of a customer managed KMS key of its own Region"

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "allowedKeyArns": {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "description": "The only keys that tables may use; any customer managed key when left out. A key "
        "that is made with its table is on no list: see dynamodb-table-key-decided.",
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
        "when left out. A key that is made with its table is compared at the update.",
    },
    "allowedRegions": {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "description": "The Regions whose keys tables may use; any when left out.",
    },
}


def encryption_outcome(declared: Declared, account: str | None, settings: Settings) -> Outcome | None:
    """Whether a table uses a customer managed key: proven, disproved, or pending until its key is known.

    None for a place that cannot be looked into and may hold no table at all.
    """
    if isinstance(declared, Unseen):
        return _unseen(declared)
    encryption = declared.encryption
    if declared.barred:
        fault = f"cannot be encrypted with a customer managed key: {declared.barred}."
    elif encryption is None:
        fault = f"has no encryption settings, so DynamoDB uses an AWS owned key. {ADVICE}."
    elif encryption is UNKNOWN:
        return _pending(
            f"The encryption of {in_sentence(declared.place)} is not known", declared, UNKNOWN, settings
        )
    else:
        return _stated(declared, encryption, account, settings)
    return disproved(f"{declared.place} {fault}", declared.property)


def _unseen(place: Unseen) -> Outcome | None:
    if place.is_unknown:
        return pending(f"Whether there are tables is not known: {place.reason}", place.property)
    if place.is_malformed:
        return disproved(
            f"Whether there are tables cannot be told: {place.reason}. Correct it.", place.property
        )
    return None


def _stated(table: Table, encryption: Encryption, account: str | None, settings: Settings) -> Outcome:
    enabled = as_boolean(encryption.enabled)
    if enabled is False or enabled is None:
        fault: str | None = (
            f"has encryption enabled set to {shown(encryption.enabled)}, so DynamoDB uses an AWS owned key. "
            "Set it to true."
        )
    elif encryption.sse_type not in (None, "KMS", UNKNOWN):
        fault = f"has the encryption type {shown(encryption.sse_type)}. Set it to KMS."
    else:
        fault = _fault_of_key(table, encryption, account, settings)
    if fault:
        return disproved(f"{table.place} {fault} {ADVICE}.", table.property)
    for what, value in (
        ("The key of", encryption.key),
        ("Whether encryption is enabled for", enabled),
        ("The encryption type of", encryption.sse_type),
    ):
        if value is UNKNOWN:
            return _pending(
                f"{what} {in_sentence(table.place)} is not known", table, encryption.key, settings
            )
    return PROVEN


def _pending(what: str, table: Table, key: Value, settings: Settings) -> Outcome:
    message = f"{what} {in_sentence(table.place)} is not known"
    only_listed = key is UNKNOWN and bool(settings["allowedKeyArns"])
    return pending(message, table.property, table.region, only_listed=only_listed)


def _fault_of_key(
    table: Table, encryption: Encryption, account: str | None, settings: Settings
) -> str | None:
    """What is wrong with the key that a table names; None when nothing is, or when it is not known."""
    key = encryption.key
    if key is UNKNOWN:
        return _fault_of_region(table, settings)
    if is_blank(key):
        return "names no key, so DynamoDB uses the AWS managed key aws/dynamodb."
    if isinstance(key, str):
        return _fault_of_text(key, table, encryption.takes_key_id, account, settings)
    return _fault_of_template_value(key, table, settings)


def _fault_of_region(table: Table, settings: Settings) -> str | None:
    """A key that is not known has to be of the table's Region."""
    if table.region and settings["allowedRegions"] and table.region not in settings["allowedRegions"]:
        return f"is in {table.region}, as its key has to be; keys are allowed of {_regions(settings)}."
    return None


def _fault_of_text(
    key: str, table: Table, takes_key_id: bool, account: str | None, settings: Settings
) -> str | None:
    if takes_key_id and is_key_id(key):
        return _unless_any_key(f"the key id {key}", key, settings)
    arn = parse_key_arn(key)
    if arn is None:
        return f"names {shown(key)} as its key: {_misnomer(key)}."
    return _fault_of_arn(key, arn, table, account, settings)


def _fault_of_template_value(key: Value, table: Table, settings: Settings) -> str | None:
    """What is wrong with a key that is no plain text, as only templates have them."""
    if isinstance(key, Opaque):
        return f"takes its key from {key}, which cannot be seen here."
    if isinstance(key, KeyOfTemplate):
        return _fault_of_template_key(key, table, settings)
    if isinstance(key, OfDeployment):
        return _fault_of_deployment(key, table, settings)
    return f"names {shown(key)} as its key, which is not text."


def _fault_of_template_key(key: KeyOfTemplate, table: Table, settings: Settings) -> str | None:
    if key.region and table.region and key.region != table.region:
        return f"is in {table.region}, and its key {key.name} in {key.region}."
    if settings["allowedKeyArns"]:
        return f"names the key {key.name} of the template, which does not tell whether this key is allowed."
    return None


def _fault_of_deployment(key: OfDeployment, table: Table, settings: Settings) -> str | None:
    """Such a key is of the account that the table is deployed to."""
    regions = (table.region,) if table.region else EXAMPLE_REGIONS
    arns = [parse_key_arn(key.deployed_to(region)) for region in regions]
    if not any(arns):
        return f"names {shown(key.text)} as its key: {_misnomer(key.text)}."
    if table.region and all(arn and arn.region != table.region for arn in arns):
        return f"is in {table.region}, and its key {key} is not."
    return _unless_any_key(f"the key {key}", key.text.rpartition("/")[2], settings)


def _unless_any_key(what: str, key_id: str, settings: Settings) -> str | None:
    """The fault of a key of which no more than the id is known, and the settings are about ARNs."""
    if any(arn.rpartition("/")[2] == key_id for arn in settings["deniedKeyArns"]):
        return f"names {what}, which the policy's config denies."
    if any(settings[name] for name in ("allowedKeyArns", "allowedAccounts", "allowedRegions")):
        return f"names {what}, which does not tell whether this key is allowed."
    return None


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


def _fault_of_arn(key: str, arn: KeyArn, table: Table, account: str | None, settings: Settings) -> str | None:
    own_account = (account,) if account else ()
    accounts = settings["allowedAccounts"] or own_account
    if table.region and arn.region != table.region:
        return f"is in {table.region}, and its key {key} in {arn.region}."
    if settings["allowedRegions"] and arn.region not in settings["allowedRegions"]:
        return f"names the key {key} of {arn.region}; keys are allowed of {_regions(settings)}."
    if accounts and arn.account not in accounts:
        return f"names the key {key} of account {arn.account}; keys are allowed of {', '.join(accounts)}."
    if key in settings["deniedKeyArns"]:
        return f"names the key {key}, which the policy's config denies."
    if settings["allowedKeyArns"] and key not in settings["allowedKeyArns"]:
        return f"names the key {key}, which is not among the {len(settings['allowedKeyArns'])} allowed ones."
    return None


def _regions(settings: Settings) -> str:
    return ", ".join(settings["allowedRegions"])
