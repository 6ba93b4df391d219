"""Finds the resources of a program that exist in AWS under the same names."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from encrypted_tables.engine.preview import Preview, Resource
from encrypted_tables.engine.resource_types import ALIAS, KEYS, TABLE
from encrypted_tables.errors import UserError


class AdoptionError(UserError):
    """An existing resource conflicts with the program; the message says how."""


class Aws(Protocol):
    """The calls to AWS in one Region."""

    def table(self, name: str) -> "TableInAws | None":
        """The table with this name; None if it does not exist."""

    def key_of_alias(self, name: str) -> str | None:
        """The ARN of the alias's key; None if the alias does not exist."""


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
    """Find each table that the program would create, and its keys and aliases.

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
    for table in _of(made.values(), TABLE):
        name = _name(table)
        there = aws(_region(table)).table(name) if name else None
        if name and there:
            found.append(_found(table, name, f"table {name}, encrypted with {there.encryption}"))
            keys |= dict(_keys_of(table, there, made))
    found += [_found(made[urn], arn.rpartition("/")[2], f"key {arn}") for urn, arn in keys.items()]
    found += _aliases(made, keys, aws)
    urns = {one.resource.urn for one in found}
    return Existing(tuple(found), tuple(_words(made[urn]) for urn in made if urn not in urns))


def _keys_of(table: Resource, there: TableInAws, made: Mapping[str, Resource]) -> Iterator[tuple[str, str]]:
    """The program's keys of the table and its replicas, each with the existing key."""
    if there.customer_managed_key:
        for urn in _keys(table, "serverSideEncryption", made):
            yield urn, there.customer_managed_key
    for urn in _keys(table, "replicas", made):
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
