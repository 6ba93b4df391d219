"""The settings of a policy: its own and the common ones."""

from collections.abc import Mapping
from typing import Any

from pulumi_policy import PolicyConfigSchema

from policies.judging import waivers

OVERRIDES: Mapping[str, Any] = {
    "type": "array",
    "default": [],
    "description": "Other settings for stacks with certain tags; if several match, the last one applies.",
    "items": {
        "type": "object",
        "required": ["stackTags"],
        "additionalProperties": False,
        "properties": {
            "stackTags": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"type": "string"},
                "description": "The tags and values that the stack must have.",
            },
            "disabled": {"type": "boolean", "description": "Disable the policy for these stacks."},
            "settings": {"type": "object", "description": "The settings of this policy for these stacks."},
        },
    },
}

COMMON: Mapping[str, Mapping[str, Any]] = {
    "waivers": waivers.SCHEMA,
    "longestWaiverDays": waivers.TERM,
    "overrides": OVERRIDES,
}


class SettingsError(Exception):
    """The config has an unknown setting."""


def schema_of(settings: Mapping[str, Mapping[str, Any]]) -> PolicyConfigSchema:
    """The JSON schema against which the engine checks a policy's config."""
    item = OVERRIDES["items"]
    overridden = {
        **item["properties"]["settings"],
        "additionalProperties": False,
        "properties": {**settings, "waivers": waivers.SCHEMA},
    }
    item = {**item, "properties": {**item["properties"], "settings": overridden}}
    own = {**settings, **COMMON, "overrides": {**OVERRIDES, "items": item}}
    return PolicyConfigSchema({name: dict(schema) for name, schema in own.items()})


def settings_for(
    own: Mapping[str, Mapping[str, Any]], config: Mapping[str, Any], stack_tags: Mapping[str, str]
) -> Mapping[str, Any] | None:
    """The settings for a stack: defaults, config, and overrides for its tags.

    None if an override disables the policy.

    Raises:
        SettingsError: a setting is unknown. The engine does not report that.
    """
    schema = {**own, **COMMON}
    values = {name: one["default"] for name, one in schema.items()}
    values.update(_known(config, schema))
    disabled = False
    for override in values["overrides"]:
        if all(stack_tags.get(tag) == value for tag, value in override["stackTags"].items()):
            disabled = override.get("disabled", disabled)
            values.update(_known(override.get("settings", {}), schema))
    return None if disabled else values


def _known(given: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    strangers = sorted(set(given) - set(schema))
    if strangers:
        raise SettingsError(
            f"Unknown setting {', '.join(strangers)} in the policy's config. Settings: "
            f"{', '.join(sorted(schema))}."
        )
    return given
