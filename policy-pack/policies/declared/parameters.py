"""Reads the parameters that a CloudFormation stack, or each instance of a stack set, passes to its
template.
"""

from collections.abc import Iterator, Mapping

from policies.declared.values import UNKNOWN, Opaque, Properties, Unknown, Value

Parameters = Properties | Unknown


def property_of(value: Value, name: str) -> Value:
    """A property by name, ignoring case: CloudFormation's KMSMasterKeyId is aws-native's kmsMasterKeyId."""
    if not isinstance(value, Mapping):
        return None
    return next((one for key, one in value.items() if str(key).lower() == name.lower()), None)


def parameter_sets(stack: Value) -> list[Parameters]:
    """All sets of parameters of the template: the stack's, and those with overrides for instances.

    A set is `UNKNOWN` if its parameters are unknown.
    """
    own = _parameters(property_of(stack, "Parameters"))
    return [own, *(_overridden(own, override) for override in _overrides(stack))]


def _overrides(stack: Value) -> Iterator[Parameters]:
    groups = property_of(stack, "StackInstancesGroup")
    for group in groups if isinstance(groups, list) else [groups] if groups is UNKNOWN else []:
        override = UNKNOWN if group is UNKNOWN else property_of(group, "ParameterOverrides")
        if override:
            yield _parameters(override)


def _overridden(own: Parameters, override: Parameters) -> Parameters:
    if isinstance(own, Unknown) or isinstance(override, Unknown):
        return UNKNOWN
    return {**own, **override}


def _parameters(stated: Value) -> Parameters:
    """Parameters by name; some resources have a list of keys and values."""
    if any(
        one is UNKNOWN or isinstance(one, Opaque)
        for one in (stated if isinstance(stated, list) else [stated])
    ):
        return UNKNOWN
    if isinstance(stated, list):
        names = [property_of(one, "ParameterKey") for one in stated]
        values = [property_of(one, "ParameterValue") for one in stated]
        return UNKNOWN if UNKNOWN in names else dict(zip(map(str, names), values, strict=True))
    return stated if isinstance(stated, Mapping) else {}
