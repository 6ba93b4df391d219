"""Puts generated worlds into one local AWS and makes their calls."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from botocore.credentials import Credentials

from encrypted_tables.verify.collect.account import Account, account_of_pages
from local.process import LocalAws
from tests.iam.organization import Organization
from tests.iam.signed_calls import Answer, SignedCalls
from tests.iam.vectors import ACCOUNT, OTHER_ACCOUNT, REGION, TABLE, TABLE_ARN, placed
from tests.iam.worlds import GROUPS, HOLDERS, ROOTS, SESSIONS, Holder, World
from tests.local.emulator.resources import ITEM, encrypted_with, policy, table_request

_KEY = {"id": {"S": "1"}}
_DENIALS = {"AccessDeniedException", "AccessDenied"}


class Outcome(StrEnum):
    """How a call ended."""

    ALLOWED = "allowed"
    DENIED = "denied"
    DENIED_BY_KEY = "denied by the key"


class Stage:
    """One local AWS, with the users, roles and groups of all worlds."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self._calls = SignedCalls(aws.endpoint_url, REGION)
        other = aws.open_account(OTHER_ACCOUNT)
        self.iam = {ACCOUNT: aws.client("iam"), OTHER_ACCOUNT: aws.client("iam", other)}
        self._sts = {ACCOUNT: aws.client("sts"), OTHER_ACCOUNT: aws.client("sts", other)}
        self._credentials = {
            ROOTS[0]: Credentials(aws.root.access_key_id, aws.root.secret_access_key),
            ROOTS[1]: Credentials(other.access_key_id, other.secret_access_key),
        }
        self._organization = Organization(aws, {ACCOUNT: aws.root, OTHER_ACCOUNT: other})
        self._boundaries: dict[str, str] = {}
        self._bounded: set[str] = set()
        for name in GROUPS:
            self.iam[ACCOUNT].create_group(GroupName=name)
        for holder in HOLDERS:
            self._make(holder)
        for session in SESSIONS:
            self._assume(session, None)
        self.key_arn = ""
        self.grants: list[Mapping[str, Any]] = []
        self.accounts: dict[str, Account] = {}
        """The users and roles of both accounts, as IAM lists them."""

    def put(self, world: World) -> None:
        """Replace the previous world by this one, with a new key and a new table."""
        self._organization.clear()
        self._make_table(world)  # at first, because policies name the key
        for holder in HOLDERS:
            iam, kind = self.iam[holder.account], holder.kind
            getattr(iam, f"put_{kind}_policy")(
                **_of(holder), PolicyName="own", PolicyDocument=self._text(world.identity[holder.arn])
            )
            self._bound(holder, world.boundaries.get(holder.arn))
        for name, document in world.groups.items():
            self.iam[ACCOUNT].put_group_policy(
                GroupName=name, PolicyName="group", PolicyDocument=self._text(document)
            )
        for session in SESSIONS:
            self._assume(session, world.session_policies.get(session))
        self.accounts = {account: account_of_pages(account, _pages(iam)) for account, iam in self.iam.items()}
        controls: tuple[tuple[str, str, Mapping[str, Any] | None], ...] = (
            ("", "SERVICE_CONTROL_POLICY", world.of_organization),
            (ACCOUNT, "SERVICE_CONTROL_POLICY", world.of_account),
            (ACCOUNT, "RESOURCE_CONTROL_POLICY", world.of_resources),
        )
        for target, kind, control in controls:  # at the end: they may deny everything that went before
            if control:
                self._organization.attach(target, kind, self._text(control))

    def ask(self, caller: str, call: str) -> Outcome:
        """The outcome of a principal's call. Errors other than denials happen after the permission check."""
        service, operation, request = _CALLS[call](self.key_arn)
        answer = self._calls.call(self._credentials[caller], service, operation, request)
        if answer.error not in _DENIALS:
            return Outcome.ALLOWED
        return Outcome.DENIED_BY_KEY if _is_of_key(service, answer) else Outcome.DENIED

    def placed(self, document: object) -> Any:  # noqa: ANN401  # JSON
        """A policy with the ARNs of this world's key and table."""
        return placed(document, self.key_arn)

    def _text(self, document: object) -> str:
        return json.dumps(self.placed(document))

    def _make(self, holder: Holder) -> None:
        iam = self.iam[holder.account]
        path = "/" + holder.arn.split("/", 1)[1].rpartition("/")[0]
        path = path if path.endswith("/") else path + "/"
        tags = [{"Key": key, "Value": value} for key, value in holder.tags]
        if holder.kind == "role":
            iam.create_role(
                RoleName=holder.name, Path=path, AssumeRolePolicyDocument=_trust(holder), Tags=tags
            )
        else:
            iam.create_user(UserName=holder.name, Path=path, Tags=tags)
            made = iam.create_access_key(UserName=holder.name)["AccessKey"]
            self._credentials[holder.arn] = Credentials(made["AccessKeyId"], made["SecretAccessKey"])
        for group in holder.groups:
            iam.add_user_to_group(GroupName=group, UserName=holder.name)

    def _bound(self, holder: Holder, boundary: Mapping[str, Any] | None) -> None:
        iam, kind = self.iam[holder.account], holder.kind
        if boundary is None:
            if holder.arn in self._bounded:
                getattr(iam, f"delete_{kind}_permissions_boundary")(**_of(holder))
                self._bounded.remove(holder.arn)
            return
        text = self._text(boundary)
        if (arn := self._boundaries.get(holder.arn)) is None:
            made = iam.create_policy(PolicyName=f"boundary-{holder.name}", PolicyDocument=text)
            arn = self._boundaries[holder.arn] = made["Policy"]["Arn"]
        else:
            (old,) = iam.list_policy_versions(PolicyArn=arn)["Versions"]
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)
            iam.delete_policy_version(PolicyArn=arn, VersionId=old["VersionId"])
        if holder.arn not in self._bounded:
            getattr(iam, f"put_{kind}_permissions_boundary")(**_of(holder), PermissionsBoundary=arn)
            self._bounded.add(holder.arn)

    def _make_table(self, world: World) -> None:
        kms, dynamodb = self.aws.client("kms"), self.aws.client("dynamodb")
        if self.key_arn:
            root = self.aws.client("dynamodb", self.aws.root)
            root.delete_resource_policy(ResourceArn=TABLE_ARN)  # it may deny DeleteTable
            dynamodb.delete_table(TableName=TABLE)
        self.key_arn = kms.create_key(Policy=policy())["KeyMetadata"]["Arn"]
        dynamodb.create_table(**table_request(TABLE, SSESpecification=encrypted_with(self.key_arn)))
        if world.table_policy:
            dynamodb.put_resource_policy(ResourceArn=TABLE_ARN, Policy=self._text(world.table_policy))
        for grant in world.grants:
            kms.create_grant(KeyId=self.key_arn, **grant)
        # List the grants now: the world's key policy may allow nobody to.
        self.grants = kms.list_grants(KeyId=self.key_arn)["Grants"]
        kms.put_key_policy(
            KeyId=self.key_arn, PolicyName="default", Policy=self._text(world.key_policy),
            BypassPolicyLockoutSafetyCheck=True,
        )  # fmt: skip

    def _assume(self, session: str, session_policy: Mapping[str, Any] | None) -> None:
        account, name = session.split(":")[4], session.rsplit("/", 1)[-1]
        passed = {"Policy": self._text(session_policy)} if session_policy else {}
        made = self._sts[account].assume_role(RoleArn=SESSIONS[session], RoleSessionName=name, **passed)
        key = made["Credentials"]
        self._credentials[session] = Credentials(
            key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"]
        )


def _pages(iam: Any) -> Iterator[Any]:  # noqa: ANN401  # boto3 makes the client's class at run time
    yield from iam.get_paginator("get_account_authorization_details").paginate()


def _trust(holder: Holder) -> str:
    allow = {"Effect": "Allow", "Principal": {"AWS": holder.account}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


def _of(holder: Holder) -> dict[str, str]:
    return {f"{holder.kind.capitalize()}Name": holder.name}


def _is_of_key(service: str, answer: Answer) -> bool:
    return service == "kms" or "KMS" in answer.message


def _item(operation: str, **request: Any) -> Callable[[str], tuple[str, str, Mapping[str, Any]]]:  # noqa: ANN401
    return lambda _: ("dynamodb", operation, {"TableName": TABLE_ARN, **request})


def _statement(text: str) -> Callable[[str], tuple[str, str, Mapping[str, Any]]]:
    return lambda _: ("dynamodb", "ExecuteStatement", {"Statement": text})


def _key(operation: str, **request: Any) -> Callable[[str], tuple[str, str, Mapping[str, Any]]]:  # noqa: ANN401
    return lambda key_arn: ("kms", operation, {"KeyId": key_arn, **request})


def _decrypt(key_arn: str) -> tuple[str, str, Mapping[str, Any]]:
    """A ciphertext that names the key and is not valid: permission is checked first."""
    ciphertext = base64.b64encode(key_arn.rsplit("/", 1)[-1].encode() + b"not a ciphertext").decode()
    return "kms", "Decrypt", {"KeyId": key_arn, "CiphertextBlob": ciphertext}


_BY_ID = {"KeyConditionExpression": "id = :id", "ExpressionAttributeValues": {":id": {"S": "1"}}}
_CALLS: Mapping[str, Callable[[str], tuple[str, str, Mapping[str, Any]]]] = {
    "GetItem": _item("GetItem", Key=_KEY),
    "Query": _item("Query", **_BY_ID),
    "Scan": _item("Scan"),
    "BatchGetItem": lambda _: ("dynamodb", "BatchGetItem", {"RequestItems": {TABLE_ARN: {"Keys": [_KEY]}}}),
    "PartiQLSelect": _statement(f"SELECT * FROM \"{TABLE_ARN}\" WHERE id='1'"),  # noqa: S608  # our own table
    "ConditionCheckItem": lambda _: (
        "dynamodb", "TransactWriteItems", {"TransactItems": [{"ConditionCheck": {
            "TableName": TABLE_ARN, "Key": _KEY, "ConditionExpression": "attribute_exists(id)"}}]}
    ),
    "PutItem": _item("PutItem", Item=ITEM),
    "UpdateItem": _item("UpdateItem", Key=_KEY),
    "DeleteItem": _item("DeleteItem", Key=_KEY),
    "BatchWriteItem": lambda _: (
        "dynamodb", "BatchWriteItem", {"RequestItems": {TABLE_ARN: [{"PutRequest": {"Item": ITEM}}]}}
    ),
    "PartiQLInsert": _statement(f"INSERT INTO \"{TABLE_ARN}\" VALUE {{'id': '1'}}"),
    "Decrypt": _decrypt,
    "DescribeKey": _key("DescribeKey"),
    "GetKeyPolicy": _key("GetKeyPolicy", PolicyName="default"),
    "ListGrants": _key("ListGrants"),
    "EnableKeyRotation": _key("EnableKeyRotation"),
    "PutKeyPolicy": _key("PutKeyPolicy", PolicyName="default", Policy="{}"),
}  # fmt: skip
