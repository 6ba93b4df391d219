"""The settings of a test user."""

from typing import Annotated, Any

from pydantic import AfterValidator

from .setting_types import OrOutput, Settings, TagKey, TagValue, UserName


def _differ_in_more_than_case(tags: dict[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules_creating"""
    keys = [key.lower() for key in tags]
    if twice := [key for key in tags if keys.count(key.lower()) > 1]:
        raise ValueError(f"IAM does not distinguish the tag keys {' and '.join(map(repr, twice))}")
    return tags


class TestUserSettings(Settings):
    """The settings of a test user; `TestUserArgs` describes each."""

    user_name: Annotated[UserName, OrOutput]
    tags: Annotated[dict[TagKey, TagValue], AfterValidator(_differ_in_more_than_case), OrOutput] | None = None
