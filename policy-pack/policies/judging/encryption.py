"""The verdict on a table's encryption: is its key a customer managed KMS key?

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from policies.declared.arns import EXAMPLE_REGIONS, KeyArn, is_key_id, parse_key_arn
from policies.declared.cloudformation import Unseen
from policies.declared.documents import is_hidden
from policies.declared.facts import Fact, Kind, Text, following_from, to_outside
from policies.declared.tables import Declared, Encryption, Table
from policies.declared.values import UNKNOWN, Opaque, Value, as_boolean, in_sentence, is_blank, shown
from policies.declared.values import stated as stated_as
from policies.judging.outcome import PROVEN, Outcome, disproved, pending
from policies.judging.rule import Settings

ADVICE = "Use the ARN of a customer managed KMS key in the same Region"
ALLOWED = "Use a key that is allowed."

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "allowedKeyArns": {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "description": "The only keys that tables may use; any customer managed key if empty. A key that is "
        "created together with its table is not in a list: see dynamodb-table-key-decided.",
    },
    "deniedKeyArns": {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "description": "Keys that tables may not use, such as the AWS managed key of each account, which "
        "its ARN does not reveal.",
    },
    "allowedAccounts": {
        "type": "array",
        "items": {"type": "string", "pattern": "^[0-9]{12}$"},
        "default": [],
        "description": "The accounts whose keys tables may use; if empty, the table's own account if "
        "known. A key that is created together with its table is compared at the update.",
    },
    "allowedRegions": {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "description": "The Regions whose keys tables may use; any if empty.",
    },
}


def encryption_outcomes(declared: Declared, account: str | None, settings: Settings) -> list[Outcome]:
    """Whether a table uses a customer managed key: proven, disproved, or pending until its key is known.

    No outcome for an unreadable place that may not declare a table.
    """
    if isinstance(declared, Unseen):
        return _unseen(declared)
    encryption = declared.encryption
    if declared.barred:
        fault = f"cannot be encrypted with a customer managed key: {declared.barred}."
    elif encryption is None:
        fault = f"has no encryption settings, so DynamoDB uses an AWS owned key. {ADVICE}."
    elif encryption is UNKNOWN:
        return [_pending(f"The encryption of {in_sentence(declared.place)} is unknown", declared, settings)]
    else:
        return [_stated(declared, encryption, account, settings)]
    return [disproved(f"{declared.place} {fault}", declared.property)]


def refused(outcome: Outcome) -> Outcome:
    """The violation for a table whose key only AWS knows, if no other policy lets it pass."""
    message = outcome.message.removesuffix(f" {ADVICE}.").rstrip(".")
    return disproved(f"{message}. {ADVICE}.", outcome.property, logical_id=outcome.logical_id)


def _unseen(place: Unseen) -> list[Outcome]:
    if place.is_unknown:
        return [
            replace(
                pending(f"Whether tables are declared here is unknown: {place.reason}", place.property),
                logical_id=place.logical_id,
            )
        ]
    if place.is_malformed:
        return [
            disproved(
                f"Tables cannot be checked here: {place.reason}. Correct it.",
                place.property,
                logical_id=place.logical_id,
            )
        ]
    return []


def _stated(table: Table, stated: Encryption, account: str | None, settings: Settings) -> Outcome:
    encryption = replace(
        stated,
        enabled=_hidden_if_it_can_be(stated.enabled, "true"),
        key=_hidden_if_its_facts_are(stated.key),
        sse_type=_hidden_if_it_can_be(stated.sse_type, "KMS"),
    )
    enabled = encryption.enabled if isinstance(encryption.enabled, Opaque) else as_boolean(encryption.enabled)
    if enabled is False or enabled is None:
        fault: str | None = (
            f"does not turn encryption on: enabled is {stated_as(encryption.enabled)}, so DynamoDB uses "
            "an AWS owned key. Set it to true."
        )
    elif not is_hidden(encryption.sse_type) and encryption.sse_type not in (None, "KMS"):
        fault = f"has the encryption type {shown(encryption.sse_type)}. Set it to KMS."
    else:
        fault = _fault_of_key(table, encryption, account, settings)
    if fault:
        cure = "" if fault.endswith(ALLOWED) else f" {ADVICE}."
        return disproved(f"{table.place} {fault}{cure}", table.property)
    return _hidden_part(table, encryption, enabled, settings) or PROVEN


def _hidden_if_it_can_be(value: Value, text: str) -> Value:
    if isinstance(value, Text) and value.can_be(text):
        return to_outside(following_from(str(value), value))
    return value


def _hidden_if_its_facts_are(key: Value) -> Value:
    """The key; hidden if it depends on hidden facts, except for an alias, which is never a key ARN."""
    if isinstance(key, Text) and "alias/" not in str(key):
        hidden = [fact for fact in key.facts if fact.is_hidden]
        if hidden:
            return to_outside(following_from(str(key), *hidden))
    return key


def _hidden_part(table: Table, encryption: Encryption, enabled: Value, settings: Settings) -> Outcome | None:
    """The hidden part of its encryption, preferably one that stays hidden; None if nothing is hidden."""
    parts = {
        "The key of": encryption.key,
        "The setting that turns encryption on for": enabled,
        "The encryption type of": encryption.sse_type,
    }
    for what, value in parts.items():
        if isinstance(value, Opaque):
            message = f"{what} {in_sentence(table.place)} cannot be checked here: it comes from {value!r}"
            return pending(message, table.property, table.region, only_aws=True)
    unknown = [what for what, value in parts.items() if value is UNKNOWN]
    if not unknown:
        return None
    message = f"{unknown[0]} {in_sentence(table.place)} is unknown"
    if encryption.key is not UNKNOWN:
        return pending(message, table.property, table.region)
    return _pending(message, table, settings, only_key=len(unknown) == 1)


def _pending(message: str, table: Table, settings: Settings, *, only_key: bool = False) -> Outcome:
    only_listed = bool(settings["allowedKeyArns"])
    return pending(message, table.property, table.region, only_listed=only_listed, only_key=only_key)


def _fault_of_key(
    table: Table, encryption: Encryption, account: str | None, settings: Settings
) -> str | None:
    """The fault of a table's key; None if there is none, or if the key is unknown."""
    key = encryption.key
    if key is UNKNOWN:
        return _fault_of_region(table, settings)
    if is_blank(key):
        return "names no key, so DynamoDB uses the AWS managed key aws/dynamodb."
    if isinstance(key, str):
        return _fault_of_text(key, table, encryption.takes_key_id, account, settings)
    if isinstance(key, Text):
        return _fault_of_template_text(key, table, account, settings)
    return (
        None if isinstance(key, Opaque) else f"names {shown(key)} where a key's ARN belongs. It is not text."
    )


def _fault_of_region(table: Table, settings: Settings) -> str | None:
    """The fault of the table's Region, in which an unknown key must be."""
    if table.region and settings["allowedRegions"] and table.region not in settings["allowedRegions"]:
        return f"is in {table.region}. The policy's config allows keys in {_regions(settings)}. {ALLOWED}"
    return None


def _fault_of_text(
    key: str, table: Table, takes_key_id: bool, account: str | None, settings: Settings
) -> str | None:
    if takes_key_id and is_key_id(key):
        return _unless_any_key(
            f"the key id {key}", key, ("allowedKeyArns", "allowedAccounts", "allowedRegions"), settings
        )
    arn = parse_key_arn(key)
    if arn is None:
        return f"names {shown(key)} where a key's ARN belongs. It is {_misnomer(key)}."
    return _fault_of_arn(key, arn, table, account, settings)


def _fault_of_template_text(key: Text, table: Table, account: str | None, settings: Settings) -> str | None:
    """The fault of a key that a template names by its own key, or by its place of deployment."""
    fact = key.parts[0]
    if len(key.parts) == 1 and isinstance(fact, Fact) and fact.kind is Kind.KEY:
        if fact.region and table.region and fact.region != table.region:
            return f"is in {table.region}, and its key {fact.name} in {fact.region}."
        return _unless_any_key(f"the key {fact.name} of the template", "", ("allowedKeyArns",), settings)
    regions = (table.region,) if table.region else EXAMPLE_REGIONS
    arns = [arn for region in regions if (arn := parse_key_arn(key.deployed_to(region, account)))]
    if not arns:
        return f"names {shown(str(key))} where a key's ARN belongs. It is {_misnomer(str(key))}."
    if table.region and arns[0].region != table.region:
        return f"is in {table.region}, and its key {key} in {arns[0].region}."
    names = {part.name for part in key.facts}
    unknown = ["allowedKeyArns"]
    unknown += ["allowedAccounts"] if "AWS::AccountId" in names and not account else []
    unknown += ["allowedRegions"] if "AWS::Region" in names and not table.region else []
    open_settings = {**settings, **dict.fromkeys([*unknown, "deniedKeyArns"], ())}
    return _unless_any_key(f"the key {key}", arns[0].key_id, unknown, settings) or _fault_of_arn(
        str(key), arns[0], table, None if "allowedAccounts" in unknown else account, open_settings
    )


def _unless_any_key(what: str, key_id: str, unknown: Sequence[str], settings: Settings) -> str | None:
    """The fault of a key for which the settings do not decide whether it is allowed."""
    if any(arn.rpartition("/")[2] == key_id for arn in settings["deniedKeyArns"]):
        return f"names {what}, which the policy's config denies. {ALLOWED}"
    if any(settings[name] for name in unknown):
        return f"names {what}; the policy's config does not decide whether it is allowed. {ALLOWED}"
    return None


def _misnomer(key: str) -> str:
    """What a string is, if it is not a key ARN."""
    name = key.strip()
    if re.search(r"(^|[:/])alias/aws/", name, re.IGNORECASE):
        return "the alias of an AWS managed key"
    if re.search(r"(^|:)alias/", name):
        return (
            "an alias, which causes permanent drift: DynamoDB returns the ARN of the key instead, so the "
            "table never matches its declaration"
        )
    if name != key and parse_key_arn(name):
        return "a key ARN with leading or trailing white space"
    if is_key_id(name):
        return "a key id, not a key ARN"
    return "not the ARN of a KMS key"


def _fault_of_arn(key: str, arn: KeyArn, table: Table, account: str | None, settings: Settings) -> str | None:
    own_account = (account,) if account else ()
    accounts = settings["allowedAccounts"] or own_account
    if table.region and arn.region != table.region:
        return f"is in {table.region}, and its key {key} in {arn.region}."
    if settings["allowedRegions"] and arn.region not in settings["allowedRegions"]:
        return f"names the key {key}. The policy's config allows keys in {_regions(settings)}. {ALLOWED}"
    if accounts and arn.account not in accounts:
        allowed = ", ".join(accounts)
        return f"names the key {key} of account {arn.account}. Allowed accounts: {allowed}. {ALLOWED}"
    if key in settings["deniedKeyArns"]:
        return f"names the key {key}, which the policy's config denies. {ALLOWED}"
    if settings["allowedKeyArns"] and key not in settings["allowedKeyArns"]:
        return f"names the key {key}, which is not in the allowedKeyArns of the policy's config. {ALLOWED}"
    return None


def _regions(settings: Settings) -> str:
    return ", ".join(settings["allowedRegions"])
