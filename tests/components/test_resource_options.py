"""Resource options from users: providers, parents, protection."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime.mocks import MockCallArgs

from components import EncryptedTable, SettingsError, TestUser
from tests.components.recorder import ACCOUNT, Registration, World, register

CHINA = "444455556666"
ARGS: Any = {"partition_key": {"name": "id"}}


@dataclass
class TwoAccounts(World):
    """The provider named `china` has another partition, account and Region than the default one."""

    asked: list[str] = field(default_factory=list)

    def call(self, args: MockCallArgs) -> dict[str, Any]:  # type: ignore[override]  # both are taken
        """As the account of the provider answers."""
        self.asked.append(args.provider.split("::")[-2] if args.provider else "default")
        if "china" not in args.provider:
            return super().call(args)
        return {
            "aws:index/getCallerIdentity:getCallerIdentity": {
                "accountId": CHINA,
                "arn": f"arn:aws-cn:iam::{CHINA}:user/owner",
            },
            "aws:index/getRegion:getRegion": {"region": "cn-north-1"},
        }[args.token]


class Parent(pulumi.ComponentResource):
    """A user's own component."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tests:index:Parent", name, {}, opts)


def china() -> aws.Provider:
    return aws.Provider("china", region="cn-north-1")


def in_parent(parent_options: Callable[[], pulumi.ResourceOptions]) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(parent=Parent("parent", parent_options()))


@pytest.mark.parametrize(
    "options",
    [
        lambda: pulumi.ResourceOptions(provider=china()),
        lambda: pulumi.ResourceOptions(providers=[china()]),
        lambda: pulumi.ResourceOptions(providers={"aws": china()}),
        lambda: in_parent(lambda: pulumi.ResourceOptions(provider=china())),
        lambda: in_parent(lambda: pulumi.ResourceOptions(providers=[china()])),
    ],
    ids=["provider", "list", "map", "the parent's provider", "the parent's list"],
)
def test_the_given_provider_decides_account_region_and_deployer(
    options: Callable[[], pulumi.ResourceOptions],
) -> None:
    world = TwoAccounts()
    found = register(lambda: EncryptedTable("orders", ARGS, options()), world)

    policy = found["orders-key"].inputs["policy"]
    assert f"arn:aws-cn:iam::{CHINA}:user/owner" in policy
    assert "dynamodb.cn-north-1.amazonaws.com" in policy
    assert ACCOUNT not in policy
    for child in ("orders-key", "orders-alias", "orders-table"):
        assert "::china::" in found[child].request.provider
    assert "default" not in world.asked


def test_each_of_two_providers_is_asked_once() -> None:
    world = TwoAccounts()

    def program() -> None:
        options = pulumi.ResourceOptions(provider=china())
        for number in range(3):
            EncryptedTable(f"home-{number}", ARGS)
            EncryptedTable(f"away-{number}", ARGS, options)

    found = register(program, world)

    assert len(world.asked) == 4
    accounts = {name: json.loads(found[f"{name}-0-key"].inputs["policy"]) for name in ("home", "away")}
    roots = {name: p["Statement"][0]["Principal"]["AWS"] for name, p in accounts.items()}
    assert roots == {
        "home": f"arn:aws:iam::{ACCOUNT}:root",
        "away": f"arn:aws-cn:iam::{CHINA}:root",
    }


def test_a_role_of_another_accounts_provider_is_refused_before_it_is_created() -> None:
    def program() -> None:
        abroad = aws.iam.Role(
            "abroad", opts=pulumi.ResourceOptions(provider=china()), assume_role_policy="{}"
        )
        EncryptedTable("orders", ARGS).grant_read(abroad)

    with pytest.raises(SettingsError, match=f"role abroad is of another account than the table's, {ACCOUNT}"):
        register(program, TwoAccounts())


def test_a_second_run_in_one_process_asks_again() -> None:
    first, second = World(), World(caller=f"arn:aws:iam::{ACCOUNT}:user/second")

    register(lambda: EncryptedTable("orders", ARGS), first)
    found = register(lambda: EncryptedTable("orders", ARGS), second)

    assert len(second.calls) == len(first.calls)
    assert "user/second" in found["orders-key"].inputs["policy"]


def kept(found: dict[str, Registration]) -> set[str]:
    return {name for name, one in found.items() if one.is_kept}


def test_key_and_table_are_protected_whatever_the_component_options_say() -> None:
    children = {"orders-key", "orders-table"}
    for protect in (None, True, False):
        options = pulumi.ResourceOptions(protect=protect)
        found = register(lambda options=options: EncryptedTable("orders", ARGS, options))  # type: ignore[misc]

        assert kept(found) == children


def test_an_ephemeral_table_is_protected_if_the_component_options_say_so() -> None:
    args: Any = {**ARGS, "ephemeral": True}
    options = pulumi.ResourceOptions(protect=True, retain_on_delete=True)

    found = register(lambda: EncryptedTable("orders", args, options))

    assert {name for name in kept(found) if name != "orders"} == {"orders-key", "orders-table"}
    assert kept(register(lambda: EncryptedTable("orders", args))) == set()


def test_a_test_user_in_another_partition_has_the_policy_and_sign_in_page_of_it() -> None:
    urls: list[str] = []

    def program() -> None:
        user = TestUser("demo", {"user_name": "ann"}, pulumi.ResourceOptions(provider=china()))
        user.console_sign_in_url.apply(urls.append)

    found = register(program, TwoAccounts())

    policy = "arn:aws-cn:iam::aws:policy/AmazonDynamoDBFullAccess"
    assert found["demo-full-access"].inputs["policyArn"] == policy
    assert urls == [f"https://{CHINA}.signin.amazonaws.cn/console"]
