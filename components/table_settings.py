"""The settings of an encrypted table, all checked before any resource is registered."""

from collections.abc import Mapping, Sequence
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic.alias_generators import to_camel

from .alarm_settings import Alarms
from .application_settings import ApplicationAccess, ApplicationName
from .index_settings import (
    Autoscaling,
    GlobalSecondaryIndex,
    LocalSecondaryIndex,
    OnDemandThroughput,
    WarmThroughput,
)
from .key_settings import KeySettings
from .origin_settings import ImportFrom, RestoreFrom
from .setting_types import (
    ALIAS_PREFIX,
    Attribute,
    AttributeName,
    Capacity,
    KeyArn,
    KeyAttribute,
    Region,
    ResourceName,
    TableStatement,
    Tags,
    WholeNumber,
    region_of,
)

_CAPACITIES = ("read_capacity", "write_capacity", "read_autoscaling", "write_autoscaling")


class TableSettings(KeySettings):
    """Settings of an encrypted table. `EncryptedTableArgs` describes each one."""

    table_name: ResourceName | None = None
    partition_key: Attribute
    sort_key: Attribute | None = None
    global_secondary_indexes: tuple[GlobalSecondaryIndex, ...] = Field(default=(), max_length=20)
    local_secondary_indexes: tuple[LocalSecondaryIndex, ...] = Field(default=(), max_length=5)
    ttl_attribute: AttributeName | None = None
    stream_view_type: Literal["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"] | None = None
    point_in_time_recovery: bool = True
    recovery_period_in_days: WholeNumber | None = Field(default=None, ge=1, le=35)
    deletion_protection_enabled: bool | None = None
    table_class: Literal["STANDARD", "STANDARD_INFREQUENT_ACCESS"] = "STANDARD"
    billing_mode: Literal["PAY_PER_REQUEST", "PROVISIONED"] = "PAY_PER_REQUEST"
    read_capacity: Capacity | None = None
    write_capacity: Capacity | None = None
    read_autoscaling: Autoscaling | None = None
    write_autoscaling: Autoscaling | None = None
    on_demand_throughput: OnDemandThroughput | None = None
    warm_throughput: WarmThroughput | None = None
    restore_from: RestoreFrom | None = None
    import_from: ImportFrom | None = None
    resource_policy_statements: tuple[TableStatement, ...] = ()
    application_access: dict[ApplicationName, ApplicationAccess] = Field(default={})
    replica_regions: tuple[Region, ...] = ()
    replica_key_arns: dict[Region, KeyArn] = Field(default={})
    replica_consistency: Literal["EVENTUAL", "STRONG"] = "EVENTUAL"
    former_names: dict[str, str] = Field(default={})
    region: Region | None = None
    alarms: Alarms | None = None
    tags: Tags = Field(default={})
    ephemeral: bool = False

    @model_validator(mode="after")
    def _declares_each_attribute_once(self) -> Self:
        types: dict[str, str] = {}
        for attribute in self.key_attributes:
            if types.setdefault(attribute.name, attribute.type) != attribute.type:
                raise ValueError(
                    f"attribute {attribute.name!r} has two types: "
                    f"{types[attribute.name]} and {attribute.type}"
                )
        if self.sort_key and self.sort_key.name == self.partition_key.name:
            raise ValueError(f"sortKey and partitionKey are the same attribute, {self.sort_key.name!r}")
        if self.local_secondary_indexes and not self.sort_key:
            raise ValueError("localSecondaryIndexes need a table with a sortKey")
        return self

    @model_validator(mode="after")
    def _names_each_index_once(self) -> Self:
        indexes = (*self.global_secondary_indexes, *self.local_secondary_indexes)
        names = [index.name for index in indexes]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two indexes are named {twice[0]!r}")
        return self

    @model_validator(mode="after")
    def _pays_in_one_way(self) -> Self:
        if self.billing_mode == "PROVISIONED":
            if self.on_demand_throughput:
                raise ValueError("onDemandThroughput needs billingMode PAY_PER_REQUEST")
            if self.replica_regions:
                raise ValueError(
                    "replicaRegions need billingMode PAY_PER_REQUEST: DynamoDB creates a replica of a table "
                    "with provisioned capacity only if write autoscaling already exists"
                )
            if limited := [i.name for i in self.global_secondary_indexes if i.on_demand_throughput]:
                raise ValueError(
                    f"the onDemandThroughput of index {limited[0]!r} needs billingMode PAY_PER_REQUEST"
                )
            for kind in ("read", "write"):
                given = [f"{kind}_capacity", f"{kind}_autoscaling"]
                if len([name for name in given if getattr(self, name)]) != 1:
                    raise ValueError(
                        f"billingMode PROVISIONED needs one of {' and '.join(map(to_camel, given))}"
                    )
        elif capacities := [name for name in _CAPACITIES if getattr(self, name)]:
            raise ValueError(f"{to_camel(capacities[0])} needs billingMode PROVISIONED")
        elif indexes := [
            i.name for i in self.global_secondary_indexes if i.read_capacity or i.write_capacity
        ]:
            raise ValueError(f"the capacity of index {indexes[0]!r} needs billingMode PROVISIONED")
        return self

    @model_validator(mode="after")
    def _lets_deployers_create_grants(self) -> Self:
        if self.application_access and not self.application_grants:
            raise ValueError("applicationAccess needs applicationGrants, which is false")
        return self

    @model_validator(mode="after")
    def _has_the_stream_that_applications_read(self) -> Self:
        readers = [name for name, one in self.application_access.items() if one.access == "READ_STREAM"]
        if readers and not self.has_stream:
            raise ValueError(f"applicationAccess lets {readers[0]} read the stream; set streamViewType")
        return self

    @model_validator(mode="after")
    def _begins_with_items_of_one_source(self) -> Self:
        if self.restore_from and self.import_from:
            raise ValueError("restoreFrom and importFrom are both set; give one of them")
        return self

    @model_validator(mode="after")
    def _is_strongly_consistent_in_three_regions(self) -> Self:
        if self.replica_consistency == "STRONG":
            if len(self.replica_regions) != 2:
                raise ValueError(
                    f"replicaConsistency STRONG needs two replicaRegions, found {len(self.replica_regions)}"
                )
            if self.ttl_attribute or self.local_secondary_indexes:
                given = "ttlAttribute" if self.ttl_attribute else "localSecondaryIndexes"
                raise ValueError(f"DynamoDB does not support {given} with replicaConsistency STRONG")
            if self.restore_from or self.import_from:
                given = "restoreFrom" if self.restore_from else "importFrom"
                raise ValueError(f"replicaConsistency STRONG needs an empty new table; remove {given}")
        return self

    @model_validator(mode="after")
    def _recovers_to_some_time(self) -> Self:
        if self.recovery_period_in_days and not self.point_in_time_recovery:
            raise ValueError("recoveryPeriodInDays is set, but pointInTimeRecovery is false")
        return self

    @model_validator(mode="after")
    def _replicates_with_a_key_in_each_region(self) -> Self:
        regions = self.replica_regions
        if twice := [region for region in regions if regions.count(region) > 1]:
            raise ValueError(f"replicaRegions has {twice[0]} twice")
        if self.region in regions:
            raise ValueError(f"replicaRegions has {self.region}, which is the table's own Region")
        if self.stream_view_type not in (None, "NEW_AND_OLD_IMAGES") and regions:
            raise ValueError("replicaRegions need streamViewType NEW_AND_OLD_IMAGES")
        needed = set(regions) if self.key_arn is not None else set()
        if missing := sorted(needed - set(self.replica_key_arns)):
            raise ValueError(
                f"keyArn gives the table's key, so replicaKeyArns must give one for {missing[0]}"
            )
        if surplus := sorted(set(self.replica_key_arns) - needed):
            raise ValueError(
                f"replicaKeyArns has a key for {surplus[0]}, which needs keyArn, "
                f"and {surplus[0]} in replicaRegions"
            )
        for region, arn in self.replica_key_arns.items():
            if isinstance(arn, str) and region_of(arn) != region:
                raise ValueError(
                    f"replicaKeyArns gives {region} a key in {region_of(arn)}; "
                    "give a key in the replica's Region"
                )
        return self

    @model_validator(mode="after")
    def _sends_alarms_of_each_region_in_one_way(self) -> Self:
        alarms = self.alarms or Alarms()
        needed = set(self.replica_regions) if alarms.target_arn is not None else set()
        if missing := sorted(needed - set(alarms.replica_target_arns)):
            raise ValueError(f"alarms has a targetArn, so replicaTargetArns has to have one for {missing[0]}")
        if surplus := sorted(set(alarms.replica_target_arns) - needed):
            raise ValueError(
                f"alarms has a target for {surplus[0]} in replicaTargetArns, and there is no replica there, "
                "or no targetArn"
            )
        return self

    @property
    def key_attributes(self) -> Sequence[KeyAttribute]:
        """The key attributes of the table and its indexes; may contain duplicates."""
        by_index = [
            attribute
            for index in self.global_secondary_indexes
            for attribute in (index.partition_key, index.sort_key)
        ]
        attributes = [self.partition_key, self.sort_key, *by_index]
        return [a for a in attributes if a] + [index.sort_key for index in self.local_secondary_indexes]

    def alias_for(self, table_name: str) -> str:
        """The key's main alias with `alias/`; named after the table when left out."""
        return self.key_alias or ALIAS_PREFIX + table_name.replace(".", "-")

    @property
    def has_stream(self) -> bool:
        """As set; replicas need one."""
        return bool(self.stream_view_type or self.replica_regions)

    @property
    def is_deletion_protected(self) -> bool:
        """The setting; when left out, true unless the table is ephemeral."""
        given = self.deletion_protection_enabled
        return not self.ephemeral if given is None else given


def attribute_types(settings: TableSettings) -> Mapping[str, str]:
    """The key attributes, each once, with their types."""
    return {attribute.name: attribute.type for attribute in settings.key_attributes}
