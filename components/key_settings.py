"""The settings of a table's KMS key."""

from collections.abc import Hashable
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr

from .key_policy import RenderedPolicy
from .key_user import KeyUsers
from .setting_types import Alias, KeyArn, KeyStatement, OrOutput, Principals, Settings, Version, WholeNumber

YEAR = 365


class KeySettings(Settings):
    """Settings of a table's KMS key. `EncryptedTableArgs` describes each one."""

    key_arn: KeyArn | None = None
    expected_key_users: Principals = ()
    key_alias: Alias | None = None
    additional_key_aliases: tuple[Alias, ...] = ()
    key_description: Annotated[str, Field(max_length=8192), OrOutput] | None = None
    key_policy_profile: Literal["strict", "console"] = "strict"
    key_administrators: Principals | None = None
    key_users: KeyUsers = ()
    key_service_users: Principals = ()
    other_accounts: Principals = ()
    deployers: Principals | None = None
    key_policy_statements: tuple[KeyStatement, ...] = ()
    account_root_statement: bool = True
    application_grants: bool = True
    bypass_policy_lockout_safety_check: bool = False
    enable_key_rotation: bool = True
    rotation_period_in_days: WholeNumber | None = Field(default=None, ge=90, le=2560)
    deletion_window_in_days: WholeNumber = Field(default=30, ge=7, le=30)
    multi_region: bool = False
    key_version: Version = 1
    retained_key_versions: tuple[Version, ...] = ()

    _key_policies: dict[Hashable, RenderedPolicy] = PrivateAttr(default_factory=dict)

    @property
    def key_policies(self) -> dict[Hashable, RenderedPolicy]:
        """The key policies rendered so far, by table and caller: preflight and each key need them."""
        return self._key_policies

    @property
    def has_hash_of_ids(self) -> bool:
        """Whether the key policy has a hash of its principals' unique ids, if IAM shows them.

        With named deployers, it does not depend on iam:GetRole: whoever previews may have it and the deployer
        not.
        """
        return self.key_policy_profile == "strict" and self.deployers is None

    @property
    def rotation_period(self) -> int | None:
        """Days between rotations: the default of KMS when left out, None without rotation."""
        return (self.rotation_period_in_days or YEAR) if self.enable_key_rotation else None
