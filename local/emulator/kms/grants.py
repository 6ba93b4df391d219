"""Grants: what they allow, and DynamoDB's grant on each table's key.

https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

import json
from collections.abc import Iterable, Mapping

from .. import ministack_adapter as ms
from ..arns import TableName, parse
from ..iam.principals import names_of, unique_id
from ..ministack_adapter import Record

SERVICE_OPERATIONS = (
    "DescribeKey",
    "GenerateDataKey",
    "Decrypt",
    "Encrypt",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
)
# The operations of a grant that have no encryption context, so that its constraints do not apply to them.
WITHOUT_CONTEXT = frozenset({"DescribeKey", "RetireGrant"})


def allows(key_arn: str, caller_arn: str, operation: str, context: Mapping[str, str]) -> bool:
    """Whether a grant on the key allows the operation to the caller, with this encryption context."""
    arn = parse(key_arn)
    if arn is None:
        return False
    names = names_of(caller_arn)
    return any(
        grant["KeyId"] == key_arn
        and operation in grant["Operations"]
        and grant["GranteePrincipal"] in names
        and grant.get("_grantee_id") in (None, unique_id(grant["GranteePrincipal"]))
        and not (grant.get("Constraints") or {}).get("SourceArn")  # no caller acts on behalf of a resource
        and (operation in WITHOUT_CONTEXT or _constraints_met(grant, context))
        for grant in ms.grants(arn.account, arn.region).values()
    )


def remember_grantee(key_arn: str, grant_id: str) -> None:
    """Store the unique id of the user or role of a new grant: another one of the same name gets nothing."""
    arn = parse(key_arn)
    grant = ms.grant(arn.account, arn.region, grant_id) if arn else None
    if grant is not None:
        grant["_grantee_id"] = unique_id(grant["GranteePrincipal"])


def _constraints_met(grant: Record, context: Mapping[str, str]) -> bool:
    """Whether the encryption context meets the constraints. Its keys are case-insensitive, its values
    case-sensitive. Without pairs, a constraint limits nothing: the AWS provider sends both kinds, one of them
    empty.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html
    """
    constraints = grant.get("Constraints") or {}
    given = _by_lower_case(context)
    subset = _by_lower_case(constraints.get("EncryptionContextSubset") or {})
    exact = _by_lower_case(constraints.get("EncryptionContextEquals") or {})
    return subset.items() <= given.items() and (not exact or exact == given)


def _by_lower_case(context: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in context.items()}


def give_to_dynamodb(table: TableName, key: Record) -> None:
    """Create DynamoDB's grant on the table's key, and store its id with the table."""
    record = table.record
    if record is None:
        raise ValueError(f"there is no table {table.arn}")
    with ms.scope(table.account, table.region):
        status, _, body = ms.create_grant(
            {
                "KeyId": key["KeyId"],
                "GranteePrincipal": table.via_service,
                "RetiringPrincipal": table.via_service,
                "Constraints": {"EncryptionContextSubset": table.encryption_context},
                "Operations": list(SERVICE_OPERATIONS),
            }
        )
    if status != 200:
        raise RuntimeError(f"the grant on {key['Arn']} for {table.arn} was refused: {body!r}")
    record["_grants"] = [*(record.get("_grants") or []), json.loads(body)["GrantId"]]


def of_dynamodb(table: TableName) -> dict[str, Record]:
    """DynamoDB's grants for a table, by id, without revoked ones."""
    held = (table.record or {}).get("_grants") or []
    found = {grant_id: ms.grant(table.account, table.region, grant_id) for grant_id in held}
    return {grant_id: grant for grant_id, grant in found.items() if grant is not None}


def retire(table: TableName, held: Iterable[str]) -> None:
    """Retire grants of a table, if they still exist."""
    for grant_id in held:
        ms.delete_grant(table.account, table.region, grant_id)


def retire_all_but(table: TableName, key_arn: str | None) -> None:
    """Retire DynamoDB's grants for a table, except those on this key."""
    held = of_dynamodb(table)
    retire(table, [grant_id for grant_id, grant in held.items() if grant["KeyId"] != key_arn])
    if table.record is not None:
        table.record["_grants"] = list(of_dynamodb(table))
