"""Gives an application's role access to a table: an IAM policy for the table, a KMS grant for the key.

Both are needed: a strict key policy does not let IAM policies allow use of the key, and the grant does not
allow the table's actions. https://docs.aws.amazon.com/kms/latest/developerguide/grants.html

Names of `aws.iam` in annotations are quoted: reading one would load that module in every program.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from . import permissions
from .principals import account_of
from .resource_names import about_role, merged, renamed
from .settings_error import SettingsError


@dataclass(frozen=True)
class AccessKind:
    """A kind of access.

    Attributes:
        name: its name in resource names.
        role: its name in stack outputs.
        actions: the DynamoDB actions it allows.
        parts: the parts of the table it allows them on, as endings of the table's ARN.
    """

    name: str
    role: str
    actions: Sequence[str]
    parts: Sequence[str] = ("", "/index/*")


READ = AccessKind("read", "reader", permissions.READ_ITEMS)
WRITE = AccessKind("write", "writer", permissions.WRITE_ITEMS)
READ_WRITE = AccessKind(
    "read-write", "readerWriter", sorted({*permissions.READ_ITEMS, *permissions.WRITE_ITEMS})
)
STREAM_READ = AccessKind("stream-read", "streamReader", permissions.READ_STREAM, ("/stream/*",))

KINDS = {"READ": READ, "WRITE": WRITE, "READ_WRITE": READ_WRITE, "READ_STREAM": STREAM_READ}
"""The kinds of access, by their names in settings."""


@dataclass(frozen=True)
class Grantee:
    """An application's role.

    Attributes:
        resource_name: what the names of the resources for it are made of.
        name: its name in IAM.
        arn: its ARN.
        unique_id: its unique id in IAM; another one once it is created again.
    """

    resource_name: str
    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    unique_id: pulumi.Output[str]

    @staticmethod
    def of_resource(role: "aws.iam.Role") -> "Grantee":
        """The grantee for a role that the program has as a resource."""
        # The SDK has no public way to read a resource's name.
        return Grantee(role._name, role.name, role.arn, role.unique_id)


@dataclass(frozen=True)
class EncryptedCopy:
    """The table in one Region: its ARN and its key."""

    table_arn: pulumi.Output[str]
    key_arn: pulumi.Output[str]


def grant_access(
    name: str,
    number: int,
    kind: AccessKind,
    grantee: Grantee,
    *,
    copies: Mapping[str, EncryptedCopy],
    encryption_context: Mapping[str, str],
    account_id: str,
    options: pulumi.ResourceOptions,
) -> None:
    """Give a role access to the table in all its Regions.

    Every kind of access needs `Decrypt`, because writes also decrypt the table key. The grant is limited to
    this table's encryption context.

    Args:
        name: the component's name.
        number: 1 for the first role with this resource name, then 2, 3, …: roles in different components may
            share a name.
        kind: the kind of access.
        grantee: the application's role.
        copies: the table in each Region, starting with its main Region.
        encryption_context: what DynamoDB sends with each use of the key for this table.
        account_id: the table's account.
        options: options of all resources.

    Raises:
        SettingsError: the role belongs to another account; raised once its ARN is known.
    """
    arns = pulumi.Output.all(*(copy.table_arn for copy in copies.values()))
    arn = grantee.arn.apply(lambda arn: _of_account(arn, account_id))

    def child(suffix: str, region: str = "") -> tuple[str, pulumi.ResourceOptions]:
        own = about_role(
            f"{name}-{kind.name.replace('-', '')}{suffix}{region}", grantee.resource_name, number
        )
        earlier = f"{name}-{grantee.resource_name}-{kind.name}{suffix}{region}"
        return own, options if number > 1 else renamed(options, earlier)

    # A role's policies are deleted with it, and KMS stores the role's unique id: a recreated role needs both.
    again_with_the_role = pulumi.ResourceOptions(replacement_trigger=grantee.unique_id)
    policy, policy_options = child("")
    aws.iam.RolePolicy(
        policy,
        role=pulumi.Output.all(grantee.name, arn).apply(lambda known: known[0]),
        policy=arns.apply(lambda arns: _document(arns, kind)),
        opts=merged(policy_options, again_with_the_role),
    )
    for position, (region, copy) in enumerate(copies.items()):
        grant, grant_options = child("-grant", f"-{region}" if position else "")
        aws.kms.Grant(
            grant,
            key_id=copy.key_arn,
            grantee_principal=arn,
            operations=["Decrypt"],
            constraints=[{"encryption_context_subset": dict(encryption_context)}],
            region=region,
            opts=merged(grant_options, again_with_the_role),
        )


def _of_account(arn: str, account_id: str) -> str:
    """The role's ARN, if it is in this account. This program cannot attach IAM policies in another account.

    Raises:
        SettingsError: the role belongs to another account.
    """
    if account_of(arn) != account_id:
        raise SettingsError(of_another_account(arn, account_id))
    return arn


def of_another_account(role: str, account_id: str) -> str:
    """Why a role of another account is refused, and what to do instead."""
    return (
        f"role {role} is of another account than the table's, {account_id}. Name it under keyUsers, allow it "
        "to call the table by resourcePolicyStatements, and give it an IAM policy there."
    )


def _document(table_arns: Sequence[str], kind: AccessKind) -> str:
    resources = [f"{table}{part}" for table in table_arns for part in kind.parts]
    statement = {"Effect": "Allow", "Action": list(kind.actions), "Resource": resources}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
