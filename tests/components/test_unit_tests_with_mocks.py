"""The guide's mocks are enough for a unit test of a table. If an answer is missing, a message names the
call.
"""

from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components import CallerError, EncryptedTable
from tests.documents import blocks


class Silent(pulumi.runtime.Mocks):
    """Answers nothing."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Give the inputs back."""
        return f"{args.name}-id", dict(args.inputs)

    def call(self, _: pulumi.runtime.MockCallArgs) -> dict[str, Any]:  # type: ignore[override]  # both are taken
        """Nothing."""
        return {}


def construct() -> pulumi.Output[None]:
    autoscaling: Any = {"min_capacity": 1, "max_capacity": 5}
    table = EncryptedTable(
        "orders",
        {
            "partition_key": {"name": "id"},
            "key_users": ["role/app"],
            "billing_mode": "PROVISIONED",
            "read_autoscaling": autoscaling,
            "write_autoscaling": autoscaling,
        },
    )

    table.grant_read(aws.iam.Role("app", assume_role_policy="{}"))

    def check(name: str) -> None:
        assert name == "orders"

    return table.table_name.apply(check)


def test_the_guides_mocks_are_enough() -> None:
    (mocks,) = (block for block in blocks("component.md", "python") if "class Mocks" in block)
    exec(mocks, {})  # noqa: S102  # the document's own code

    pulumi.runtime.test(construct)()  # type: ignore[no-untyped-call]


def test_a_mock_without_an_answer_gets_a_message_that_names_the_call() -> None:
    pulumi.runtime.set_mocks(Silent(), preview=False)

    with pytest.raises(CallerError, match="did not answer get_caller_identity"):
        pulumi.runtime.test(construct)()  # type: ignore[no-untyped-call]
