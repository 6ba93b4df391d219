"""The settings of a table's indexes and of its capacity."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .setting_types import Attribute, AttributeName, Capacity, ResourceName, Settings, WholeNumber


class OnDemandThroughput(Settings):
    """The most that a table or index without provisioned capacity may use, in request units a second."""

    max_read_request_units: Capacity | None = None
    max_write_request_units: Capacity | None = None


class WarmThroughput(Settings):
    """What a table or index can take at once, in operations a second; never less than what each has."""

    read_units_per_second: Annotated[WholeNumber, Field(ge=12_000)] | None = None
    write_units_per_second: Annotated[WholeNumber, Field(ge=4_000)] | None = None


class _Index(Settings):
    name: ResourceName
    projection_type: Literal["ALL", "KEYS_ONLY", "INCLUDE"] = "ALL"
    non_key_attributes: tuple[AttributeName, ...] = ()

    @model_validator(mode="after")
    def _projects_attributes_by_name(self) -> Self:
        if bool(self.non_key_attributes) != (self.projection_type == "INCLUDE"):
            raise ValueError("nonKeyAttributes and projectionType INCLUDE are given together or not at all")
        return self


class GlobalSecondaryIndex(_Index):
    """An index with keys of its own; its capacity is of the kind that the table's billing mode takes."""

    partition_key: Attribute
    sort_key: Attribute | None = None
    read_capacity: Capacity | None = None
    write_capacity: Capacity | None = None
    on_demand_throughput: OnDemandThroughput | None = None
    warm_throughput: WarmThroughput | None = None


class LocalSecondaryIndex(_Index):
    """An index with the table's partition key and another sort key; it can be made with the table only."""

    sort_key: Attribute


class Autoscaling(Settings):
    """Capacity that follows use: units of capacity, and the per cent of it that should be in use."""

    min_capacity: Capacity
    max_capacity: Capacity
    target_utilization: int = Field(default=70, ge=20, le=90)

    @model_validator(mode="after")
    def _has_a_range(self) -> Self:
        if self.min_capacity > self.max_capacity:
            raise ValueError(f"minCapacity {self.min_capacity} is above maxCapacity {self.max_capacity}")
        return self
