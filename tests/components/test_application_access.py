"""Which roles can be granted access to a table."""

from typing import Any

import pulumi_aws as aws
import pytest
from pulumi.runtime.mocks import MockResourceArgs

from components import ApplicationAccessArgs, EncryptedTable, SettingsError
from tests.components.recorder import World, register


class OtherAccount(World):
    """An AWS with roles in another account."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """A resource; roles have an ARN of the other account."""
        name, outputs = super().new_resource(args)
        if args.typ == "aws:iam/role:Role":
            outputs["arn"] = f"arn:aws:iam::444455556666:role/{args.name}"
        return name, outputs


def test_a_role_of_another_account_is_refused_with_advice() -> None:
    def program() -> None:
        table = EncryptedTable("orders", {"partition_key": {"name": "id"}})
        table.grant_read(aws.iam.Role("app", assume_role_policy="{}"))

    with pytest.raises(
        SettingsError, match=r"role/app is of another account than the table's, 111122223333\."
    ):
        register(program, OtherAccount())


def test_an_application_is_granted_access_by_an_argument() -> None:
    """A role by its name and one that the program creates, each with a policy and a grant."""

    def program() -> None:
        app = aws.iam.Role("app", assume_role_policy="{}")
        EncryptedTable(
            "orders",
            {
                "partition_key": {"name": "id"},
                "application_access": {
                    "shop": {"role": "role/web/shop", "access": "READ"},
                    "app": {"role": app.arn, "access": "READ_WRITE"},
                },
            },
        )

    found = register(program)

    assert found["orders-read-_-shop"].inputs["role"] == "shop"
    assert "dynamodb:PutItem" not in found["orders-read-_-shop"].inputs["policy"]
    assert "dynamodb:PutItem" in found["orders-readwrite-_-app"].inputs["policy"]
    grantee = found["orders-read-grant-_-shop"].inputs["granteePrincipal"]
    assert grantee == "arn:aws:iam::111122223333:role/web/shop"
    assert found["orders-readwrite-grant-_-app"].inputs["granteePrincipal"].endswith("/app")


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        ({"role": "user/ann", "access": "READ"}, r"application_access\.shop\.role: 'user/ann' is not a role"),
        ({"role": "role/shop", "access": "reed"}, r"application_access\.shop\.access: .*'READ'"),
        ({"role": "role/shop", "access": "READ_STREAM"}, "shop read the stream; set streamViewType"),
        ({"access": "READ"}, r"application_access\.shop\.role: is required"),
    ],
)
def test_wrong_access_of_an_application_is_reported(access: Any, expected: str) -> None:  # noqa: ANN401  # wrong on purpose
    with pytest.raises(SettingsError, match=expected):
        register(
            lambda: EncryptedTable(
                "orders", {"partition_key": {"name": "id"}, "application_access": {"shop": access}}
            )
        )


def test_a_wrong_name_of_an_application_is_reported_with_the_right_form() -> None:
    access: ApplicationAccessArgs = {"role": "role/shop", "access": "READ"}

    with pytest.raises(SettingsError, match="'the shop' is not a name for an application: up to 64 letters"):
        register(
            lambda: EncryptedTable(
                "orders", {"partition_key": {"name": "id"}, "application_access": {"the shop": access}}
            )
        )


def test_access_of_an_application_needs_a_key_policy_that_lets_deployers_create_grants() -> None:
    with pytest.raises(SettingsError, match="applicationAccess needs applicationGrants, which is false"):
        register(
            lambda: EncryptedTable(
                "orders",
                {
                    "partition_key": {"name": "id"},
                    "application_access": {"shop": {"role": "role/shop", "access": "READ"}},
                    "application_grants": False,
                },
            )
        )


def test_access_to_the_stream_of_a_table_without_one_is_refused() -> None:
    settings: Any = {"partition_key": {"name": "id"}}

    with pytest.raises(SettingsError, match=r"the table has no stream to read\. Set streamViewType\."):
        register(
            lambda: EncryptedTable("orders", settings).grant_stream_read(
                aws.iam.Role("app", assume_role_policy="{}")
            ),
            World(),
        )
