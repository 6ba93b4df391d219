"""The settings of a table's indexes and of its capacity."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from .setting_types import (
    GREATEST_NUMBER,
    Attribute,
    AttributeName,
    Capacity,
    ResourceName,
    Settings,
    WholeNumber,
)

NO_LIMIT = -1


def _or_no_limit(units: int) -> int:
    if units < 1 and units != NO_LIMIT:
        raise ValueError(f"expected at least 1, or {NO_LIMIT} to remove a limit; got {units}")
    return units


_Limit = Annotated[WholeNumber, Field(le=GREATEST_NUMBER), AfterValidator(_or_no_limit)]


class OnDemandThroughput(Settings):
    """Maximum throughput of an on-demand table or index, in request units per second."""

    max_read_request_units: _Limit | None = None
    max_write_request_units: _Limit | None = None


class WarmThroughput(Settings):
    """Warm throughput of a table or index, in operations per second; the minimums are DynamoDB's defaults."""

    read_units_per_second: Annotated[Capacity, Field(ge=12_000)] | None = None
    write_units_per_second: Annotated[Capacity, Field(ge=4_000)] | None = None


class _Index(Settings):
    name: ResourceName
    projection_type: Literal["ALL", "KEYS_ONLY", "INCLUDE"] = "ALL"
    non_key_attributes: Annotated[tuple[AttributeName, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _projects_attributes_by_name(self) -> Self:
        if bool(self.non_key_attributes) != (self.projection_type == "INCLUDE"):
            raise ValueError("nonKeyAttributes and projectionType INCLUDE are given together or not at all")
        names = self.non_key_attributes
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"nonKeyAttributes has {twice[0]!r} twice")
        return self


class GlobalSecondaryIndex(_Index):
    """A global secondary index. Its capacity settings must match the table's billing mode."""

    partition_key: Attribute
    sort_key: Attribute | None = None
    read_capacity: Capacity | None = None
    write_capacity: Capacity | None = None
    on_demand_throughput: OnDemandThroughput | None = None
    warm_throughput: WarmThroughput | None = None


class LocalSecondaryIndex(_Index):
    """A local secondary index: the table's partition key with another sort key. Created only with the
    table.
    """

    sort_key: Attribute


class Autoscaling(Settings):
    """Autoscaling: minimum and maximum in capacity units, target utilization in percent."""

    min_capacity: Capacity
    max_capacity: Capacity
    target_utilization: WholeNumber = Field(default=70, ge=20, le=90)

    @model_validator(mode="after")
    def _has_a_range(self) -> Self:
        if self.min_capacity > self.max_capacity:
            raise ValueError(f"minCapacity {self.min_capacity} is above maxCapacity {self.max_capacity}")
        return self
