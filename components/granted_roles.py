"""The roles of applications that one component gives access, each once for each kind of access."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from .application_access import (
    KINDS,
    STREAM_READ,
    AccessKind,
    EncryptedCopy,
    Grantee,
    grant_access,
    of_another_account,
)
from .application_settings import ApplicationAccess
from .caller import account_of_provider
from .key_policy import ProtectedTable
from .principal_lookup import Identities
from .principals import canonical_principal
from .settings_error import SettingsError
from .table_settings import TableSettings


class GrantedRoles:
    """Gives roles access to one table, and records the access for the declaration.

    Args:
        name: the component's name.
        settings: the component's settings.
        place: the table's name, Region and account.
        copies: the table and its replicas, by Region.
        options: options of the IAM policies and grants.
    """

    def __init__(
        self,
        name: str,
        settings: TableSettings,
        place: ProtectedTable,
        copies: Mapping[str, EncryptedCopy],
        options: pulumi.ResourceOptions,
    ) -> None:
        self._name = name
        self._what = f"EncryptedTable {name!r}"
        self._settings = settings
        self._place = place
        self._copies = copies
        self._options = options
        self._declared: list[Mapping[str, pulumi.Input[str]]] = []
        self._named: list[tuple[AccessKind, str]] = []
        self._roles: list[tuple[AccessKind, aws.iam.Role]] = []

    @property
    def declared(self) -> Sequence[Mapping[str, pulumi.Input[str]]]:
        """The roles and the kind of access of each, for the declaration."""
        return self._declared

    def grant(self, kind: AccessKind, role: "aws.iam.Role") -> None:
        """Give access to a role that the program has as a resource.

        Raises:
            SettingsError: it is no role, it has this access already, or the table's settings forbid it.
        """
        if kind is STREAM_READ and not self._settings.has_stream:
            raise SettingsError(f"{self._what}: the table has no stream to read. Set streamViewType.")
        if not isinstance(role, aws.iam.Role):
            raise SettingsError(
                f"{self._what}: expected an aws.iam.Role, found {role!r}. "
                "Look up an existing role with aws.iam.Role.get(NAME, ROLE). Name users under keyUsers."
            )
        grantee = Grantee.of_resource(role)
        if (kind, role) in self._roles:
            raise SettingsError(
                f"{self._what}: role {grantee.resource_name!r} is granted {kind.name} access twice."
            )
        # The SDK has no public way to read a resource's provider.
        account = self._place.scope.account_id
        if account_of_provider(role._provider) not in (None, account):
            raise SettingsError(f"{self._what}: {of_another_account(grantee.resource_name, account)}")
        settings = self._settings
        has_own_key = settings.key_arn is None
        if has_own_key and settings.key_policy_profile == "strict" and not settings.application_grants:
            raise SettingsError(
                f"{self._what}: applicationGrants is false, so the key policy refuses the grant for role "
                f"{grantee.resource_name!r}. Set it, or name the role under keyUsers."
            )
        self._roles.append((kind, role))
        self._grant(kind, grantee)

    def grant_named(self, name: str, access: ApplicationAccess, identities: Identities) -> None:
        """Give access to a role that the settings name."""
        scope = self._place.scope
        arn = pulumi.Output.from_input(access.role).apply(lambda known: canonical_principal(known, scope))
        grantee = Grantee(
            resource_name=name,
            name=arn.apply(lambda arn: arn.rpartition("/")[2]),
            arn=arn,
            unique_id=arn.apply(lambda arn: self._unique_id(name, arn, identities)),
        )
        self._grant(KINDS[access.access], grantee)

    def _unique_id(self, name: str, arn: str, identities: Identities) -> str:
        if identities.look_up(arn) is None:
            pulumi.log.warn(
                f"{self._what}: applicationAccess.{name}.role: IAM does not show {arn}. Allow iam:GetRole on "
                "it: its IAM policy and grant are replaced whenever its unique id appears or disappears.",
                self._options.parent,
            )
        return identities.fingerprint([arn])

    def _grant(self, kind: AccessKind, grantee: Grantee) -> None:
        self._named.append((kind, grantee.resource_name))
        grant_access(
            self._name,
            self._named.count((kind, grantee.resource_name)),
            kind,
            grantee,
            copies=self._copies,
            encryption_context=self._place.encryption_context,
            account_id=self._place.scope.account_id,
            options=self._options,
        )
        self._declared.append({"principal": grantee.arn, "role": kind.role})
