"""A table's key is a symmetric encryption key: with any other, DynamoDB cannot create the table.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.cloudformation import Unseen
from policies.declared.keys import KEY_TYPES, Key, declared_keys, is_symmetric_encryption
from policies.declared.resource import StackResource
from policies.declared.tables import TABLE_TYPES, Encryption, declared_tables
from policies.declared.values import shown
from policies.judging.key_origin import passed_on
from policies.judging.outcome import Outcome, disproved
from policies.judging.pending_keys import pending_keys
from policies.judging.rule import Settings, StackRule
from policies.judging.stack import Stack


def check(stack: Stack, _: Settings) -> Mapping[str, Sequence[Outcome]]:
    """Disproved for each table whose key is a key of the stack of another kind."""
    unfit = {resource.urn: key for resource in stack.of_types(KEY_TYPES) if (key := _unfit_key(resource))}
    if not unfit:
        return {}
    found: dict[str, list[Outcome]] = defaultdict(list)
    for urn, key_urn in {*_by_dependency(stack), *_by_arn(stack)}:
        if key_urn in unfit:
            key = unfit[key_urn]
            found[urn].append(
                disproved(
                    f"The table's key {key_urn.rsplit('::', 1)[-1]} has the specification "
                    f"{shown(key.spec)} and the usage {shown(key.usage)}. "
                    "Use a key with SYMMETRIC_DEFAULT and ENCRYPT_DECRYPT."
                )
            )
    return found


def _unfit_key(resource: StackResource) -> Key | None:
    """The one key that the resource is, if DynamoDB cannot use it; which of several is used is not told."""
    keys = list(declared_keys(resource))
    return keys[0] if len(keys) == 1 and is_symmetric_encryption(keys[0]) is False else None


def _by_dependency(stack: Stack) -> Iterator[tuple[str, str]]:
    """Tables whose key is not known, with the one key that it comes from."""
    for key in pending_keys(stack):
        if len(key.sources) == 1:
            yield key.table.urn, passed_on(key.sources[0], stack.get).urn


def _by_arn(stack: Stack) -> Iterator[tuple[str, str]]:
    """Tables that name the ARN of a key of the stack."""
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
