"""Settings of the component for the conformance run: each one set, changed and removed."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from components.table_settings import TableSettings

Args = Mapping[str, Any]
BASE: Args = {"table_name": "orders", "partition_key": {"name": "id"}, "ephemeral": True}
ROLES = ("administrators", "reader", "writer")
_STATEMENT = {"Sid": "Audit", "Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "*"}
_ACCOUNT = {"AWS": "arn:aws:iam::111122223333:root"}
_INDEX = {"name": "by-day", "partition_key": {"name": "day"}}
VALUES: Mapping[str, tuple[Any, ...]] = {
    "key_alias": ("orders-first", "orders-second"),
    "additional_key_aliases": (["orders-a"], ["orders-b", "orders-c"]),
    "key_description": ("Key of the orders", "Key of all orders"),
    "key_policy_profile": ("console",),
    "key_administrators": (["role/administrators"],),
    "key_users": (["role/reader"], ["role/reader", "role/writer"]),
    "key_service_users": (["role/writer"],),
    "other_accounts": (["444455556666"],),
    "deployers": (["user/owner"],),
    "key_policy_statements": ([{**_STATEMENT, "Principal": _ACCOUNT}],),
    "account_root_statement": (True,),
    "application_grants": (False,),
    "bypass_policy_lockout_safety_check": (True,),
    "enable_key_rotation": (False,),
    "rotation_period_in_days": (180, 730),
    "deletion_window_in_days": (7, 14),
    "global_secondary_indexes": ([_INDEX], [_INDEX, {"name": "by-type", "partition_key": {"name": "type"}}]),
    "ttl_attribute": ("expires",),
    "stream_view_type": ("NEW_IMAGE",),
    "point_in_time_recovery": (False,),
    "recovery_period_in_days": (7, 14),
    "deletion_protection_enabled": (True,),
    "table_class": ("STANDARD_INFREQUENT_ACCESS",),
    "on_demand_throughput": ({"max_read_request_units": 10}, {"max_write_request_units": 20}),
    "resource_policy_statements": (
        [{"Effect": "Allow", "Principal": _ACCOUNT, "Action": "dynamodb:GetItem"}],
    ),
    "tags": ({"team": "orders"}, {"team": "returns", "stage": "test"}),
}
NOT_VARIED: Mapping[str, str] = {
    "table_name": "the same in all inputs; a change makes another table",
    "partition_key": "a change makes another table",
    "sort_key": "a change makes another table",
    "local_secondary_indexes": "a change makes another table",
    "ephemeral": "a table that lasts cannot be replaced",
    "region": "a change makes another table",
    "multi_region": "a change makes another key",
    "key_arn": "brings a key of its own",
    "expected_key_users": "needs key_arn",
    "replica_key_arns": "needs key_arn",
    "key_version": "makes a second key; tested with its how-to",
    "retained_key_versions": "needs key_version",
    "replica_regions": "not compared yet: a protected replica cannot be removed in the same step",
    "former_names": "takes over resources under other names",
    "application_access": "outside the settings of table and key",
    "replica_consistency": "not emulated",
    "warm_throughput": "not emulated",
    "import_from": "not emulated",
    "alarms": "not emulated",
    "restore_from": "creates a table from another one",
    "billing_mode": "not compared yet: provisioned capacity",
    "read_capacity": "not compared yet: provisioned capacity",
    "write_capacity": "not compared yet: provisioned capacity",
    "read_autoscaling": "not compared yet: provisioned capacity",
    "write_autoscaling": "not compared yet: provisioned capacity",
}


def generated(count: int, seed: int = 0) -> Iterator[Args]:
    """Valid settings in which about half of all are set: the next one changes and removes some of them."""
    numbers = random.Random(seed)  # noqa: S311  # the same in each run
    made = 0
    while made < count:
        chosen = {name: numbers.choice(values) for name, values in VALUES.items() if numbers.random() < 0.5}
        if is_valid(args := {**BASE, **chosen}):
            made += 1
            yield args


def is_valid(args: Args) -> bool:
    """Whether the component accepts these settings."""
    try:
        TableSettings.model_validate(args)
    except ValidationError:
        return False
    return True
