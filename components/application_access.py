"""What an application's role needs for a table: the table's actions by IAM, the key's use by a grant.

The IAM policy alone would not do, as a strict key policy delegates no use of the key to IAM; the grant
alone would not either. https://docs.aws.amazon.com/kms/latest/developerguide/grants.html

Names of `aws.iam` in annotations are quoted: reading one would load that module in every program.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from . import permissions
from .principals import account_of
from .problems import SettingsError
from .resource_names import about_role, renamed


@dataclass(frozen=True)
class AccessKind:
    """A kind of access: its name in resources, its role in outputs, the table's actions that it allows."""

    name: str
    role: str
    actions: Sequence[str]


READ = AccessKind("read", "reader", permissions.READ_ITEMS)
WRITE = AccessKind("write", "writer", permissions.WRITE_ITEMS)
READ_WRITE = AccessKind(
    "read-write", "readerWriter", sorted({*permissions.READ_ITEMS, *permissions.WRITE_ITEMS})
)


@dataclass(frozen=True)
class EncryptedCopy:
    """The table in one Region: its ARN, and the key there."""

    table_arn: pulumi.Output[str]
    key_arn: pulumi.Output[str]


def grant_access(
    name: str,
    number: int,
    kind: AccessKind,
    role: "aws.iam.Role",
    *,
    copies: Mapping[str, EncryptedCopy],
    encryption_context: Mapping[str, str],
    account_id: str,
    options: pulumi.ResourceOptions,
) -> None:
    """Give a role access to the table in all its Regions.

    A write decrypts the table's own key as well, so each kind of access needs `Decrypt`. The grant holds
    for this table's encryption context only.

    Args:
        name: the component's name.
        number: 1, or which role of this resource name it is: roles of several components may share one.
        kind: the kind of access.
        role: the application's role.
        copies: the table in each of its Regions, its own first.
        encryption_context: what DynamoDB sends with each use of the key for this table.
        account_id: the table's account.
        options: options of all resources.

    Raises:
        SettingsError: as soon as it is known that the role is of another account.
    """
    arns = pulumi.Output.all(*(copy.table_arn for copy in copies.values()))
    grantee = role.arn.apply(lambda arn: _of_account(arn, account_id))
    resource_name = role._name  # the SDK gives the name in no other way

    def child(suffix: str, region: str = "") -> tuple[str, pulumi.ResourceOptions]:
        own = about_role(f"{name}-{kind.name.replace('-', '')}{suffix}{region}", resource_name, number)
        earlier = f"{name}-{resource_name}-{kind.name}{suffix}{region}"
        return own, options if number > 1 else renamed(options, earlier)

    policy, policy_options = child("")
    aws.iam.RolePolicy(
        policy,
        role=pulumi.Output.all(role.name, grantee).apply(lambda known: known[0]),
        policy=arns.apply(lambda arns: _document(arns, kind.actions)),
        opts=policy_options,
    )
    # KMS stores the role's unique id: a grant to a role that was created again is made again.
    again_with_the_role = pulumi.ResourceOptions(replacement_trigger=role.unique_id)
    for position, (region, copy) in enumerate(copies.items()):
        grant, grant_options = child("-grant", f"-{region}" if position else "")
        aws.kms.Grant(
            grant,
            key_id=copy.key_arn,
            grantee_principal=grantee,
            operations=["Decrypt"],
            constraints=[{"encryption_context_subset": dict(encryption_context)}],
            region=region,
            opts=pulumi.ResourceOptions.merge(grant_options, again_with_the_role),
        )


def _of_account(arn: str, account_id: str) -> str:
    """An IAM policy for a role is put in the role's account, with credentials that this program lacks.

    Raises:
        SettingsError: the role is of another account.
    """
    if account_of(arn) != account_id:
        raise SettingsError(
            f"role {arn} is of another account than the table's, {account_id}. Name it under keyUsers, "
            "allow it the table by resourcePolicyStatements, and give it an IAM policy there."
        )
    return arn


def _document(table_arns: Sequence[str], actions: Sequence[str]) -> str:
    resources = [arn for table in table_arns for arn in (table, f"{table}/index/*")]
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resources}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
