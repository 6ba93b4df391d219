"""Finds out from its dependencies whether an unknown value comes from a customer managed KMS key."""

from collections.abc import Callable, Iterable
from enum import Enum

from policies import resource_types as types
from policies.declared.resource import StackResource


class Origin(Enum):
    """What a resource can contribute to a key's ARN."""

    KEY = "a customer managed KMS key"
    NO_KEY = "no KMS key"
    UNTOLD = "perhaps a KMS key"


KEYS = frozenset(
    {
        types.KEY,
        types.REPLICA_KEY,
        types.EXTERNAL_KEY,
        types.REPLICA_EXTERNAL_KEY,
        types.NATIVE_KEY,
        types.NATIVE_REPLICA_KEY,
    }
)
# Resources that pass on a key, and the input that names the key.
PASSING_ON = {
    types.ALIAS: "targetKeyId",
    types.NATIVE_ALIAS: "targetKeyId",
    types.KEY_POLICY: "keyId",
}
KEY_TYPE_NAMES = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
# AWS resources whose outputs can be any text, such as a key's ARN.
HOLDING_ANYTHING = frozenset(
    {
        types.SSM_PARAMETER,
        types.NATIVE_SSM_PARAMETER,
        types.CLOUDFORMATION_STACK,
        types.NATIVE_CLOUDFORMATION_STACK,
        types.CLOUD_CONTROL,
        types.NATIVE_EXTENSION,
        types.KMS_GRANT,
        types.EBS_DEFAULT_KEY,
        types.SECRET_VERSION,
        types.LAMBDA_INVOCATION,
        types.PROVISIONED_PRODUCT,
        types.SERVERLESS_APPLICATION,
        types.NATIVE_CUSTOM_RESOURCE,
    }
)
# Resources that export the key that they use, among other outputs, and the input that names the key.
USING = {types.TABLE: "serverSideEncryption", types.TABLE_REPLICA: "kmsKeyArn"}
MOST_ALIASES = 4
PACKAGES_OF_AWS = ("aws:", "aws-native:")

Find = Callable[[str], StackResource | None]


def origin(resource: StackResource, find: Find, depth: int = 0) -> Origin:
    """What the resource can contribute to a key's ARN.

    Args:
        resource: a resource that an unknown value depends on.
        find: returns a resource of the stack by its URN, to follow aliases to their keys.
        depth: how many aliases have been followed.
    """
    if resource.type in KEYS:
        return Origin.KEY
    if resource.type in PASSING_ON:
        return _origin_passed_on(resource, find, depth)
    if resource.type in USING:
        sources = _sources(resource, USING[resource.type], find) if depth < MOST_ALIASES else []
        used = [origin(source, find, depth + 1) for source in sources]
        return Origin.UNTOLD if any(one is not Origin.NO_KEY for one in used) else Origin.NO_KEY
    if resource.type in (types.CLOUD_CONTROL, types.NATIVE_EXTENSION):
        name = resource.properties.get("typeName", resource.properties.get("type"))
        return Origin.KEY if name in KEY_TYPE_NAMES else Origin.NO_KEY
    if resource.type in HOLDING_ANYTHING or not resource.type.startswith(PACKAGES_OF_AWS):
        return Origin.UNTOLD
    return Origin.NO_KEY


def holds_no_key(resource: StackResource, find: Find) -> bool:
    """Whether none of its outputs is a key ARN. Tables and aliases export one."""
    exports_some_key = resource.type in USING or resource.type in PASSING_ON
    return not exports_some_key and origin(resource, find) is Origin.NO_KEY


def _sources(resource: StackResource, name: str, find: Find) -> list[StackResource]:
    """The resources of the stack that an input's value comes from."""
    return [source for source in map(find, resource.dependencies.get(name, ())) if source]


def _origin_passed_on(resource: StackResource, find: Find, depth: int) -> Origin:
    if aws_managed_alias(resource):
        return Origin.NO_KEY
    sources = _sources(resource, PASSING_ON[resource.type], find)
    if depth > MOST_ALIASES or (not sources and resource.type == types.KEY_POLICY):
        return Origin.UNTOLD
    if not sources:
        return Origin.KEY  # the resource can create aliases only for customer managed keys
    return combined([origin(source, find, depth + 1) for source in sources])


def aws_managed_alias(resource: StackResource) -> str | None:
    """The name of an alias of an AWS managed key; None for other resources."""
    names = ("name", "aliasName", "namePrefix", PASSING_ON[resource.type])
    texts = [text for name in names if isinstance(text := resource.properties.get(name), str)]
    return next((text for text in texts if "alias/aws/" in text.lower()), None)


def aws_managed_keys(aliases: Iterable[StackResource]) -> dict[str, str]:
    """The ids of AWS managed keys that have aliases in the stack, with the name of each alias."""
    return {
        target.rpartition("/")[2]: name
        for alias in aliases
        if (name := aws_managed_alias(alias))
        for target in (alias.properties.get("targetKeyArn"), alias.properties.get("targetKeyId"))
        if isinstance(target, str) and "alias/" not in target
    }


def passed_on(resource: StackResource, find: Find, depth: int = 0) -> StackResource:
    """The key of an alias or key policy, if it is a single resource; otherwise the resource itself."""
    sources = [find(urn) for urn in resource.dependencies.get(PASSING_ON.get(resource.type, ""), ())]
    if len(sources) != 1 or sources[0] is None or depth > MOST_ALIASES:
        return resource
    return passed_on(sources[0], find, depth + 1)


def combined(origins: list[Origin]) -> Origin:
    """The origin of a value that depends on several resources."""
    found = set(origins)
    return found.pop() if len(found) == 1 else Origin.UNTOLD
