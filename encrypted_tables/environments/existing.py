"""Finds the resources of a program that exist in AWS under the same names."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from encrypted_tables.engine.preview import Preview, Resource
from encrypted_tables.engine.resource_types import ALIAS, KEYS, SCALABLE_TARGET, SCALING_POLICY, TABLE
from encrypted_tables.errors import UserError


class AdoptionError(UserError):
    """An existing resource conflicts with the program; the message says how."""


class Aws(Protocol):
    """The calls to AWS in one Region."""

    def table(self, name: str) -> "TableInAws | None":
        """The table with this name; None if it does not exist."""

    def key_of_alias(self, name: str) -> str | None:
        """The ARN of the alias's key; None if the alias does not exist."""

    def is_scaled(self, capacity: "Capacity") -> bool:
        """Whether Application Auto Scaling has a scalable target for the capacity."""

    def scaling_policy(self, capacity: "Capacity", metric: str) -> str | None:
        """The name of the target tracking policy with this metric; None if there is none."""


@dataclass(frozen=True)
class Capacity:
    """A capacity that can scale: of a table or index, for reads or writes."""

    resource_id: str
    """`table/NAME`, or `table/NAME/index/INDEX`."""
    dimension: str
    """Such as `dynamodb:table:ReadCapacityUnits`."""

    @property
    def id(self) -> str:
        """Its id for `pulumi import`."""
        return f"dynamodb/{self.resource_id}/{self.dimension}"


@dataclass(frozen=True)
class TableInAws:
    """An existing table and its encryption."""

    encryption: str
    """A description of the encryption."""
    customer_managed_key: str | None
    """Its key's ARN; None if it is encrypted with the AWS owned or AWS managed key."""
    replica_keys: Mapping[str, str]
    """The customer managed keys of its replicas, by Region."""


@dataclass(frozen=True)
class Found:
    """A resource of the program that exists in AWS."""

    resource: Resource
    id: str
    """Its id for `pulumi import`."""
    what: str
    """Its description."""


@dataclass(frozen=True)
class Existing:
    """Existing resources, and those that the program will create."""

    found: tuple[Found, ...]
    to_make: tuple[str, ...]
    """Descriptions of the resources that do not exist."""


def existing(preview: Preview, aws: Callable[[str | None], Aws]) -> Existing:
    """Find each table that the program would create, and the keys, aliases and autoscaling of all tables.

    Args:
        preview: a preview of the program, with its plan.
        aws: returns the calls to AWS in a Region; None is the stack's Region.

    Raises:
        AdoptionError: an alias of the program belongs to another key.
    """
    created = (r for r in preview.after if preview.operations.get(r.urn) == "create")
    made = {r.urn: r for r in created if r.type.startswith("aws:")}
    keys: dict[str, str] = {}
    found = []
    for table in _of(preview.after, TABLE):
        name = _name(table)
        lacks = table.urn in made or any(_keys(table, encrypted, made) for encrypted in _WITH_KEYS)
        there = aws(_region(table)).table(name) if name and lacks else None
        if name and there:
            keys |= dict(_keys_of(table, there, made))
            if table.urn in made:
                found.append(_found(table, name, f"table {name}, encrypted with {there.encryption}"))
    found += [_found(made[urn], arn.rpartition("/")[2], f"key {arn}") for urn, arn in keys.items()]
    found += _aliases(made, keys, aws)
    found += _autoscaling(made.values(), aws)
    urns = {one.resource.urn for one in found}
    return Existing(tuple(found), tuple(_words(made[urn]) for urn in made if urn not in urns))


_ENCRYPTION, _REPLICAS = _WITH_KEYS = ("serverSideEncryption", "replicas")


def _keys_of(table: Resource, there: TableInAws, made: Mapping[str, Resource]) -> Iterator[tuple[str, str]]:
    """The program's keys of the table and its replicas, each with the existing key."""
    if there.customer_managed_key:
        for urn in _keys(table, _ENCRYPTION, made):
            yield urn, there.customer_managed_key
    for urn in _keys(table, _REPLICAS, made):
        arn = there.replica_keys.get(_region(made[urn]) or "")
        if arn:
            yield urn, arn


def _aliases(
    made: Mapping[str, Resource], keys: Mapping[str, str], aws: Callable[[str | None], Aws]
) -> Iterator[Found]:
    for alias in _of(made.values(), ALIAS):
        name = _name(alias)
        named = aws(_region(alias)).key_of_alias(name) if name else None
        if name is None or named is None:
            continue
        wanted = next((keys[urn] for urn in _keys(alias, "targetKeyId", made) if urn in keys), None)
        if named != wanted and not _is_key(named, alias.inputs.get("targetKeyId")):
            uses = f"the table uses {wanted}" if wanted else "the table has no customer managed key yet"
            raise AdoptionError(
                f"{name} exists and belongs to {named}, but {uses}; set another keyAlias for the table"
            )
        yield _found(alias, name, f"alias {name}")


def _autoscaling(made: Iterable[Resource], aws: Callable[[str | None], Aws]) -> Iterator[Found]:
    scaling = (r for r in made if r.type in (SCALABLE_TARGET, SCALING_POLICY))
    for resource in (r for r in scaling if r.inputs.get("serviceNamespace") == "dynamodb"):
        capacity = Capacity(*(str(resource.inputs.get(name)) for name in ("resourceId", "scalableDimension")))
        words = f"{capacity.resource_id} ({capacity.dimension.rpartition(':')[2]})"
        region, metric = aws(_region(resource)), _metric(resource)
        if resource.type == SCALABLE_TARGET and region.is_scaled(capacity):
            yield _found(resource, capacity.id, f"scalable target of {words}")
        elif metric and (name := region.scaling_policy(capacity, metric)):
            yield _found(resource, f"{capacity.id}/{name}", f"scaling policy {name} of {words}")


def _metric(policy: Resource) -> str | None:
    """The predefined metric of a target tracking policy."""
    tracking = policy.inputs.get("targetTrackingScalingPolicyConfiguration") or {}
    metric: str | None = (tracking.get("predefinedMetricSpecification") or {}).get("predefinedMetricType")
    return metric


def _is_key(arn: str, target: object) -> bool:
    """Whether the alias belongs to this key, which is in the stack, so that its id or ARN is known."""
    return isinstance(target, str) and arn.rpartition("/")[2] == target.rpartition("/")[2]


def _keys(resource: Resource, name: str, made: Mapping[str, Resource]) -> list[str]:
    """The program's keys that an input depends on."""
    return [urn for urn in resource.dependencies.get(name, ()) if urn in made and made[urn].type in KEYS]


def _found(resource: Resource, id_: str, what: str) -> Found:
    """The resource to import; its id includes the Region if the program sets one."""
    region = _region(resource)
    return Found(resource, f"{id_}@{region}", f"{what} in {region}") if region else Found(resource, id_, what)


def _of(resources: Iterable[Resource], type_: str) -> Iterator[Resource]:
    return (resource for resource in resources if resource.type == type_)


def _name(resource: Resource) -> str | None:
    """Its name in AWS, if the program sets one."""
    name = resource.inputs.get("name")
    return name if isinstance(name, str) else None


def _region(resource: Resource) -> str | None:
    """The Region that the program sets on the resource; None for the stack's."""
    region = resource.inputs.get("region")
    return region if isinstance(region, str) and region else None


def _words(resource: Resource) -> str:
    region = _region(resource)
    return f"{resource.name} ({resource.type.rpartition(':')[2]}{f' in {region}' if region else ''})"
