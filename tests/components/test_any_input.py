"""Each argument that is an Input takes outputs and awaitables; any other one says that it does not."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from pulumi import Output

import components
from components import EncryptedTable, EncryptedTableArgs, SettingsError, encrypted_table_args
from components.schema import ENUMS
from tests.components.recorder import register

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d"
OTHER_KEY = KEY.replace("eu-west-1", "eu-west-2")
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/earlier"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:alarms"
STATEMENT = {"Effect": "Allow", "Principal": {"AWS": ROLE}}
BROUGHT = {"key_arn": KEY}
REPLICA = {"key_arn": KEY, "replica_regions": ["eu-west-2"]}

Make = Callable[[Any], Any]
MAKERS: dict[str, Make] = {"an output": Output.from_input}


async def _given(value: Any) -> Any:  # noqa: ANN401  # any argument
    await asyncio.sleep(0)
    return value


MAKERS["a coroutine"] = _given

AS_A_WHOLE = " as a whole"


def people(setting: str, form: str) -> Callable[[Make], Mapping[str, Any]]:
    return lambda make: {setting: make([ROLE]) if form == AS_A_WHOLE else [make(ROLE)]}


# Each place that takes an Input: the settings around it, given a way to make one.
INPUTS: dict[str, Callable[[Make], Mapping[str, Any]]] = {
    **{
        f"{setting}{form}": people(setting, form)
        for setting in ("key_users", "key_administrators", "key_service_users", "deployers")
        for form in (AS_A_WHOLE, "[0]")
    },
    "key_users[0].principal": lambda make: {"key_users": [{"principal": make(ROLE)}]},
    "key_users[0].until": lambda make: {"key_users": [{"principal": ROLE, "until": make("2999-01-31")}]},
    "application_access.shop.role": lambda make: {
        "application_access": {"shop": {"role": make(ROLE), "access": "READ"}}
    },
    "other_accounts as a whole": lambda make: {"other_accounts": make(["444455556666"])},
    "other_accounts[0]": lambda make: {"other_accounts": [make("444455556666")]},
    "expected_key_users as a whole": lambda make: {**BROUGHT, "expected_key_users": make([ROLE])},
    "expected_key_users[0]": lambda make: {**BROUGHT, "expected_key_users": [make(ROLE)]},
    "key_description": lambda make: {"key_description": make("Encrypts orders.")},
    "key_arn": lambda make: {"key_arn": make(KEY)},
    "replica_key_arns.eu-west-2": lambda make: {
        **REPLICA,
        "replica_key_arns": {"eu-west-2": make(OTHER_KEY)},
    },
    "restore_from.table_arn": lambda make: {"restore_from": {"table_arn": make(TABLE)}},
    "restore_from.backup_arn": lambda make: {"restore_from": {"backup_arn": make(f"{TABLE}/backup/01")}},
    "import_from.bucket": lambda make: {"import_from": {"bucket": make("bucket"), "input_format": "CSV"}},
    "alarms.target_arn": lambda make: {"alarms": {"target_arn": make(TOPIC)}},
    "alarms.replica_target_arns.eu-west-2": lambda make: {
        "replica_regions": ["eu-west-2"],
        "alarms": {
            "target_arn": TOPIC,
            "replica_target_arns": {"eu-west-2": make(TOPIC.replace("eu-west-1", "eu-west-2"))},
        },
    },
    "tags as a whole": lambda make: {"tags": make({"team": "orders"})},
    "tags.team": lambda make: {"tags": {"team": make("orders")}},
    "key_policy_statements[0].Principal.AWS": lambda make: {
        "key_policy_statements": [{**STATEMENT, "Action": "kms:Decrypt", "Principal": {"AWS": make(ROLE)}}]
    },
    "resource_policy_statements[0].Principal.AWS": lambda make: {
        "resource_policy_statements": [
            {**STATEMENT, "Action": "dynamodb:GetItem", "Principal": {"AWS": [make(ROLE)]}}
        ]
    },
}


def made(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of each registered resource."""
    args: Any = {"partition_key": {"name": "id"}, **settings}
    found = register(lambda: EncryptedTable("orders", args))
    return {name: one.inputs for name, one in found.items()}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("around", INPUTS.values(), ids=INPUTS)
def test_an_input_gives_the_same_resources_as_its_value(
    around: Callable[[Make], Mapping[str, Any]], make: Make
) -> None:
    known = made(around(lambda value: value))

    assert made_in_program(around, make) == known


def made_in_program(around: Callable[[Make], Mapping[str, Any]], make: Make) -> dict[str, Any]:
    """The same with inputs, which are made while a program runs."""

    def program() -> EncryptedTable:
        args: Any = {"partition_key": {"name": "id"}, **around(make)}
        return EncryptedTable("orders", args)

    return {name: one.inputs for name, one in register(program).items()}


def arguments(args: type = EncryptedTableArgs) -> Iterator[tuple[str, Any]]:
    yield from get_type_hints(args, localns={"Output": Output, "T": Any}).items()


def takes_inputs(annotation: Any) -> bool:  # noqa: ANN401  # annotations have no type
    if get_origin(annotation) is Output:
        return True
    if isinstance(annotation, type) and annotation.__module__ == encrypted_table_args.__name__:
        return any(takes_inputs(one) for _, one in arguments(annotation))
    return any(takes_inputs(one) for one in get_args(annotation))


def test_every_argument_that_takes_inputs_is_tested() -> None:
    expected = {name for name, annotation in arguments() if takes_inputs(annotation)}
    tried = {name.split(".")[0].split("[")[0].split(" ")[0] for name in INPUTS}

    assert expected <= tried


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("name", sorted({name for name, one in arguments() if not takes_inputs(one)}))
def test_an_argument_that_takes_no_input_asks_for_a_plain_value(name: str, make: Make) -> None:
    def program() -> EncryptedTable:
        args: Any = {"partition_key": {"name": "id"}, name: make("x")}
        return EncryptedTable("orders", args)

    with pytest.raises(SettingsError) as raised:
        register(program)

    assert "found an output of a resource; it must be known when the program runs" in str(raised.value)


def test_all_types_of_arguments_and_their_constants_are_exported() -> None:
    types = {name for name in vars(encrypted_table_args) if name.endswith("Args")}

    assert types | {"TestUserArgs", *ENUMS.values()} <= set(components.__all__)
