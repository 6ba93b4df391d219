"""Automatic names, `<resource name>-<7 hex digits>`, and import ids with a Region."""

import hashlib
import re
import secrets

from pulumi.runtime.proto import provider_pb2

from local.provider.errors import ProviderError
from local.provider.schema import AutoName, ResourceType
from local.provider.values import Properties, Value, reveal

Options = provider_pb2.CheckRequest.AutonamingOptions


def is_wanted(auto_name: AutoName | None, news: Properties) -> bool:
    """Whether the provider must choose the name."""
    if auto_name is None or news.get(auto_name.property) is not None:
        return False
    return auto_name.unless is None or news.get(auto_name.unless) is None


def previous_name(auto_name: AutoName, olds: Properties) -> Value | None:
    """The name that the provider chose earlier; None if the program gave it."""
    return olds.get(auto_name.property) if auto_name.property in olds.get("__defaults", ()) else None


def keeps_given_name(auto_name: AutoName | None, old_inputs: Properties, news: Properties) -> bool:
    """Whether the program gives the name, and it is unchanged."""
    if auto_name is None or auto_name.property in news.get("__defaults", ()):
        return False
    name = news.get(auto_name.property)
    return name is not None and reveal(old_inputs.get(auto_name.property)) == reveal(name)


def new_name(auto_name: AutoName, resource_name: str, seed: bytes, options: Options | None = None) -> str:
    """A new name.

    Args:
        auto_name: the naming rule of the type.
        resource_name: the resource's name in the program.
        seed: makes the name the same in a preview and the following update; random when empty.
        options: the project's autonaming config.

    Raises:
        ProviderError: the config forbids automatic names.
    """
    proposed = _proposal(resource_name, options)
    if options is not None and options.mode == Options.Mode.DISABLE:
        raise ProviderError(f"automatic naming is disabled; give the property {auto_name.property!r}")
    suffix = "" if proposed else "-" + _digits(seed)
    base = proposed or resource_name
    room = auto_name.max_length - len(auto_name.prefix) - len(suffix)
    prefix = "" if base.startswith(auto_name.prefix) else auto_name.prefix
    return prefix + base[:room] + suffix


def _proposal(resource_name: str, options: Options | None) -> str:
    if options is None or options.mode == Options.Mode.DISABLE:
        return ""
    return options.proposed_name or resource_name


def _digits(seed: bytes) -> str:
    return hashlib.sha256(seed).hexdigest()[:7] if seed else secrets.token_hex(4)[:7]


def split_region(import_id: str, resource_type: ResourceType) -> tuple[str, dict[str, str]]:
    """Split an import id such as `orders@eu-west-1` into id and Region."""
    found = re.fullmatch(r"(.+)@([a-z]{2}(?:-[a-z]+)+-\d)", import_id)
    if found is None or "region" not in resource_type.inputs:
        return import_id, {}
    return found[1], {"region": found[2]}
