"""Evaluates vectors in the local AWS, with real users, roles, sessions, policies and calls."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from local.process import Credentials, LocalAws
from tests.iam.vectors import ACCOUNT, OTHER_ACCOUNT, ROLES_WITH_PATH, TABLE, TABLE_ARN, Vector, placed
from tests.local.emulator.resources import encrypted_with, other_client, table_request
from tests.local.emulator.resources import name as name_of

_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)
_OPEN = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}],
}
_GET_ITEM = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}],
}
_ENTITY = re.compile(r"arn:aws:iam::\d{12}:(user|role)/[^*]+")
_DENIALS = {"AccessDeniedException", "AccessDenied"}


class Emulator:
    """One local AWS with a key for each key policy, and a table `orders`."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws
        self._iam = {ACCOUNT: aws.client("iam")}
        self._made: set[str] = set()
        self._keys = {f"arn:aws:iam::{account}:root": root for account, root in self._roots().items()}
        self._attached: dict[str, str] = {}
        self._bounded: set[str] = set()
        self._clients: dict[tuple[str, str], Any] = {}

    def _roots(self) -> Mapping[str, Credentials]:
        return {ACCOUNT: self._aws.root, OTHER_ACCOUNT: self._aws.open_account(OTHER_ACCOUNT)}

    def allows(self, vector: Vector) -> bool:
        """Whether the local AWS allows the request of a vector."""
        self._make_principals(vector)
        key_arn = self._key(vector)
        client = self._client(vector, key_arn)
        return _is_allowed(lambda: _call(client, vector, key_arn))

    def _make_principals(self, vector: Vector) -> None:
        """All users and roles that the policies name: KMS refuses a key policy that names a missing one."""
        for text in json.dumps(vector).split('"'):
            arn = _holder(text)[0]
            if _ENTITY.fullmatch(arn):
                self._make(arn)

    def _make(self, arn: str) -> None:
        if arn in self._made:
            return
        account, kind, path, name = _parts(arn)
        iam = self._iam_of(account)
        if kind == "user":
            iam.create_user(UserName=name, Path=path)
            made = iam.create_access_key(UserName=name)["AccessKey"]
            self._keys[arn] = Credentials(made["AccessKeyId"], made["SecretAccessKey"])
        else:
            iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=_TRUST)
        self._made.add(arn)

    def _iam_of(self, account: str) -> Any:  # noqa: ANN401  # boto3 makes the client's class at run time
        if account not in self._iam:
            self._iam[account] = self._aws.client("iam", self._aws.open_account(account))
        return self._iam[account]

    def _key(self, vector: Vector) -> str:
        kms = self._aws.client("kms")
        key_arn = str(kms.create_key(Policy=json.dumps(_OPEN))["KeyMetadata"]["Arn"])
        for grant in vector.get("grants", ()):
            constraints = {
                name: grant[field]
                for name, field in (
                    ("EncryptionContextEquals", "context_equals"),
                    ("EncryptionContextSubset", "context_subset"),
                )
                if field in grant
            }
            kms.create_grant(
                KeyId=key_arn,
                GranteePrincipal=grant["grantee"],
                Operations=grant["operations"],
                **({"Constraints": constraints} if constraints else {}),
            )
        self._make_table(vector, key_arn)
        if "key_policy" in vector:
            kms.put_key_policy(
                KeyId=key_arn,
                PolicyName="default",
                Policy=json.dumps(placed(vector["key_policy"], key_arn)),
                BypassPolicyLockoutSafetyCheck=True,
            )
        return key_arn

    def _make_table(self, vector: Vector, key_arn: str) -> None:
        is_item_call = vector["action"].startswith("dynamodb:")
        if not is_item_call and not vector.get("through_dynamodb"):
            return
        dynamodb = self._aws.client("dynamodb")
        if TABLE in dynamodb.list_tables()["TableNames"]:
            dynamodb.delete_table(TableName=TABLE)
        encryption = {} if is_item_call else {"SSESpecification": encrypted_with(key_arn)}
        dynamodb.create_table(**table_request(TABLE, **encryption))
        if "table_policy" in vector:
            policy = json.dumps(placed(vector["table_policy"], key_arn))
            dynamodb.put_resource_policy(ResourceArn=TABLE_ARN, Policy=policy)

    def _client(self, vector: Vector, key_arn: str) -> Any:  # noqa: ANN401  # boto3 makes the client's class at run time
        """A client of the caller, who has the vector's policies and no others."""
        arn = vector["principal"]
        service = vector["action"].split(":")[0]
        if vector.get("through_dynamodb"):
            service = "dynamodb"
        holder, session = _holder(arn)
        self._attach(holder, vector, key_arn)
        if not session:
            return self._aws.client(service, self._keys[arn])
        return self._session_client(service, holder, session, vector, key_arn)

    def _session_client(self, service: str, role: str, session: str, vector: Vector, key_arn: str) -> Any:  # noqa: ANN401  # as above
        passed = vector.get("session_policies", ())
        policy = json.dumps(placed(passed[0], key_arn)) if passed else ""
        if policy or (role + session, service) not in self._clients:
            more = {"Policy": policy} if policy else {}
            made = self._aws.client("sts").assume_role(RoleArn=role, RoleSessionName=session, **more)
            key = made["Credentials"]
            credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
            client = other_client(self._aws, service, credentials, token=key["SessionToken"])
            if policy:
                return client
            self._clients[role + session, service] = client
        return self._clients[role + session, service]

    def _attach(self, holder: str, vector: Vector, key_arn: str) -> None:
        """Replace the caller's policies and boundary by those of the vector; a root user has none."""
        if holder in self._keys and holder.endswith(":root"):
            return
        own = placed([vector.get("identity_policies", []), vector.get("boundary")], key_arn)
        policies, boundary = own
        if vector.get("through_dynamodb"):
            # Allow the item call itself: the vector asks for the answer of the key.
            policies = [*policies, _GET_ITEM]
        wanted = json.dumps([policies, boundary])
        if self._attached.get(holder) == wanted:
            return
        account, kind, _, name = _parts(holder)
        iam, title = self._iam_of(account), kind.capitalize()
        of = {f"{title}Name": name}
        for old in getattr(iam, f"list_{kind}_policies")(**of)["PolicyNames"]:
            getattr(iam, f"delete_{kind}_policy")(**of, PolicyName=old)
        for number, policy in enumerate(policies):
            getattr(iam, f"put_{kind}_policy")(
                **of, PolicyName=f"policy-{number}", PolicyDocument=json.dumps(policy)
            )
        if holder in self._bounded:
            getattr(iam, f"delete_{kind}_permissions_boundary")(**of)
            self._bounded.discard(holder)
        if boundary:
            made = iam.create_policy(PolicyName=name_of("boundary"), PolicyDocument=json.dumps(boundary))
            getattr(iam, f"put_{kind}_permissions_boundary")(**of, PermissionsBoundary=made["Policy"]["Arn"])
            self._bounded.add(holder)
        self._attached[holder] = wanted


def _parts(arn: str) -> tuple[str, str, str, str]:
    """Account, kind, path and name of a user or role."""
    kind, _, rest = arn.split(":", 5)[5].partition("/")
    path, _, name = f"/{rest}".rpartition("/")
    return arn.split(":")[4], kind, f"{path}/", name


def _holder(arn: str) -> tuple[str, str]:
    """The user or role that has the policies, and the session's name."""
    if ":assumed-role/" not in arn:
        return arn, ""
    _, role, session = arn.split(":", 5)[5].split("/")
    return ROLES_WITH_PATH.get(role, f"arn:aws:iam::{arn.split(':')[4]}:role/{role}"), session


def _call(client: Any, vector: Vector, key_arn: str) -> None:  # noqa: ANN401  # as above
    action = vector["action"]
    if action.startswith("dynamodb:") or vector.get("through_dynamodb"):
        client.get_item(TableName=TABLE_ARN, Key={"id": {"S": "1"}})
        return
    operation, arguments = _KMS_CALLS[action]
    getattr(client, operation)(**{"KeyId": key_arn, **arguments(key_arn)})


def _ciphertext(key_arn: str) -> Mapping[str, Any]:
    """A ciphertext that names the key and is not valid: permission is checked first."""
    return {"CiphertextBlob": key_arn.rsplit("/", 1)[-1].encode() + b"not a ciphertext"}


def _nothing(_: str) -> Mapping[str, Any]:
    return {}


_KMS_CALLS: Mapping[str, tuple[str, Callable[[str], Mapping[str, Any]]]] = {
    "kms:Decrypt": ("decrypt", _ciphertext),
    "kms:PutKeyPolicy": ("put_key_policy", lambda _: {"PolicyName": "default", "Policy": "{}"}),
    "kms:ScheduleKeyDeletion": ("schedule_key_deletion", _nothing),
    "kms:CancelKeyDeletion": ("cancel_key_deletion", _nothing),
    "kms:DisableKey": ("disable_key", _nothing),
    "kms:EnableKey": ("enable_key", _nothing),
    "kms:EnableKeyRotation": ("enable_key_rotation", _nothing),
    "kms:UpdateKeyDescription": ("update_key_description", lambda _: {"Description": "changed"}),
    "kms:DescribeKey": ("describe_key", _nothing),
    "kms:GetKeyRotationStatus": ("get_key_rotation_status", _nothing),
    "kms:ListGrants": ("list_grants", _nothing),
    "kms:CreateGrant": (
        "create_grant",
        lambda _: {"GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:root", "Operations": ["Decrypt"]},
    ),
}


def _is_allowed(call: Callable[[], None]) -> bool:
    """Whether a call passes the permission check. Other errors happen after that check."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] not in _DENIALS
    return True
