"""A table's key is a symmetric encryption key. DynamoDB cannot create a table with another kind.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.branches import logical_id_of
from policies.declared.cloudformation import CONTAINERS, Unseen
from policies.declared.facts import Kind, Text
from policies.declared.keys import KEY_TYPES, Key, declared_keys, is_symmetric_encryption
from policies.declared.resource import StackResource
from policies.declared.tables import TABLE_TYPES, Declared, Encryption, Table, declared_tables
from policies.declared.values import in_sentence, shown
from policies.judging.key_origin import passed_on
from policies.judging.outcome import Outcome, disproved, pending
from policies.judging.pending_keys import pending_keys
from policies.judging.rule import Settings, StackRule
from policies.judging.stack import Stack

SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT = "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"


def check(stack: Stack, _: Settings) -> Mapping[str, Sequence[Outcome]]:
    """Disproved for each table with a key of another kind that the stack or its template declares."""
    found: dict[str, list[Outcome]] = defaultdict(list)
    for resource in stack.of_types(CONTAINERS):
        found[resource.urn] += _in_template(resource)
    unfit = {resource.urn: key for resource in stack.of_types(KEY_TYPES) if (key := _unfit_key(resource))}
    if unfit:
        for urn, key_urn in {*_by_dependency(stack), *_by_arn(stack)}:
            if key_urn in unfit:
                found[urn].append(_outcome("The table's key", key_urn.rsplit("::", 1)[-1], unfit[key_urn]))
    return found


def _outcome(whose: str, name: str, key: Key) -> Outcome:
    return disproved(
        f"{whose} {name} has the specification {shown(key.spec or SYMMETRIC_DEFAULT)} and the usage "
        f"{shown(key.usage or ENCRYPT_DECRYPT)}. Use a key with {SYMMETRIC_DEFAULT} and {ENCRYPT_DECRYPT}."
    )


def _in_template(resource: StackResource) -> Iterator[Outcome]:
    """Outcomes for tables of a template whose key, in the same template, DynamoDB cannot use."""
    keys: dict[str, list[Key]] = defaultdict(list)
    for key in declared_keys(resource):
        if key.case:
            keys[key.case.subject].append(key)
    if not any(is_symmetric_encryption(key) is False for found in keys.values() for key in found):
        return
    for table in declared_tables(resource):
        name = _key_of_template(table)
        branches = keys.get(_beside(table, name), []) if name else []
        fits = {is_symmetric_encryption(key) for key in branches}
        if name and fits == {False}:
            fault = _outcome(f"{_place(table)} uses a key that DynamoDB cannot use:", name, branches[0])
            yield replace(fault, logical_id=_logical_id(table))
        elif False in fits:
            yield pending(
                f"Whether DynamoDB can use {name}, the key of {in_sentence(_place(table))}, is "
                "decided by a condition of the template",
                table.property,
            )


def _key_of_template(table: Declared) -> str | None:
    """The key in the same template to which a table refers."""
    key = (
        table.encryption.key
        if isinstance(table, Table) and isinstance(table.encryption, Encryption)
        else None
    )
    facts = key.facts if isinstance(key, Text) else []
    return next((fact.name for fact in facts if fact.kind is Kind.KEY), None)


def _beside(table: Declared, name: str) -> str:
    """The subject of another resource in the same template: the table's subject with another name."""
    subject = table.case.subject if table.case else ""
    return f"{name} in {subject.partition(' in ')[2]}"


def _logical_id(table: Declared) -> str:
    return logical_id_of(table.case.subject) if table.case else ""


def _place(table: Declared) -> str:
    return table.place if isinstance(table, Table) else ""


def _unfit_key(resource: StackResource) -> Key | None:
    """The resource's key, if DynamoDB cannot use it; None if the resource declares several keys."""
    keys = list(declared_keys(resource))
    return keys[0] if len(keys) == 1 and is_symmetric_encryption(keys[0]) is False else None


def _by_dependency(stack: Stack) -> Iterator[tuple[str, str]]:
    """Tables whose key is unknown, each with the only key that it can come from."""
    for key in pending_keys(stack):
        if len(key.sources) == 1:
            yield key.table.urn, passed_on(key.sources[0], stack.get).urn


def _by_arn(stack: Stack) -> Iterator[tuple[str, str]]:
    """Tables with the ARN of a key of the stack."""
    arns = ((key.properties.get("arn"), key.urn) for key in stack.of_types(KEY_TYPES))
    keys = {arn: urn for arn, urn in arns if isinstance(arn, str)}
    for resource in stack.of_types(TABLE_TYPES):
        for table in declared_tables(resource):
            if isinstance(table, Unseen) or not isinstance(table.encryption, Encryption):
                continue
            arn = table.encryption.key
            if isinstance(arn, str) and arn in keys:
                yield resource.urn, keys[arn]


RULE = StackRule(
    name="dynamodb-table-key-symmetric",
    description="A DynamoDB table's key is a symmetric encryption key.",
    level=EnforcementLevel.MANDATORY,
    severity=Severity.HIGH,
    remediation="Create the key without customerMasterKeySpec and keyUsage.",
    url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
    check=check,
)
