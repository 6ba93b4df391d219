"""Makes item calls with a principal's own credentials, on a probe item that is removed afterwards.

The probe item has a unique key. It is put only if no item has that key, and deleted only if its marker
attribute has the id of this run, so no other item can be overwritten or deleted.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from encrypted_tables.iam.arns import account_of
from encrypted_tables.verify.collect.aws_errors import AwsAnswer, answer_of_error
from encrypted_tables.verify.collect.credentials import Principal
from encrypted_tables.verify.collect.observe import KeyAttribute, Table
from encrypted_tables.verify.compare.expectation import READ_CALLS
from encrypted_tables.verify.probe.classify import Outcome, classify_error

MARKER = "encrypted-tables-verify-probe"


@dataclass(frozen=True)
class ProbeResult:
    """The result of one call by one principal."""

    table: str
    region: str
    principal: str
    call: str
    outcome: Outcome
    time: str
    seconds: float
    answer: AwsAnswer
    items_read: int | None = None
    """How many items the call returned or counted; None if it reads none."""


@dataclass(frozen=True)
class ProbeItem:
    """The only item that a run puts into a table; the run removes it."""

    primary_key: dict[str, dict[str, Any]]
    marker: str

    @staticmethod
    def for_table(table: Table) -> "ProbeItem":
        """A new probe item, with a key of the types of the table."""
        unique = uuid.uuid4()
        key = {attribute.name: _key_value(attribute, unique) for attribute in table.primary_key}
        return ProbeItem(key, str(unique))

    @property
    def attributes(self) -> dict[str, dict[str, Any]]:
        """The item with all attributes."""
        return {**self.primary_key, MARKER: {"S": self.marker}}


def _key_value(attribute: KeyAttribute, unique: uuid.UUID) -> dict[str, Any]:
    match attribute.type:
        case "N":
            return {"N": str(unique.int % 10**37)}  # a number has up to 38 digits
        case "B":
            return {"B": f"{MARKER}-{unique}".encode()}
        case _:
            return {"S": f"{MARKER}-{unique}"}


@dataclass
class Prober:
    """The item calls of one principal on one table."""

    principal: Principal
    table: Table
    item: ProbeItem
    """The item that PutItem puts, and that the reads read unless there is a `seed`."""
    seed: ProbeItem | None = None
    """An item that the caller has put."""
    put_outcome: Outcome | None = field(default=None, init=False)

    @property
    def has_item(self) -> bool:
        """Whether `item` is in the table."""
        return self.put_outcome is Outcome.ALLOWED

    @property
    def may_have_item(self) -> bool:
        """Whether `item` may be in the table: a put without a response may have succeeded."""
        return self.put_outcome in {Outcome.ALLOWED, Outcome.COULD_NOT_TELL}

    def run(self, calls: tuple[str, ...]) -> list[ProbeResult]:
        """Make the calls, the write first so that reads find an item; return results in the given order."""
        ordered = sorted(calls, key=lambda call: (call != "DescribeTable", call in READ_CALLS))
        results = {call: self._try(call) for call in ordered}
        return [results[call] for call in calls]

    def remove_item(self, by: Principal) -> AwsAnswer:
        """Delete the probe item if this run put it. The code is empty if the item is gone."""
        try:
            _client(by, self.table).delete_item(
                TableName=_reference(by, self.table),
                Key=self.item.primary_key,
                ConditionExpression="#marker = :marker",
                ExpressionAttributeNames={"#marker": MARKER},
                ExpressionAttributeValues={":marker": {"S": self.item.marker}},
            )
        except (ClientError, BotoCoreError) as error:
            answer = answer_of_error(error, by.secrets)
            if answer.code != "ConditionalCheckFailedException":  # condition failed: the item does not exist
                return answer
        self.put_outcome = None
        return AwsAnswer()

    def _try(self, call: str) -> ProbeResult:
        started, clock = datetime.now(UTC), time.monotonic()
        if call == "PutItem":
            self.put_outcome = Outcome.COULD_NOT_TELL  # in case of an interrupt before the response
        outcome, answer, items_read = self._answer(call)
        if call == "PutItem":
            self.put_outcome = outcome
        return ProbeResult(
            table=self.table.name,
            region=self.table.region,
            principal=self.principal.arn,
            call=call,
            outcome=outcome,
            time=started.isoformat(timespec="milliseconds"),
            seconds=round(time.monotonic() - clock, 3),
            answer=answer,
            items_read=items_read,
        )

    def _answer(self, call: str) -> tuple[Outcome, AwsAnswer, int | None]:
        try:
            response = self._requests()[call]()
        except (ClientError, BotoCoreError) as error:
            answer = answer_of_error(error, self.principal.secrets)
            return classify_error(answer.code, answer.message), answer, None
        items_read = int("Item" in response) if call == "GetItem" else response.get("Count")
        return Outcome.ALLOWED, AwsAnswer(request_id=response["ResponseMetadata"]["RequestId"]), items_read

    def _requests(self) -> dict[str, Callable[[], dict[str, Any]]]:
        client = _client(self.principal, self.table)
        table = _reference(self.principal, self.table)
        read = self.seed or self.item
        names = {f"#k{n}": name for n, name in enumerate(read.primary_key)}
        values = {f":k{n}": value for n, value in enumerate(read.primary_key.values())}
        condition = " AND ".join(f"{name} = {value}" for name, value in zip(names, values, strict=True))
        return {
            "DescribeTable": lambda: client.describe_table(TableName=table),
            "PutItem": lambda: client.put_item(
                TableName=table,
                Item=self.item.attributes,
                ConditionExpression="attribute_not_exists(#key)",
                ExpressionAttributeNames={"#key": next(iter(self.item.primary_key))},
            ),
            "GetItem": lambda: client.get_item(TableName=table, Key=read.primary_key, ConsistentRead=True),
            "Query": lambda: client.query(
                TableName=table,
                KeyConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                ConsistentRead=True,
            ),
            # Reads and counts one item; returns no data.
            "Scan": lambda: client.scan(TableName=table, Limit=1, Select="COUNT"),
        }


def _client(principal: Principal, table: Table) -> Any:  # noqa: ANN401
    return principal.connections.client("dynamodb", table.region)


def _reference(principal: Principal, table: Table) -> str:
    """The name of the table, or its ARN if it is another account's: DynamoDB needs the ARN there."""
    return table.name if account_of(table.arn) == principal.account else table.arn
