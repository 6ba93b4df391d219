"""Tells which resources of a program are in AWS already, under the names that the program gives them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from access_diff.keys import ALIAS, KEY, KEYS
from access_diff.preview import Preview, Resource
from access_diff.survey import TABLE


class AdoptionError(Exception):
    """What is in AWS cannot be brought under the program as it is; one message for a person."""


class Aws(Protocol):
    """What is asked of AWS, in the stack's Region."""

    def table(self, name: str) -> "TableInAws | None":
        """The table of that name; None if there is none."""

    def key_of_alias(self, name: str) -> str | None:
        """The ARN of the key that an alias names; None if there is no such alias."""


@dataclass(frozen=True)
class TableInAws:
    """A table that is there, and what encrypts it."""

    customer_managed_key: str | None
    """Its key's ARN; None where the AWS owned or the AWS managed key encrypts it."""
    encryption: str
    """In words."""


@dataclass(frozen=True)
class Found:
    """A resource of the program that is there already."""

    resource: Resource
    id: str
    """What `pulumi import` calls it."""
    what: str
    """In words."""


@dataclass(frozen=True)
class Existing:
    """What is there, and what the program will make."""

    found: tuple[Found, ...]
    to_make: tuple[str, ...]
    """In words."""


def existing(preview: Preview, aws: Aws) -> Existing:
    """Look for each table that the program would create, and for its key and alias.

    Raises:
        AdoptionError: an alias that the program wants names another key.
    """
    created = (r for r in preview.after if preview.operations.get(r.urn) == "create")
    made = {r.urn: r for r in created if r.type.startswith("aws:")}
    keys: dict[str, str] = {}
    found = []
    for table in _of(made.values(), TABLE):
        name = _name(table)
        there = aws.table(name) if name and _is_here(table) else None
        if name is None or there is None:
            continue
        found.append(Found(table, name, f"table {name}, encrypted with {there.encryption}"))
        if there.customer_managed_key:
            keys |= dict.fromkeys(_keys(table, "serverSideEncryption", made), there.customer_managed_key)
    found += [
        Found(made[urn], arn.rpartition("/")[2], f"key {arn}")
        for urn, arn in keys.items()
        if made[urn].type == KEY
    ]
    found += _aliases(made, keys, aws)
    urns = {one.resource.urn for one in found}
    return Existing(tuple(found), tuple(_to_make(made[urn]) for urn in made if urn not in urns))


def _aliases(made: Mapping[str, Resource], keys: Mapping[str, str], aws: Aws) -> Iterator[Found]:
    for alias in filter(_is_here, _of(made.values(), ALIAS)):
        name = _name(alias)
        named = aws.key_of_alias(name) if name else None
        if name is None or named is None:
            continue
        wanted = next((keys[urn] for urn in _keys(alias, "targetKeyId", made) if urn in keys), None)
        if named != wanted:
            uses = f"the table uses {wanted}" if wanted else "the table has no customer managed key yet"
            raise AdoptionError(
                f"{name} is there and names {named}, but {uses}; give the table another keyAlias"
            )
        yield Found(alias, name, f"alias {name}")


def _keys(resource: Resource, name: str, made: Mapping[str, Resource]) -> list[str]:
    """The program's keys on which an input depends."""
    return [urn for urn in resource.dependencies.get(name, ()) if urn in made and made[urn].type in KEYS]


def _of(resources: Iterable[Resource], type_: str) -> Iterator[Resource]:
    return (resource for resource in resources if resource.type == type_)


def _name(resource: Resource) -> str | None:
    """Its name in AWS, if the program gives it one."""
    name = resource.inputs.get("name")
    return name if isinstance(name, str) else None


def _is_here(resource: Resource) -> bool:
    """Whether it is in the stack's Region: of others, nothing is asked."""
    return not resource.inputs.get("region")


def _to_make(resource: Resource) -> str:
    region: Any = resource.inputs.get("region")
    elsewhere = f", in {region}, where nothing was looked for" if region else ""
    return f"{resource.name} ({resource.type.rpartition(':')[2]}{elsewhere})"
