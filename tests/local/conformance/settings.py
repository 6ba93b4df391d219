"""Settings of the component for the conformance run: each one set, changed and removed."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.preflight import rule_problems
from components.problems import validated
from components.table_settings import TableSettings
from tests.local.conformance.existing import ACCOUNT, KEYS, SOURCE, TIME

Args = Mapping[str, Any]
STEPS = 3
"""How often each table is created or changed."""
EXISTING_KEY: Args = {"partition_key": {"name": "id"}, "ephemeral": True}
"""The arguments of each table with an existing key."""
BASE: Args = {**EXISTING_KEY, "deletion_window_in_days": 7}
"""The arguments of each other table."""
_STATEMENT = {"Sid": "Audit", "Effect": "Allow", "Action": "kms:DescribeKey", "Resource": "*"}
_ACCOUNT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
_READER = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/reader"}
_DAY = {"name": "by-day", "partition_key": {"name": "day"}}
_TYPE = {"name": "by-type", "partition_key": {"name": "type", "type": "N"}}
_PLACE = {"name": "by-place", "partition_key": {"name": "place"}}
_ALL = {**_PLACE, "projection_type": "ALL"}
_KEYS = {**_PLACE, "projection_type": "KEYS_ONLY"}
_SOME = {**_PLACE, "projection_type": "INCLUDE", "non_key_attributes": ["total", "customer"]}
_SORTED = {**_PLACE, "sort_key": {"name": "total", "type": "N"}}
_BINARY = {
    "name": "by-photo",
    "partition_key": {"name": "photo", "type": "B"},
    "sort_key": {"name": "print", "type": "B"},
}
_TEXTS = {
    "name": "by-city",
    "partition_key": {"name": "city", "type": "S"},
    "sort_key": {"name": "street", "type": "S"},
}
_READ_LIMIT = {"max_read_request_units": 10}
_LIMITS = {**_READ_LIMIT, "max_write_request_units": 5}
_MORE = {"max_read_request_units": 20, "max_write_request_units": 30}
_PROVISIONED = {"billing_mode": "PROVISIONED", "read_capacity": 5, "write_capacity": 5}
_ON_DEMAND = {"billing_mode": "PAY_PER_REQUEST"}
_SCALING = {"min_capacity": 2, "max_capacity": 20}
_OFTEN = {**_SCALING, "target_utilization": 50}
_FIXED_WRITES = {"billing_mode": "PROVISIONED", "write_capacity": 5}
_FIXED_READS = {"billing_mode": "PROVISIONED", "read_capacity": 5}
_SCALED = {"billing_mode": "PROVISIONED", "read_autoscaling": _SCALING, "write_autoscaling": _SCALING}
_LOCAL = {"name": "by-local-day", "sort_key": {"name": "day", "type": "S"}, "projection_type": "ALL"}
# Another name: Terraform's provider finds no change in another projection of a local index.
_SOME_LOCAL = {
    "name": "by-local-total",
    "sort_key": {"name": "total", "type": "N"},
    "projection_type": "INCLUDE",
    "non_key_attributes": ["customer"],
}
_KEYS_LOCAL = {
    "name": "by-local-photo",
    "sort_key": {"name": "photo", "type": "B"},
    "projection_type": "KEYS_ONLY",
}
_SORT_KEY = {"sort_key": {"name": "at", "type": "N"}}
_REPLICATED = {"replica_regions": ["eu-west-1"]}
# The stream cannot change in the update that removes the last replica.
_STREAMS = {"stream_view_type": "NEW_AND_OLD_IMAGES"}
_KEY, _OTHER_KEY = KEYS["us-east-1"]
_REPLICA_KEY, _OTHER_REPLICA_KEY = KEYS["eu-west-1"]
_USERS = {"expected_key_users": ["role/reader"]}
_OTHER_USERS = {"expected_key_users": ["role/reader", "role/writer"]}
_QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:incidents"


@dataclass(frozen=True)
class Setting:
    """A setting of a table.

    Attributes:
        values: its values, as arguments.
        besides: arguments that are set with each value, and without one.
        replaces: whether a change replaces the table or its key.
        in_order: whether the values are the steps: AWS accepts no other order.
        alone: whether nothing else is set on the table: it excludes settings of the key, or would get other
            settings with the next update only.
    """

    values: Sequence[Args]
    besides: Args = field(default_factory=dict)
    replaces: bool = False
    in_order: bool = False
    alone: bool = False

    def histories(self) -> Iterator[Sequence[Args]]:
        """The arguments in each step: every value is set, changed and removed."""
        if self.in_order:
            yield [{**self.besides, **step} for step in self.values]
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


def _in_order(*steps: Args, **besides: Any) -> Setting:  # noqa: ANN401  # JSON
    return Setting(steps, besides, in_order=True)


def _alone(*steps: Args, **besides: Any) -> Setting:  # noqa: ANN401  # JSON
    return Setting(steps, besides, in_order=True, alone=True)


def _restored(source: Args) -> Args:
    return {"restore_from": {"table_arn": SOURCE, **source}}


def _of_replica(key: str) -> Args:
    return {"replica_key_arns": {"eu-west-1": key}}


def _limited(limits: Args) -> Args:
    return {"global_secondary_indexes": [{**_DAY, "on_demand_throughput": limits}]}


_NEW_KEYS: Sequence[Args] = (
    {},
    {"key_version": 2, "retained_key_versions": [1]},
    {"key_version": 2},
)
SETTINGS: Mapping[str, Setting] = {
    "table_name": Setting([{"table_name": "TABLE-first"}, {"table_name": "TABLE-second"}], replaces=True),
    "key_alias": _of("key_alias", "TABLE-first", "TABLE-second"),
    "additional_key_aliases": _of("additional_key_aliases", ["TABLE-a"], ["TABLE-b", "TABLE-c"]),
    "key_description": _of("key_description", "Key of the orders", "Key of all orders"),
    "key_policy_profile": _of("key_policy_profile", "console", "strict"),
    "key_administrators": _of("key_administrators", ["role/administrators"], ["user/owner"]),
    "key_users": _of("key_users", ["role/reader"], ["role/reader", "role/writer"]),
    "key_users_until": _of(
        "key_users",
        [{"principal": "role/reader", "until": "2099-01-31", "reason": "Audit"}],
        [{"principal": "role/reader", "until": "2099-12-31"}],
    ),
    "key_service_users": _of("key_service_users", ["role/writer"], ["role/reader", "role/writer"]),
    "other_accounts": _of("other_accounts", ["444455556666"], ["organisation/o-a1b2c3d4e5"]),
    "deployers": _of("deployers", ["user/owner"], ["user/owner", "role/administrators"]),
    "key_policy_statements": _of(
        "key_policy_statements",
        [{**_STATEMENT, "Principal": _ACCOUNT}],
        [{**_STATEMENT, "Principal": _READER}],
    ),
    "account_root_statement": _of("account_root_statement", True),
    "application_grants": _of("application_grants", False),
    "lockout_check": _of("bypass_policy_lockout_safety_check", True),
    "key_rotation": _of("enable_key_rotation", False),
    "rotation_period": _of("rotation_period_in_days", 180, 730),
    "deletion_window": _of("deletion_window_in_days", 14, 30),
    "key_version": _in_order({}, {"key_version": 2}, {"key_version": 3}),
    "kept_key": _in_order(*_NEW_KEYS),
    "kept_keys": _in_order(
        {}, *({"key_version": n, "retained_key_versions": [*range(1, n)]} for n in (2, 3))
    ),
    "multi_region": _in_order({}, {}, {}, multi_region=True),
    "existing_keys": _alone(
        {"key_arn": _KEY}, {"key_arn": _OTHER_KEY, **_USERS}, {"key_arn": _OTHER_KEY, **_OTHER_USERS}
    ),
    "existing_key_first": _alone({"key_arn": _KEY, **_USERS}, {"key_arn": _KEY}, {}),
    "existing_key_later": _alone({}, {"key_arn": _KEY}, {"key_arn": _KEY}),
    "existing_replica_keys": _alone(
        {"key_arn": _KEY, **_of_replica(_REPLICA_KEY)},
        {"key_arn": _KEY, **_of_replica(_OTHER_REPLICA_KEY)},
        {},
        **_REPLICATED,
    ),
    "restored": _alone(_restored({}), {}, _restored({})),
    "restored_at": _alone(_restored({"date_time": TIME}), _restored({}), {}),
    "sort_key": Setting(
        [{"sort_key": {"name": f"by-{kind}", "type": kind}} for kind in ("N", "S", "B")],
        replaces=True,
    ),
    "partition_key": Setting(
        [
            {"partition_key": {"name": "number", "type": "N"}},
            {"partition_key": {"name": "bytes", "type": "B"}},
            {"partition_key": {"name": "text", "type": "S"}},
        ],
        replaces=True,
    ),
    "indexes": _of("global_secondary_indexes", [_DAY], [_DAY, _TYPE]),
    # Provisioned: before version 6, Terraform's provider recreates an index without its on-demand limits.
    "projections": _of("global_secondary_indexes", [_KEYS], [_SOME], [_ALL], **_PROVISIONED),
    "index_key_types": _of("global_secondary_indexes", [_BINARY], [_TEXTS]),
    "index_keys": _of("global_secondary_indexes", [_SORTED], [_PLACE], **_PROVISIONED),
    # Not here: limits that are removed. The official provider finds a difference until -1 is left out.
    "index_limits": _in_order(_limited(_LIMITS), _limited(_MORE), {}),
    "index_gets_limits": _in_order(
        {"global_secondary_indexes": [_DAY]}, _limited(_READ_LIMIT), _limited(_LIMITS)
    ),
    "local_indexes": Setting(
        [{"local_secondary_indexes": [index]} for index in (_LOCAL, _SOME_LOCAL, _KEYS_LOCAL)],
        _SORT_KEY,
        replaces=True,
    ),
    "ttl": _of("ttl_attribute", "expires"),
    "stream": _of("stream_view_type", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY", "NEW_AND_OLD_IMAGES"),
    "recovery": _of("point_in_time_recovery", False),
    "recovery_period": _of("recovery_period_in_days", 7, 14),
    # Off in the last step, so that the table can be destroyed.
    "deletion_protection": Setting([{}, {"deletion_protection_enabled": True}]),
    "table_class": _of("table_class", "STANDARD_INFREQUENT_ACCESS", "STANDARD"),
    "limits": _in_order({}, {"on_demand_throughput": _READ_LIMIT}, {"on_demand_throughput": _LIMITS}),
    "more_limits": _in_order(
        {"on_demand_throughput": _LIMITS}, {"on_demand_throughput": _MORE}, _PROVISIONED
    ),
    "no_limits": _in_order({"on_demand_throughput": _LIMITS}, _PROVISIONED, _ON_DEMAND),
    "billing_mode": Setting(
        [
            _PROVISIONED,
            {**_PROVISIONED, "read_capacity": 10},
            _ON_DEMAND,
            {**_PROVISIONED, "write_capacity": 7},
        ]
    ),
    "autoscaling": Setting([_SCALED, {**_SCALED, "read_autoscaling": {**_SCALING, "max_capacity": 30}}]),
    "autoscaling_of_writes": Setting(
        [{**_FIXED_READS, "write_autoscaling": _SCALING}, {**_FIXED_READS, "write_autoscaling": _OFTEN}]
    ),
    "autoscaling_of_reads": Setting(
        [
            {**_FIXED_WRITES, "read_autoscaling": _SCALING},
            {**_FIXED_WRITES, "read_autoscaling": _OFTEN},
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
        {"shop": {"role": "role/reader", "access": "WRITE"}},
        {"shop": {"role": "role/reader", "access": "READ_WRITE"}},
        {"shop": {"role": "role/writer", "access": "READ"}},
    ),
    "stream_access": _of(
        "application_access",
        {"shop": {"role": "role/reader", "access": "READ_STREAM"}},
        stream_view_type="NEW_IMAGE",
    ),
    "replicas": _of("replica_regions", ["eu-west-1"], ["eu-west-1", "eu-central-1"], **_STREAMS),
    "replicas_consistency": _of("replica_consistency", "EVENTUAL", **_REPLICATED),
    "replicas_alarms": Setting(
        [
            {
                "alarms": {
                    "target_arn": _QUEUE,
                    "replica_target_arns": {"eu-west-1": _QUEUE.replace("us-east-1", "eu-west-1")},
                }
            },
            {"alarms": {}},
        ],
        _REPLICATED,
    ),
    "replicas_new_keys": _in_order(*_NEW_KEYS, **_REPLICATED),
    "replicas_new_multi_region_keys": _in_order(*_NEW_KEYS, **_REPLICATED, multi_region=True),
    "replicas_tags": _of("tags", {"team": "orders"}, {"team": "returns", "stage": "test"}, **_REPLICATED),
    "replicas_recovery": _of("point_in_time_recovery", False, **_REPLICATED),
    "replicas_keys": _in_order({}, _REPLICATED, _REPLICATED, multi_region=True),
    "replicas_ttl": _of("ttl_attribute", "expires", **_REPLICATED),
    "replicas_indexes": _of("global_secondary_indexes", [_DAY], [_DAY, _TYPE], **_REPLICATED),
    "region": Setting([{"region": "eu-west-1"}, {"region": "us-east-1"}], replaces=True),
    "alarms": _of("alarms", {}, {"target_arn": f"arn:aws:sns:us-east-1:{ACCOUNT}:incidents"}),
    "tags": _of("tags", {"team": "orders"}, {"team": "returns", "stage": "test"}),
}
USERS: Sequence[Args] = ({"tags": {"team": "orders"}}, {"tags": {"team": "returns", "stage": "test"}}, {})
"""The arguments of `TestUser` in each step."""
_NEWER = "Terraform's provider has it from version 6 on"
NOT_VARIED: Mapping[str, str] = {
    "ephemeral": "a table that lasts cannot be replaced",
    "former_names": "takes over resources under other names",
    "replica_consistency=STRONG": _NEWER,
    "warm_throughput": _NEWER,
    "global_secondary_indexes.warm_throughput": _NEWER,
    "import_from": "needs files in S3, which is not emulated",
    "restore_from.backup_arn": _NEWER,
}
NOT_REMOVED: Mapping[str, str] = {
    "key_version": "the table's key would be its first one again",
    "multi_region": "a key stays in one Region or in several",
}
NOT_CHANGED: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "account_root_statement",
            "application_grants",
            "bypass_policy_lockout_safety_check",
            "deletion_protection_enabled",
            "enable_key_rotation",
            "point_in_time_recovery",
        ),
        "one value is the default",
    ),
    "multi_region": "a key stays in one Region or in several",
    "replica_consistency": "it cannot be changed",
    "ttl_attribute": "DynamoDB accepts another one only after TTL is off",
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
    settings = [setting for setting in SETTINGS.values() if not setting.alone]
    histories = [(s.replaces, history) for s in settings for history in s.histories()]
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


def alone() -> Iterator[Table]:
    """The settings that each need a table of its own."""
    for name, setting in SETTINGS.items():
        if setting.alone:
            for number, history in enumerate(setting.histories(), 1):
                yield _table(f"{name}_{number}", history)


def at_random(tables: int, seed: int = 0) -> Iterator[Table]:
    """Tables with some settings, others in each step."""
    numbers = random.Random(seed)  # noqa: S311  # the same in each run
    for number in range(1, tables + 1):
        *steps, last = _random_steps(numbers)
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


def _random_steps(numbers: random.Random) -> Iterator[Args]:
    before: Args = {}
    for _ in range(STEPS):
        while _loses_its_stream(before, after := _random(numbers)):
            pass
        yield after
        before = after


def _loses_its_stream(before: Args, after: Args) -> bool:
    """Whether the stream changes with the last replica."""
    is_last = bool(before.get("replica_regions")) and not after.get("replica_regions")
    return is_last and after.get("stream_view_type") != "NEW_AND_OLD_IMAGES"


def _random(numbers: random.Random) -> Args:
    while True:
        chosen: dict[str, Any] = {}
        for setting in SETTINGS.values():
            if not setting.replaces and not setting.in_order and numbers.random() < 0.2:
                chosen |= {**setting.besides, **numbers.choice(setting.values)}
        if is_valid(chosen):
            return chosen


def _table(name: str, steps: Sequence[Args]) -> Table:
    named = json.loads(json.dumps(steps).replace("TABLE", name))
    return Table(name, [{**(EXISTING_KEY if "key_arn" in step else BASE), **step} for step in named])
