"""Which roles can be granted access to a table."""

from typing import Any

import pulumi_aws as aws
import pytest
from pulumi.runtime.mocks import MockResourceArgs

from components import EncryptedTable, SettingsError
from tests.components.recorder import World, register


class OtherAccount(World):
    """An AWS with roles in another account."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """A resource; roles have an ARN of the other account."""
        name, outputs = super().new_resource(args)
        if args.typ == "aws:iam/role:Role":
            outputs["arn"] = f"arn:aws:iam::444455556666:role/{args.name}"
        return name, outputs


def test_a_role_of_another_account_is_refused_with_what_to_do_instead() -> None:
    def program() -> None:
        table = EncryptedTable("orders", {"partition_key": {"name": "id"}})
        table.grant_read(aws.iam.Role("app", assume_role_policy="{}"))

    with pytest.raises(
        SettingsError, match=r"role/app is of another account than the table's, 111122223333\."
    ):
        register(program, OtherAccount())
