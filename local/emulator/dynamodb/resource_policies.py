"""Resource-based policies of tables and their evaluation.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html
"""

from collections.abc import Iterable, Mapping

from .. import ministack_adapter as ms
from ..arns import TableName, parse
from ..dynamodb.item_calls import statements_of
from ..errors import ServiceError
from ..iam import policy_grammar
from ..iam.principals import effective_policy, principal_ids
from ..ministack_adapter import Response

PARTIQL_OPERATIONS = frozenset({"ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"})
PARTIQL_ACTIONS = {
    "DELETE": "dynamodb:PartiQLDelete",
    "EXISTS": "dynamodb:PartiQLSelect",
    "INSERT": "dynamodb:PartiQLInsert",
    "SELECT": "dynamodb:PartiQLSelect",
    "UPDATE": "dynamodb:PartiQLUpdate",
}


def policy_of(arn: str) -> tuple[str, str] | None:
    """The policy that applies to the ARN of a table or its index, and the table's account.

    A table of another account always has a policy: an empty one allows nobody.
    """
    found = parse(arn)
    if found is None or not found.resource.startswith("table/"):
        return None
    table = TableName.of(arn)
    record = ms.resource_policy(table.account, table.region, table.arn)
    if record is None and table.account == ms.account_id():
        return None
    return effective_policy(record or {}), table.account


def policy_shown(arn: str) -> str:
    """The policy of a table or stream as DynamoDB shows it."""
    table = TableName.of(arn)
    return effective_policy(ms.resource_policy(table.account, table.region, arn) or {})


def remember_principals(arn: str) -> None:
    """Store the unique ids of the principals that the new policy of a table names."""
    table = TableName.of(arn)
    if record := ms.resource_policy(table.account, table.region, arn):
        record["_principal_ids"] = principal_ids(record["Policy"])


def check_policy(text: str) -> None:
    """Raise if the policy is invalid.

    Raises:
        ServiceError: with DynamoDB's code and message.
    """
    try:
        policy_grammar.check(text)
    except ValueError as error:
        raise ServiceError("ValidationException", f"Failed to parse policy document: {error}") from None


def partiql_refusal(headers: Mapping[str, str], request: Mapping[str, object]) -> Response | None:
    """The error of a PartiQL call, if the caller is not allowed to make it; None otherwise."""
    try:
        for statement in statements_of(request):
            for name in statement.tables:
                require(headers, PARTIQL_ACTIONS[statement.operation], TableName.of(name))
    except ServiceError as refused:
        return refused.response
    return None


def require(headers: Mapping[str, str], action: str, table: TableName) -> None:
    """Raise unless the caller may do this to a table.

    Raises:
        ServiceError: the caller may not.
    """
    decision = ms.authorize(headers, action, "dynamodb", table.arn)
    if decision is not None:
        caller, explicit = ms.caller(headers).arn, decision.decision == "Deny"
        message = ms.identity_denial_message(action, caller, table.arn, explicit)
        raise ServiceError("AccessDeniedException", message)


def account_of(tables: Iterable[TableName]) -> str:
    """The account of a call's tables.

    Raises:
        ServiceError: the tables are of several accounts.
    """
    accounts = {table.account for table in tables} or {ms.account_id()}
    if len(accounts) > 1:
        raise ServiceError(
            "ValidationException",
            "the local AWS takes only tables of one account in a call, not " + ", ".join(accounts),
        )
    return accounts.pop()
