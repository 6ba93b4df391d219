"""Rules about several settings of a table at once. Pure functions: settings in, messages out."""

from collections.abc import Callable, Iterator, Sequence

from pydantic.alias_generators import to_camel

from .alarm_settings import Alarms
from .key_settings import KeySettings
from .setting_types import region_of
from .table_settings import TableSettings

Rule = Callable[[TableSettings], Iterator[str]]

_CAPACITIES = ("read_capacity", "write_capacity", "read_autoscaling", "write_autoscaling")
_MOST_PROJECTED = 100
_MOST_ALIASES = 50


def _an_attribute_has_one_type(settings: TableSettings) -> Iterator[str]:
    types: dict[str, str] = {}
    for attribute in settings.key_attributes:
        if types.setdefault(attribute.name, attribute.type) != attribute.type:
            yield (
                f"attribute {attribute.name!r} has two types: {types[attribute.name]} and {attribute.type}"
            )


def _a_key_has_two_attributes(settings: TableSettings) -> Iterator[str]:
    partition, sort = settings.partition_key, settings.sort_key
    if sort and sort.name == partition.name:
        yield f"sortKey and partitionKey are the same attribute, {sort.name!r}"
    keys = [(i.name, i.partition_key, i.sort_key) for i in settings.global_secondary_indexes]
    keys += [(i.name, partition, i.sort_key) for i in settings.local_secondary_indexes]
    for index, hashed, sorting in keys:
        if sorting and sorting.name == hashed.name:
            yield f"the sort key and the partition key of index {index!r} are the same, {sorting.name!r}"


def _local_indexes_need_a_sort_key(settings: TableSettings) -> Iterator[str]:
    if settings.local_secondary_indexes and not settings.sort_key:
        yield "localSecondaryIndexes need a table with a sortKey"


def _an_index_has_a_name_of_its_own(settings: TableSettings) -> Iterator[str]:
    names = [i.name for i in (*settings.global_secondary_indexes, *settings.local_secondary_indexes)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two indexes are named {name!r}"


def _indexes_project_few_attributes(settings: TableSettings) -> Iterator[str]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"""
    indexes = (*settings.global_secondary_indexes, *settings.local_secondary_indexes)
    if (number := sum(len(index.non_key_attributes) for index in indexes)) > _MOST_PROJECTED:
        yield (
            f"the nonKeyAttributes of all indexes are {number} names; DynamoDB accepts at most "
            f"{_MOST_PROJECTED}"
        )


def _time_to_live_is_a_number(settings: TableSettings) -> Iterator[str]:
    for attribute in settings.key_attributes:
        if attribute.name == settings.ttl_attribute and attribute.type != "N":
            yield (
                f"ttlAttribute {attribute.name!r} is a key attribute of type {attribute.type}; DynamoDB only "
                "reads times from numbers"
            )
            return


def _capacity_is_provisioned_in_one_way(settings: TableSettings) -> Iterator[str]:
    if settings.billing_mode != "PROVISIONED":
        return
    for kind in ("read", "write"):
        given = [f"{kind}_capacity", f"{kind}_autoscaling"]
        if len([name for name in given if getattr(settings, name)]) != 1:
            yield f"billingMode PROVISIONED needs one of {' and '.join(map(to_camel, given))}"


def _an_index_starts_within_the_bounds(settings: TableSettings) -> Iterator[str]:
    for kind in ("read", "write"):
        bounds = getattr(settings, f"{kind}_autoscaling")
        for index in settings.global_secondary_indexes if bounds else ():
            units = getattr(index, f"{kind}_capacity")
            if units and not bounds.min_capacity <= units <= bounds.max_capacity:
                yield (
                    f"the {kind}Capacity of index {index.name!r} is {units}, but {kind}Autoscaling keeps it "
                    f"from {bounds.min_capacity} to {bounds.max_capacity}"
                )


def _what_is_provisioned_has_no_limits_on_demand(settings: TableSettings) -> Iterator[str]:
    if settings.billing_mode != "PROVISIONED":
        return
    if settings.on_demand_throughput:
        yield "onDemandThroughput needs billingMode PAY_PER_REQUEST"
    for index in settings.global_secondary_indexes:
        if index.on_demand_throughput:
            yield f"the onDemandThroughput of index {index.name!r} needs billingMode PAY_PER_REQUEST"


def _what_is_provisioned_has_no_replicas(settings: TableSettings) -> Iterator[str]:
    if settings.billing_mode == "PROVISIONED" and settings.replica_regions:
        yield (
            "replicaRegions need billingMode PAY_PER_REQUEST: DynamoDB creates a replica of a table with "
            "provisioned capacity only if write autoscaling already exists"
        )


def _what_is_on_demand_has_no_capacity(settings: TableSettings) -> Iterator[str]:
    if settings.billing_mode == "PROVISIONED":
        return
    for capacity in _CAPACITIES:
        if getattr(settings, capacity):
            yield f"{to_camel(capacity)} needs billingMode PROVISIONED"
    for index in settings.global_secondary_indexes:
        if index.read_capacity or index.write_capacity:
            yield f"the capacity of index {index.name!r} needs billingMode PROVISIONED"


def _deployers_create_the_grants_of_applications(settings: TableSettings) -> Iterator[str]:
    if settings.application_access and not settings.application_grants:
        yield "applicationAccess needs applicationGrants, which is false"


def _applications_read_a_stream_that_exists(settings: TableSettings) -> Iterator[str]:
    readers = [name for name, one in settings.application_access.items() if one.access == "READ_STREAM"]
    if readers and not settings.has_stream:
        yield f"applicationAccess lets {readers[0]} read the stream; set streamViewType"


def _items_have_one_source(settings: TableSettings) -> Iterator[str]:
    if settings.restore_from and settings.import_from:
        yield "restoreFrom and importFrom are both set; give one of them"


def _an_import_creates_no_local_indexes(settings: TableSettings) -> Iterator[str]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableCreationParameters.html"""
    if settings.import_from and settings.local_secondary_indexes:
        yield "DynamoDB creates no localSecondaryIndexes when it imports a table; remove importFrom, or them"


def _a_strongly_consistent_table_is_in_three_regions(settings: TableSettings) -> Iterator[str]:
    if settings.replica_consistency != "STRONG":
        return
    if len(settings.replica_regions) != 2:
        yield f"replicaConsistency STRONG needs two replicaRegions, found {len(settings.replica_regions)}"
    if settings.ttl_attribute or settings.local_secondary_indexes:
        given = "ttlAttribute" if settings.ttl_attribute else "localSecondaryIndexes"
        yield f"DynamoDB does not support {given} with replicaConsistency STRONG"
    if settings.restore_from or settings.import_from:
        given = "restoreFrom" if settings.restore_from else "importFrom"
        yield f"replicaConsistency STRONG needs an empty new table; remove {given}"


def _recovery_has_a_period_if_it_is_on(settings: TableSettings) -> Iterator[str]:
    if settings.recovery_period_in_days and not settings.point_in_time_recovery:
        yield "recoveryPeriodInDays is set, but pointInTimeRecovery is false"


def _replicas_are_in_other_regions(settings: TableSettings) -> Iterator[str]:
    regions = settings.replica_regions
    for region in sorted({region for region in regions if regions.count(region) > 1}):
        yield f"replicaRegions has {region} twice"
    if settings.region in regions:
        yield f"replicaRegions has {settings.region}, which is the table's own Region"


def _replicas_have_a_stream_of_both_images(settings: TableSettings) -> Iterator[str]:
    if settings.stream_view_type not in (None, "NEW_AND_OLD_IMAGES") and settings.replica_regions:
        yield "replicaRegions need streamViewType NEW_AND_OLD_IMAGES"


def _each_replica_has_a_key(settings: TableSettings) -> Iterator[str]:
    needed = set(settings.replica_regions) if settings.key_arn is not None else set()
    for region in sorted(needed - set(settings.replica_key_arns)):
        yield f"keyArn gives the table's key, so replicaKeyArns must give one for {region}"
    for region in sorted(set(settings.replica_key_arns) - needed):
        yield f"replicaKeyArns has a key for {region}, which needs keyArn, and {region} in replicaRegions"


def _a_replicas_key_is_in_its_region(settings: TableSettings) -> Iterator[str]:
    for region, arn in settings.replica_key_arns.items():
        if isinstance(arn, str) and region_of(arn) != region:
            yield (
                f"replicaKeyArns gives {region} a key in {region_of(arn)}; give a key in the replica's Region"
            )


def _alarms_of_each_region_have_a_target(settings: TableSettings) -> Iterator[str]:
    alarms = settings.alarms or Alarms()
    needed = set(settings.replica_regions) if alarms.target_arn is not None else set()
    for region in sorted(needed - set(alarms.replica_target_arns)):
        yield f"alarms has a targetArn, so replicaTargetArns must have one for {region}"
    for region in sorted(set(alarms.replica_target_arns) - needed):
        yield (
            f"alarms has a target for {region} in replicaTargetArns, and there is no replica there, or no "
            "targetArn"
        )


def _a_key_managed_elsewhere_is_configured_there(settings: TableSettings) -> Iterator[str]:
    if settings.key_arn is None:
        if "expected_key_users" in settings.model_fields_set:
            yield (
                "expectedKeyUsers applies only to an existing key (keyArn), and keyArn is not set; use "
                "keyUsers instead"
            )
        return
    about_the_key = KeySettings.model_fields.keys() - {"key_arn", "expected_key_users"}
    given = settings.model_fields_set & about_the_key
    if shaping := sorted(name for name in given if getattr(settings, name) != ()):
        yield (
            f"keyArn gives a key that is managed elsewhere, so {', '.join(map(to_camel, shaping))} cannot be "
            "set here; set it where that key is managed"
        )


def _a_rotation_period_needs_rotation(settings: TableSettings) -> Iterator[str]:
    if settings.rotation_period_in_days and not settings.enable_key_rotation:
        yield "rotationPeriodInDays is set, but enableKeyRotation is false"


def _retained_versions_are_earlier(settings: TableSettings) -> Iterator[str]:
    versions = settings.retained_key_versions
    if later := [version for version in versions if version >= settings.key_version]:
        yield (
            f"retainedKeyVersions has {later[0]}, but keyVersion is {settings.key_version}; only earlier "
            "versions can be retained"
        )
    for version in sorted({version for version in versions if versions.count(version) > 1}):
        yield f"retainedKeyVersions has {version} twice"


def _a_key_has_few_aliases(settings: TableSettings) -> Iterator[str]:
    """https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html"""
    if (number := 1 + len(settings.additional_key_aliases)) > _MOST_ALIASES:
        yield f"the key would have {number} aliases; KMS accepts at most {_MOST_ALIASES}"


RULES: Sequence[Rule] = (
    _an_attribute_has_one_type,
    _a_key_has_two_attributes,
    _local_indexes_need_a_sort_key,
    _an_index_has_a_name_of_its_own,
    _indexes_project_few_attributes,
    _time_to_live_is_a_number,
    _capacity_is_provisioned_in_one_way,
    _an_index_starts_within_the_bounds,
    _what_is_provisioned_has_no_limits_on_demand,
    _what_is_provisioned_has_no_replicas,
    _what_is_on_demand_has_no_capacity,
    _deployers_create_the_grants_of_applications,
    _applications_read_a_stream_that_exists,
    _items_have_one_source,
    _an_import_creates_no_local_indexes,
    _a_strongly_consistent_table_is_in_three_regions,
    _recovery_has_a_period_if_it_is_on,
    _replicas_are_in_other_regions,
    _replicas_have_a_stream_of_both_images,
    _each_replica_has_a_key,
    _a_replicas_key_is_in_its_region,
    _alarms_of_each_region_have_a_target,
    _a_key_managed_elsewhere_is_configured_there,
    _a_rotation_period_needs_rotation,
    _retained_versions_are_earlier,
    _a_key_has_few_aliases,
)
