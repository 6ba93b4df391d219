"""The KMS keys of a table, one per Region and version, with their aliases."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import ref

import pulumi
import pulumi_aws as aws

from .caller import Caller
from .kept_name import keeps_table_name
from .key_access import key_policy
from .key_policy import ProtectedTable
from .lost_key import KeyPlace, lost_keys
from .principal_lookup import Identities
from .recreated_principals import DeployedPolicy, warn_of_recreated
from .resource_names import about, renamed
from .setting_types import ALIAS_PREFIX
from .table_settings import TableSettings

# Aliases are not protected: they hold no data, and the table does not use them.
_UNPROTECTED = {"protect": False, "retain_on_delete": False}


@dataclass(frozen=True)
class TableKeys:
    """Creates the keys of one table.

    Attributes:
        name: the component's name; resource names begin with it.
        settings: the table's settings.
        table: the table in its main Region.
        caller: who deploys.
        identities: looks up the key's principals in IAM.
        options: the options of all keys and aliases, by name.
        arns: the ARNs of the keys made so far, by Region.
    """

    name: str
    settings: TableSettings
    table: ProtectedTable
    caller: Caller
    identities: Identities
    options: Mapping[str, Any]
    arns: dict[str, list[pulumi.Output[str]]] = field(default_factory=dict)

    def current(self) -> tuple[aws.kms.Key, aws.kms.Alias]:
        """The key that the table uses, and its main alias. Also creates the other aliases and the retained
        earlier versions.
        """
        for version in self.settings.retained_key_versions:
            earlier = self._key(version)
            for region in self.settings.replica_regions:
                self._replica(version, region, earlier)
        key = self._key(self.settings.key_version)
        return key, self._aliases(key, self.settings.region)

    def replica(self, region: str, primary: aws.kms.Key) -> aws.kms.Key | aws.kms.ReplicaKey:
        """The key for a replica's Region: a replica key if the table's key is multi-Region, otherwise a new
        key.
        """
        key = self._replica(self.settings.key_version, region, primary)
        self._aliases(key, region, suffix=f"-{region}")
        return key

    @property
    def _alias(self) -> str:
        """The main alias, with its prefix."""
        return self.settings.alias_for(self.table.name)

    def _key_name(self, version: int, region: str | None) -> str:
        """The first version has no number in its name, so that adding a second version renames nothing."""
        first = f"{self.name}-key"
        numbered = first if version == 1 else f"{first}-{version}"
        return f"{numbered}-{region}" if region else numbered

    def _key(self, version: int, region: str | None = None) -> aws.kms.Key:
        settings, policy = self.settings, self._policy(region)
        key: aws.kms.Key = aws.kms.Key(
            self._key_name(version, region),
            enable_key_rotation=settings.enable_key_rotation,
            rotation_period_in_days=settings.rotation_period,
            multi_region=settings.multi_region,
            region=region or settings.region,
            **self._common(version, region, policy),
        )
        self._note(key, "AWS::KMS::Key", region, policy)
        return key

    def _replica(self, version: int, region: str, primary: aws.kms.Key) -> aws.kms.Key | aws.kms.ReplicaKey:
        if not self.settings.multi_region:
            return self._key(version, region)
        policy = self._policy(region)
        key: aws.kms.ReplicaKey = aws.kms.ReplicaKey(
            self._key_name(version, region),
            primary_key_arn=primary.arn,
            region=region,
            **self._common(version, region, policy),
        )
        self._note(key, "AWS::KMS::ReplicaKey", region, policy)
        return key

    def _note(
        self,
        key: aws.kms.Key | aws.kms.ReplicaKey,
        kind: str,
        region: str | None,
        policy: pulumi.Input[str],
    ) -> None:
        where = region or self.table.region
        self.arns.setdefault(where, []).append(key.arn)
        subject = f"the key policy of the table {self.table.name!r} in {where}"
        deployed = DeployedPolicy(subject, kind, key.key_id, where, ["KeyPolicy"])
        warn_of_recreated(self.options["parent"], policy, deployed, self._is_watched)

    def _policy(self, region: str | None) -> pulumi.Input[str]:
        table = replace(self.table, region=region) if region else self.table
        return key_policy(self.settings, table, self.caller, self.identities)

    def _is_watched(self, principal: str) -> bool:
        """Whether the key policy changes when a principal is created again: it has a hash of known ids."""
        if principal == self.caller.principal:
            return True
        return self.settings.has_hash_of_ids and bool(self.identities.fingerprint([principal]))

    def _common(self, version: int, region: str | None, policy: pulumi.Input[str]) -> Mapping[str, Any]:
        settings = self.settings
        creation = lost_keys(self.name).watch_key(
            self._key_name(version, region), self._place(version, region)
        )
        return {
            "description": settings.key_description or f"Encrypts the DynamoDB table {self.table.name}.",
            "policy": policy,
            "bypass_policy_lockout_safety_check": settings.bypass_policy_lockout_safety_check,
            "deletion_window_in_days": settings.deletion_window_in_days,
            "tags": settings.tags,
            "opts": pulumi.ResourceOptions(
                **self.options,
                ignore_changes=["is_enabled"],  # a key that somebody disabled stays disabled
                hooks=pulumi.ResourceHookBinding(
                    before_create=[creation],
                    before_update=None if settings.ephemeral else [keeps_table_name(self.name)],
                ),
            ),
        }

    def _place(self, version: int, region: str | None) -> KeyPlace:
        return KeyPlace(
            self.table.name,
            self._alias,
            region or self.table.region,
            version,
            self.settings.multi_region,
            ref(self.options["parent"]),
            pulumi.InvokeOptions(provider=self.identities.provider),
        )

    def _aliases(
        self, key: aws.kms.Key | aws.kms.ReplicaKey, region: str | None, suffix: str = ""
    ) -> aws.kms.Alias:
        """Create the aliases; return the main one."""
        main = f"{self.name}-alias{suffix}"
        move = lost_keys(self.name).watch_alias(main, self._place(self.settings.key_version, region))
        unprotected = {**self.options, **_UNPROTECTED}
        watched = pulumi.ResourceHookBinding(before_update=[move])
        aliases = {main: (self._alias, pulumi.ResourceOptions(**unprotected, hooks=watched))}
        for alias in self.settings.additional_key_aliases:
            label = alias.removeprefix(ALIAS_PREFIX)
            earlier = f"{self.name}-alias-{label}{suffix}"
            aliases[about(main, label)] = (alias, renamed(pulumi.ResourceOptions(**unprotected), earlier))
        made: list[aws.kms.Alias] = [
            aws.kms.Alias(name, name=alias, target_key_id=key.key_id, region=region, opts=options)
            for name, (alias, options) in aliases.items()
        ]
        return made[0]
