"""The policy of a table's KMS key: principals in, policy document out.

Pure: no AWS, no Pulumi. https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import permissions
from .allow_statements import admit, allow, compact
from .principal_conditions import ANYONE, Condition, before, both, of_organisations, one_or_list
from .principals import Scope, accounts_of, is_organisation
from .statements import Statement

MAXIMUM_BYTES = 32_768

Document = Mapping[str, Any]


@dataclass(frozen=True)
class RenderedPolicy:
    """A key policy as a document and as JSON."""

    document: Document
    text: str


class KeyPolicyError(ValueError):
    """No valid key policy can be rendered; the message says why."""


@dataclass(frozen=True)
class KeyAccess:
    """The principals of a key policy by purpose, in canonical form and sorted.

    Attributes:
        administrators: key administrators.
        users: key users whose access does not end.
        temporary_users: key users by the time at which their access ends: `2027-01-31T00:00:00Z`.
        service_users: principals for which AWS services use the key by grants, such as service-linked roles.
        other_accounts: roots of accounts, and organisations, whose IAM policies decide who uses the key.
        deployers: principals that create and change the table.
        statements: additional statements, unchanged.
        account_root: whether IAM policies of the account can allow managing the key.
        application_grants: whether deployers may create grants for roles of applications.
    """

    administrators: Sequence[str] = ()
    users: Sequence[str] = ()
    temporary_users: Mapping[str, Sequence[str]] = field(default_factory=dict)
    service_users: Sequence[str] = ()
    other_accounts: Sequence[str] = ()
    deployers: Sequence[str] = ()
    statements: Sequence[Statement] = ()
    account_root: bool = True
    application_grants: bool = True


@dataclass(frozen=True)
class ProtectedTable:
    """The table that a key encrypts, with its account and Region."""

    name: str
    region: str
    scope: Scope
    is_multi_region: bool = False

    @property
    def arn(self) -> str:
        """The table's ARN."""
        scope = self.scope
        return f"arn:{scope.partition}:dynamodb:{self.region}:{scope.account_id}:table/{self.name}"

    @property
    def through_dynamodb(self) -> dict[str, str]:
        """The condition that a request comes through DynamoDB in the table's Region.

        https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
        """
        return {"kms:ViaService": f"dynamodb.{self.region}.amazonaws.com"}

    @property
    def encryption_context(self) -> dict[str, str]:
        """The encryption context that DynamoDB sends with each use of the key for this table.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
        """
        return {
            "aws:dynamodb:tableName": self.name,
            "aws:dynamodb:subscriberId": self.scope.account_id,
        }


def console_policy(access: KeyAccess, table: ProtectedTable) -> Document:
    """The policy that "Create key" in the AWS console writes for the same principals.

    Key users can use the key directly as well as through DynamoDB. IAM policies of the account can allow
    others to use the key. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    users = [*access.users, *_accounts(access)]
    use = permissions.CONSOLE_USE
    administration = [
        *permissions.CONSOLE_ADMINISTRATION,
        *(permissions.CONSOLE_MULTI_REGION_ADMINISTRATION if table.is_multi_region else ()),
    ]
    statements = [
        *admit("Enable IAM User Permissions", _account(access, table), "kms:*"),
        *admit("Allow access for Key Administrators", access.administrators, administration),
        *admit("Allow use of the key", users, use),
        # Grants have no end, so temporary users cannot create any.
        *admit("Allow attachment of persistent resources", users, permissions.GRANTS, _FOR_AWS_RESOURCES),
        *(
            statement
            for until, some in sorted(access.temporary_users.items())
            for statement in admit(f"Allow use of the key until {compact(until)}", some, use, before(until))
        ),
        *(
            allow(f"Allow use of the key by {name}", [ANYONE], use, condition)
            for name, condition in _organisations(access, table)
        ),
        *_service_use(access),
    ]
    return _document(statements, access.statements, Id="key-consolepolicy-3")


def strict_policy(access: KeyAccess, table: ProtectedTable) -> Document:
    """Least privilege: each principal gets only what it needs for this table.

    - Key administrators, and IAM policies of the account, manage the key but cannot use it.
    - Deployers use the key through DynamoDB to create the table and its grant, and can grant roles of
      applications the right to decrypt this table's items.
    - Key users can decrypt this table's items through DynamoDB, from their own account, until their access
    ends.
    """
    scope, through = table.scope, table.through_dynamodb
    administration = [
        *permissions.ADMINISTRATION,
        *(permissions.MULTI_REGION_ADMINISTRATION if table.is_multi_region else ()),
    ]
    creation = {"StringEquals": {**through, "kms:CallerAccount": scope.account_id}}
    statements = [
        *admit("KeyManagementByAccount", _account(access, table), administration),
        *admit("KeyAdministration", access.administrators, administration),
        *admit("KeyMetadata", access.deployers, permissions.KEY_METADATA),
        *admit("TableCreation", access.deployers, permissions.TABLE_CREATION, creation),
        *admit(
            "TableCreationGrant",
            access.deployers,
            permissions.CREATE_GRANT,
            {**creation, **_FOR_AWS_RESOURCES},
        ),
        *_application_grants(access, table),
        *_item_access(access, table),
        *_service_use(access),
    ]
    return _document(statements, access.statements)


PROFILES = {"strict": strict_policy, "console": console_policy}


def to_json(document: Document) -> str:
    """The document as compact JSON.

    Raises:
        KeyPolicyError: it is too long for KMS, or contains characters that KMS refuses.
    """
    text = json.dumps(document, ensure_ascii=False)
    size = len(text.encode())
    if size > MAXIMUM_BYTES:
        raise KeyPolicyError(
            f"the key policy has {size:,} bytes, but KMS accepts at most {MAXIMUM_BYTES:,}. "
            "Name fewer principals, such as one role that many of them assume."
        )
    if not text.isascii() and (strange := sorted(set(_REFUSED.findall(text)))):
        raise KeyPolicyError(f"KMS refuses these characters in a key policy: {' '.join(map(repr, strange))}.")
    return text


_REFUSED = re.compile(r"[^\x20-\xff]")  # JSON escapes control characters
_FOR_AWS_RESOURCES = {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def _account(access: KeyAccess, table: ProtectedTable) -> list[str]:
    return [table.scope.root] if access.account_root else []


def _accounts(access: KeyAccess) -> list[str]:
    return [account for account in access.other_accounts if not is_organisation(account)]


def _organisations(access: KeyAccess, table: ProtectedTable) -> Sequence[tuple[str, Condition]]:
    return of_organisations(filter(is_organisation, access.other_accounts), table.scope.account_id)


def _item_access(access: KeyAccess, table: ProtectedTable) -> Iterator[Statement]:
    """One statement for key users of the table's account, another for those of other accounts."""
    yield from _key_usage("KeyUsage", [*access.users, *_accounts(access)], table)
    for name, condition in _organisations(access, table):
        through = {"StringEquals": {**table.through_dynamodb, **_for_this_table(table)}}
        yield allow(f"KeyUsageBy{name}", [ANYONE], permissions.ITEM_ACCESS, both(through, condition))
    for until, users in sorted(access.temporary_users.items()):
        yield from _key_usage(f"KeyUsageUntil{compact(until)}", users, table, before(until))


def _key_usage(
    sid: str, users: Sequence[str], table: ProtectedTable, condition: Condition | None = None
) -> Iterator[Statement]:
    own = [user for user in users if table.scope.owns(user)]
    others = sorted(set(users) - set(own))
    for name, some in ((sid, own), (f"{sid}ByOtherAccounts", others)):
        if not some:
            continue
        limits = {
            "StringEquals": {
                **table.through_dynamodb,
                "kms:CallerAccount": one_or_list(accounts_of(some)),
                **_for_this_table(table),
            }
        }
        yield from admit(name, some, permissions.ITEM_ACCESS, both(limits, condition or {}))


def _application_grants(access: KeyAccess, table: ProtectedTable) -> list[Statement]:
    """Lets deployers create grants only of `kms:Decrypt`, for this table, to roles of this account.

    https://docs.aws.amazon.com/kms/latest/developerguide/grant-authorization.html
    """
    scope = table.scope
    condition: Condition = {
        "StringEquals": {
            "kms:CallerAccount": scope.account_id,
            # Terraform's provider sends an empty EncryptionContextEquals in addition to
            # EncryptionContextSubset.
            "kms:GrantConstraintType": ["EncryptionContextEquals", "EncryptionContextSubset"],
            **_for_this_table(table),
        },
        "ForAllValues:StringEquals": {"kms:GrantOperations": "Decrypt"},
        "Null": {"kms:GrantOperations": "false"},
        "ArnLike": {"kms:GranteePrincipal": f"arn:{scope.partition}:iam::{scope.account_id}:role/*"},
    }
    deployers = access.deployers if access.application_grants else ()
    return admit("ApplicationGrants", deployers, permissions.CREATE_GRANT, condition)


def _for_this_table(table: ProtectedTable) -> dict[str, str]:
    return {f"kms:EncryptionContext:{name}": value for name, value in table.encryption_context.items()}


def _service_use(access: KeyAccess) -> list[Statement]:
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-service-integration"""
    users = access.service_users
    return [
        *admit("KeyServiceUsage", users, permissions.CONSOLE_USE),
        *admit("KeyServiceGrants", users, permissions.GRANTS, _FOR_AWS_RESOURCES),
    ]


def _document(statements: Sequence[Statement], more: Sequence[Statement], **header: str) -> Document:
    combined = [*statements, *more]
    sids = [statement["Sid"] for statement in combined if "Sid" in statement]
    if twice := sorted({sid for sid in sids if sids.count(sid) > 1}):
        raise KeyPolicyError(f"two statements have the Sid {twice[0]!r}; give each statement another Sid.")
    return {**header, "Version": "2012-10-17", "Statement": combined}
