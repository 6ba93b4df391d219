"""Grants: what they allow, and the one DynamoDB holds on each table's key.

https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

from collections.abc import Mapping

from local_aws.emulator import ministack_adapter as ms
from local_aws.emulator.arns import TableName, parse
from local_aws.emulator.ministack_adapter import Record
from local_aws.emulator.principals import names_of

SERVICE_OPERATIONS = (
    "DescribeKey",
    "GenerateDataKey",
    "Decrypt",
    "Encrypt",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
)


def allows(key_arn: str, caller_arn: str, operation: str, context: Mapping[str, str]) -> bool:
    """Whether a grant on the key lets the caller do the operation with this encryption context."""
    arn = parse(key_arn)
    if arn is None:
        return False
    names = names_of(caller_arn)
    return any(
        grant["KeyId"] == key_arn
        and operation in grant["Operations"]
        and grant["GranteePrincipal"] in names
        and _constraints_met(grant, context)
        for grant in ms.grants(arn.account, arn.region).values()
    )


def _constraints_met(grant: Record, context: Mapping[str, str]) -> bool:
    constraints = grant.get("Constraints") or {}
    subset: Mapping[str, str] = constraints.get("EncryptionContextSubset") or {}
    exact = constraints.get("EncryptionContextEquals")
    return all(context.get(name) == value for name, value in subset.items()) and exact in (
        None,
        dict(context),
    )


def give_to_dynamodb(table: TableName, key: Record) -> None:
    """Create the grant that DynamoDB uses the table's key by."""
    arn = parse(key["Arn"])
    if arn is None:
        raise ValueError(f"{key['Arn']} is no key ARN")
    with ms.scope(arn.account, arn.region):
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


def of_dynamodb(table: TableName) -> dict[str, Record]:
    """The grants DynamoDB holds for a table, by id."""
    return {
        grant_id: grant
        for grant_id, grant in ms.grants(table.account, table.region).items()
        if grant["GranteePrincipal"] == table.via_service
        and (grant.get("Constraints") or {}).get("EncryptionContextSubset") == table.encryption_context
    }


def retire_of_dynamodb(table: TableName, *, keep_key_arn: str | None = None) -> None:
    """Retire DynamoDB's grants for a table, but for the one on the key named."""
    for grant_id, grant in of_dynamodb(table).items():
        if grant["KeyId"] != keep_key_arn:
            ms.delete_grant(table.account, table.region, grant_id)
