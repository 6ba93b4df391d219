"""Keys, tables and principals as a stack would make them, in the local AWS."""

import json
import os
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from encrypted_tables.verify.report.report import Report
from local.process import Credentials, LocalAws

ACCOUNT = "111122223333"
REGION = "us-east-1"
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"


_NUMBERS = count(1)


@dataclass(frozen=True)
class User:
    """An IAM user with an access key."""

    name: str
    arn: str
    credentials: Credentials


@dataclass
class World:
    """What a test creates in the local AWS. All names are unique, so that tests can share an emulator."""

    aws: LocalAws
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    def end_access(self) -> None:
        """Remove all policies from users and roles, because the next test evaluates everyone in the
        account.
        """
        iam = self.client("iam")
        for user in iam.list_users()["Users"]:
            name = user["UserName"]
            if name == "owner":
                continue
            for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
                iam.delete_user_policy(UserName=name, PolicyName=policy)
            for policy in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
                iam.detach_user_policy(UserName=name, PolicyArn=policy["PolicyArn"])
        for role in iam.list_roles()["Roles"]:
            for policy in iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]:
                iam.detach_role_policy(RoleName=role["RoleName"], PolicyArn=policy["PolicyArn"])

    def client(self, service: str, region: str = REGION) -> Any:  # noqa: ANN401 - boto3 clients have no static type
        """The stack's owner as a client, made once."""
        if (service, region) not in self._clients:
            self._clients[service, region] = self.aws.client(service, region=region)
        return self._clients[service, region]

    def name(self, kind: str) -> str:
        """A unique name."""
        return f"{kind}-{os.getpid()}-{next(_NUMBERS)}"

    def user(self, kind: str = "user", policy: str | None = FULL_ACCESS) -> User:
        """A user with an access key and a managed policy."""
        iam, name = self.client("iam"), self.name(kind)
        arn = iam.create_user(UserName=name)["User"]["Arn"]
        if policy:
            iam.attach_user_policy(UserName=name, PolicyArn=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return User(name, arn, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))

    def user_policy(self, user: User, *statements: dict[str, Any]) -> None:
        """Give a user an inline policy."""
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self.client("iam").put_user_policy(UserName=user.name, PolicyName="extra", PolicyDocument=document)

    def role(self, kind: str = "role", policy: str = FULL_ACCESS) -> str:
        """A role that its account can assume."""
        iam, name = self.client("iam"), self.name(kind)
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        return str(role["Role"]["Arn"])

    def key(
        self,
        *users: str,
        statements: tuple[dict[str, Any], ...] = (),
        rotation: bool = True,
        region: str = REGION,
    ) -> str:
        """A customer managed key; rotation is on by default."""
        kms = self.client("kms", region)
        key = kms.create_key(Policy=key_policy(*users, statements=statements))["KeyMetadata"]
        if rotation:
            kms.enable_key_rotation(KeyId=key["KeyId"])
        return str(key["Arn"])

    def set_key_users(self, key_arn: str, *users: str) -> None:
        """Put a new key policy on a key."""
        self.client("kms").put_key_policy(KeyId=key_arn, PolicyName="default", Policy=key_policy(*users))

    def table(self, key_arn: str | None, schema: tuple[tuple[str, str], ...] = (("id", "S"),)) -> str:
        """A table, encrypted with a key or with the AWS owned key."""
        name = self.name("table")
        encryption: dict[str, Any] = {}
        if key_arn:
            encryption = {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_arn}}
        self.client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in schema],
            KeySchema=[
                {"AttributeName": n, "KeyType": kind}
                for (n, _), kind in zip(schema, ("HASH", "RANGE"), strict=False)
            ],
            **encryption,
        )
        return name

    def table_policy(self, table: str, *statements: dict[str, Any], region: str = REGION) -> None:
        """Give a table a resource policy with statements on the table."""
        arn = f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{table}"
        document = {"Version": "2012-10-17", "Statement": [{"Resource": arn, **one} for one in statements]}
        self.client("dynamodb", region).put_resource_policy(ResourceArn=arn, Policy=json.dumps(document))

    def replicated_table(self, key_arn: str, region: str, replica_key_arn: str) -> str:
        """A table with a replica in another Region, which has its own key."""
        name = self.table(key_arn)
        replica = {"Create": {"RegionName": region, "KMSMasterKeyId": replica_key_arn}}
        self.client("dynamodb").update_table(TableName=name, ReplicaUpdates=[replica])
        return name

    def items(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table."""
        return list(self.client("dynamodb").scan(TableName=table)["Items"])


def key_policy(*users: str, statements: tuple[dict[str, Any], ...] = ()) -> str:
    """A key policy as AWS's console writes it, with key users."""
    found: list[dict[str, Any]] = [
        {
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        *statements,
    ]
    if users:
        found.append(
            {
                "Sid": "Allow use of the key",
                "Effect": "Allow",
                "Principal": {"AWS": list(users)},
                "Action": [
                    "kms:Encrypt",
                    "kms:Decrypt",
                    "kms:ReEncrypt*",
                    "kms:GenerateDataKey*",
                    "kms:DescribeKey",
                ],
                "Resource": "*",
            }
        )
    return json.dumps({"Version": "2012-10-17", "Statement": found})


def decrypt_of_organisation(principal: str) -> dict[str, Any]:
    """A statement of a key policy with a condition that cannot be evaluated from outside."""
    return {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    }


def declare(
    table: str, key_arn: str, access: dict[str, str] | None = None, user: User | None = None, **more: object
) -> dict[str, Any]:
    """Stack outputs for one table, with the access as {principal: role}."""
    outputs: dict[str, Any] = {
        "tables": {
            "orders": {
                "tableName": table,
                "tableArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}",
                "region": REGION,
                "keyArn": key_arn,
                "keyId": key_arn.rsplit("/", 1)[-1],
                "access": [{"principal": arn, "role": role} for arn, role in (access or {}).items()],
                "replicas": {},
                **more,
            }
        }
    }
    if user:
        outputs["testUser"] = {"userName": user.name, "userArn": user.arn}
        outputs["testUserCredentials"] = {
            "accessKeyId": user.credentials.access_key_id,
            "secretAccessKey": user.credentials.secret_access_key,
            "password": "not-a-real-password",
        }
    return outputs


def outcomes(report: Report, principal: str) -> dict[str, str]:
    """The outcome of each call of a principal."""
    return {cell.call: cell.actual.value for cell in report.access if cell.principal == principal}


def kinds(report: Report, principal: str | None = None) -> set[str]:
    """The kinds of findings other than notes."""
    return {
        one.kind
        for one in report.findings
        if one.severity != "note" and (principal is None or one.principal == principal)
    }
