"""The settings of an encrypted table, all checked before any resource is registered."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

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
    FormerName,
    KeyArn,
    KeyAttribute,
    Region,
    ResourceName,
    TableStatement,
    Tags,
    WholeNumber,
)


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
    former_names: dict[str, FormerName] = Field(default={})
    region: Region | None = None
    alarms: Alarms | None = None
    tags: Tags = Field(default={})
    ephemeral: bool = False

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
    def has_a_single_limit(self) -> bool:
        """Whether only one of the table's on-demand limits is set."""
        limits = self.on_demand_throughput
        return limits is not None and None in limits.model_dump().values()

    @property
    def has_stream(self) -> bool:
        """Whether the table has a stream: if one is set, or if it has replicas, which need one."""
        return bool(self.stream_view_type or self.replica_regions)

    @property
    def is_deletion_protected(self) -> bool:
        """The setting; when left out, true unless the table is ephemeral."""
        given = self.deletion_protection_enabled
        return not self.ephemeral if given is None else given


def attribute_types(settings: TableSettings) -> Mapping[str, str]:
    """The key attributes, each once, with their types."""
    return {attribute.name: attribute.type for attribute in settings.key_attributes}
