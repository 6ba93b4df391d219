"""Settings of the component for the conformance run: each one set, changed and removed."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.preflight import rule_problems
from components.problems import validated
from components.table_settings import TableSettings

Args = Mapping[str, Any]
ACCOUNT = "111122223333"
ROLES = ("administrators", "reader", "writer")
STEPS = 3
"""How often each table is created or changed."""
BASE: Args = {"partition_key": {"name": "id"}, "ephemeral": True, "deletion_window_in_days": 7}
_STATEMENT = {"Sid": "Audit", "Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "*"}
_ACCOUNT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
_READER = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/reader"}
_DAY = {"name": "by-day", "partition_key": {"name": "day"}}
_TYPE = {"name": "by-type", "partition_key": {"name": "type", "type": "N"}}
_PLACE = {"name": "by-place", "partition_key": {"name": "place"}}
_KEYS = {**_PLACE, "projection_type": "KEYS_ONLY"}
_SOME = {**_PLACE, "projection_type": "INCLUDE", "non_key_attributes": ["total", "customer"]}
_SORTED = {**_PLACE, "sort_key": {"name": "total", "type": "N"}}
_PROVISIONED = {"billing_mode": "PROVISIONED", "read_capacity": 5, "write_capacity": 5}
_SCALING = {"min_capacity": 2, "max_capacity": 20}
_FIXED_WRITES = {"billing_mode": "PROVISIONED", "write_capacity": 5}
_SCALED = {"billing_mode": "PROVISIONED", "read_autoscaling": _SCALING, "write_autoscaling": _SCALING}
_LOCAL = {"name": "by-local-day", "sort_key": {"name": "day"}}
# Another name: Terraform's provider finds no change in another projection of a local index.
_SOME_LOCAL = {
    **_LOCAL,
    "name": "by-local-day-2",
    "projection_type": "INCLUDE",
    "non_key_attributes": ["total", "customer"],
}
_SORT_KEY = {"sort_key": {"name": "at", "type": "N"}}
_REPLICATED = {"replica_regions": ["eu-west-1"]}


@dataclass(frozen=True)
class Setting:
    """A setting of a table.

    Attributes:
        values: its values, as arguments.
        besides: arguments that are set with each value, and without one.
        replaces: whether a change replaces the table or its key.
        stays: whether it cannot be removed.
    """

    values: Sequence[Args]
    besides: Args = field(default_factory=dict)
    replaces: bool = False
    stays: bool = False

    def histories(self) -> Iterator[Sequence[Args]]:
        """The arguments in each step: every value is set, changed and removed."""
        if self.stays:
            yield [{**self.besides, **step} for step in ({}, self.values[0], self.values[-1])]
            return
        for number, value in enumerate(self.values):
            following = self.values[(number + 1) % len(self.values)]
            if len(self.values) == 1:
                steps: Sequence[Args] = (value, {}, value)
            else:
                steps = ({}, value, following) if number % 2 else (value, following, {})
            yield [{**self.besides, **step} for step in steps]


def _of(name: str, *values: Any, **besides: Any) -> Setting:  # noqa: ANN401  # JSON
    return Setting([{name: value} for value in values], besides)


# Not here: another key version with replicas. Terraform's provider changes the keys of all Regions by one
# `ReplicaUpdates`. Reports disagree whether DynamoDB accepts that, so the local AWS refuses it.
SETTINGS: Mapping[str, Setting] = {
    "key_alias": _of("key_alias", "TABLE-first", "TABLE-second"),
    "additional_key_aliases": _of("additional_key_aliases", ["TABLE-a"], ["TABLE-b", "TABLE-c"]),
    "key_description": _of("key_description", "Key of the orders", "Key of all orders"),
    "key_policy_profile": _of("key_policy_profile", "console"),
    "key_administrators": _of("key_administrators", ["role/administrators"], ["user/owner"]),
    "key_users": _of("key_users", ["role/reader"], ["role/reader", "role/writer"]),
    "key_service_users": _of("key_service_users", ["role/writer"]),
    "other_accounts": _of("other_accounts", ["444455556666"]),
    "deployers": _of("deployers", ["user/owner"]),
    "key_policy_statements": _of("key_policy_statements", [{**_STATEMENT, "Principal": _ACCOUNT}]),
    "account_root_statement": _of("account_root_statement", True),
    "application_grants": _of("application_grants", False),
    "lockout_check": _of("bypass_policy_lockout_safety_check", True),
    "key_rotation": _of("enable_key_rotation", False),
    "rotation_period": _of("rotation_period_in_days", 180, 730),
    "deletion_window": _of("deletion_window_in_days", 14, 30),
    "key_version": Setting([{"key_version": 2}], stays=True),
    "kept_key": Setting([{"key_version": 2, "retained_key_versions": [1]}, {"key_version": 2}], stays=True),
    "multi_region": Setting([{}], {"multi_region": True}, stays=True),
    "sort_key": Setting([_SORT_KEY], replaces=True),
    "partition_key": Setting(
        [
            {"partition_key": {"name": "number", "type": "N"}},
            {"partition_key": {"name": "bytes", "type": "B"}},
        ],
        replaces=True,
    ),
    "indexes": _of("global_secondary_indexes", [_DAY], [_DAY, _TYPE]),
    # Provisioned: before version 6, Terraform's provider recreates an index without its on-demand limits.
    "projections": _of("global_secondary_indexes", [_KEYS], [_SOME], **_PROVISIONED),
    "index_keys": _of("global_secondary_indexes", [_SORTED], [_PLACE], **_PROVISIONED),
    "index_limits": _of(
        "global_secondary_indexes",
        [{**_DAY, "on_demand_throughput": {"max_read_request_units": 10}}],
        [{**_DAY, "on_demand_throughput": {"max_write_request_units": 20}}],
    ),
    "index_without_limits": _of(
        "global_secondary_indexes",
        [{**_DAY, "on_demand_throughput": {"max_read_request_units": 10, "max_write_request_units": 5}}],
        [_DAY],
    ),
    "local_indexes": Setting(
        [{"local_secondary_indexes": [_LOCAL]}, {"local_secondary_indexes": [_SOME_LOCAL]}],
        _SORT_KEY,
        replaces=True,
    ),
    "ttl": _of("ttl_attribute", "expires"),
    "stream": _of("stream_view_type", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY", "NEW_AND_OLD_IMAGES"),
    "recovery": _of("point_in_time_recovery", False),
    "recovery_period": _of("recovery_period_in_days", 7, 14),
    # Off in the last step, so that the table can be destroyed.
    "deletion_protection": Setting([{}, {"deletion_protection_enabled": True}]),
    "table_class": _of("table_class", "STANDARD_INFREQUENT_ACCESS"),
    "limits": _of("on_demand_throughput", {"max_read_request_units": 10}, {"max_write_request_units": 20}),
    "both_limits": _of("on_demand_throughput", {"max_read_request_units": 10, "max_write_request_units": 20}),
    "billing_mode": Setting([_PROVISIONED, {**_PROVISIONED, "read_capacity": 10}]),
    "autoscaling": Setting([_SCALED, {**_SCALED, "read_autoscaling": {**_SCALING, "max_capacity": 30}}]),
    "autoscaling_of_reads": Setting(
        [
            {**_FIXED_WRITES, "read_autoscaling": _SCALING},
            {**_FIXED_WRITES, "read_autoscaling": {**_SCALING, "target_utilization": 50}},
            _PROVISIONED,
        ],
    ),
    "provisioned_indexes": _of(
        "global_secondary_indexes",
        [_DAY],
        [{**_DAY, "read_capacity": 7, "write_capacity": 9}],
        **_PROVISIONED,
    ),
    "scaled_indexes": _of("global_secondary_indexes", [_DAY], [_DAY, _TYPE], **_SCALED),
    "resource_policy": _of(
        "resource_policy_statements",
        [{"Effect": "Allow", "Principal": _ACCOUNT, "Action": "dynamodb:GetItem"}],
        [{"Effect": "Allow", "Principal": _READER, "Action": ["dynamodb:Query", "dynamodb:GetItem"]}],
    ),
    "application_access": _of(
        "application_access",
        {"shop": {"role": "role/reader", "access": "READ"}},
        {"shop": {"role": "role/reader", "access": "READ_WRITE"}},
        {"shop": {"role": "role/writer", "access": "READ"}},
    ),
    "stream_access": _of(
        "application_access",
        {"shop": {"role": "role/reader", "access": "READ_STREAM"}},
        stream_view_type="NEW_IMAGE",
    ),
    "replicas": _of("replica_regions", ["eu-west-1"], ["eu-west-1", "eu-central-1"]),
    "replicas_tags": _of("tags", {"team": "orders"}, {"team": "returns", "stage": "test"}, **_REPLICATED),
    "replicas_recovery": _of("point_in_time_recovery", False, **_REPLICATED),
    "replicas_keys": Setting([_REPLICATED], {"multi_region": True}, stays=True),
    "replicas_ttl": _of("ttl_attribute", "expires", **_REPLICATED),
    "replicas_indexes": _of("global_secondary_indexes", [_DAY], [_DAY, _TYPE], **_REPLICATED),
    "region": Setting([{"region": "eu-west-1"}, {"region": "us-east-1"}], replaces=True),
    "alarms": _of("alarms", {}, {"target_arn": f"arn:aws:sns:us-east-1:{ACCOUNT}:incidents"}),
    "tags": _of("tags", {"team": "orders"}, {"team": "returns", "stage": "test"}),
}
USERS: Sequence[Args] = ({"tags": {"team": "orders"}}, {"tags": {"team": "returns", "stage": "test"}}, {})
"""The arguments of `TestUser` in each step."""
NOT_VARIED: Mapping[str, str] = {
    "table_name": "a change makes another table",
    "ephemeral": "a table that lasts cannot be replaced",
    "key_arn": "brings a key of its own",
    "expected_key_users": "needs key_arn",
    "replica_key_arns": "needs key_arn",
    "former_names": "takes over resources under other names",
    "replica_consistency": "not emulated",
    "warm_throughput": "not emulated",
    "import_from": "not emulated",
    "restore_from": "creates a table from another one",
}


@dataclass(frozen=True)
class Table:
    """A table and its arguments in each step."""

    name: str
    steps: Sequence[Args]


def each_apart() -> Iterator[Table]:
    """For each setting, tables on which nothing else is set."""
    for name, setting in SETTINGS.items():
        for number, history in enumerate(setting.histories(), 1):
            yield _table(f"{name}_{number}", history)


def all_together() -> Iterator[Table]:
    """The same settings on as few tables as can have them."""
    histories = [(s.replaces, history) for s in SETTINGS.values() for history in s.histories()]
    for replaces in (False, True):
        packed: list[Sequence[Args]] = []
        for history in (history for kind, history in histories if kind is replaces):
            for number, steps in enumerate(packed):
                if merged := _merged(steps, history):
                    packed[number] = merged
                    break
            else:
                packed.append(history)
        for number, steps in enumerate(packed, 1):
            yield _table(f"{'replaced' if replaces else 'changed'}_{number}", steps)


def at_random(tables: int, seed: int = 0) -> Iterator[Table]:
    """Tables with some settings, others in each step."""
    numbers = random.Random(seed)  # noqa: S311  # the same in each run
    for number in range(1, tables + 1):
        *steps, last = (_random(numbers) for _ in range(STEPS))
        unprotected = {name: value for name, value in last.items() if name != "deletion_protection_enabled"}
        yield _table(f"random_{number}", [*steps, unprotected])


def is_valid(args: Args) -> bool:
    """Whether the component accepts these settings, and both providers can have them."""
    if args.get("deletion_protection_enabled") and args.get("replica_regions"):
        return False  # Terraform's provider cannot protect replicas before version 6
    return not any(rule_problems(validated("table", {**BASE, **args}, TableSettings)))


def _merged(some: Sequence[Args], others: Sequence[Args]) -> Sequence[Args] | None:
    """Both in one table, if neither changes what the other has."""
    shared = {name for step in some for name in step} & {name for step in others for name in step}
    steps = [{**one, **other} for one, other in zip(some, others, strict=True)]
    same = all(
        one.get(name) == other.get(name) for name in shared for one, other in zip(some, others, strict=True)
    )
    return steps if same and all(map(is_valid, steps)) else None


def _random(numbers: random.Random) -> Args:
    while True:
        chosen: dict[str, Any] = {}
        for setting in SETTINGS.values():
            if not setting.replaces and not setting.stays and numbers.random() < 0.2:
                chosen |= {**setting.besides, **numbers.choice(setting.values)}
        if is_valid(chosen):
            return chosen


def _table(name: str, steps: Sequence[Args]) -> Table:
    named = json.loads(json.dumps(steps).replace("TABLE", name))
    return Table(name, [{**BASE, **step} for step in named])
