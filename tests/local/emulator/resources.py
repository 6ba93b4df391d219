"""Creates resources in the local AWS for tests, and reads errors."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from local.process import Credentials, LocalAws, isolated_session

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
KEY_DENIED = "KMS key access denied error: "
_numbers = itertools.count(1)


def other_client(
    aws: LocalAws, service: str, credentials: Credentials | None = None, *, token: str | None = None
) -> Any:  # noqa: ANN401  # boto3 makes the client's class at run time
    """A client that does not validate parameters; it uses a session if there is a token."""
    key = credentials or aws.owner
    return isolated_session().create_client(
        service,
        endpoint_url=aws.endpoint_url,
        region_name=aws.region,
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
        aws_session_token=token,
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}, proxies={}),
    )


def name(kind: str) -> str:
    """A name no other test uses."""
    return f"{kind}-{next(_numbers)}"


@dataclass(frozen=True)
class Error:
    """An AWS error: its code, its message, its HTTP status."""

    code: str
    message: str
    status: int


def error_of(call: Callable[..., Any], **arguments: object) -> Error:
    """The error a call ends with; a call that succeeds fails the test."""
    try:
        call(**arguments)
    except ClientError as error:
        details = error.response["Error"]
        return Error(
            details["Code"], details["Message"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        )
    raise AssertionError(f"{arguments} was allowed")


def statement(*principals: str, action: str | list[str] = "kms:*", **more: object) -> dict[str, Any]:
    """An Allow statement of a key policy, unless `more` says otherwise."""
    return {
        "Effect": "Allow",
        "Principal": {"AWS": list(principals)},
        "Action": action,
        "Resource": "*",
        **more,
    }


def policy(*statements: dict[str, Any], root: bool = True) -> str:
    """A key policy that also lets the account manage the key, if `root`."""
    first = [statement(ROOT)] if root else []
    return json.dumps({"Version": "2012-10-17", "Statement": [*first, *statements]})


def make_key(aws: LocalAws, *statements: dict[str, Any], region: str | None = None, **more: object) -> str:
    """A KMS key; its ARN."""
    created = aws.client("kms", region=region).create_key(Policy=policy(*statements), **more)
    return str(created["KeyMetadata"]["Arn"])


def put_policy(aws: LocalAws, key: str, *statements: dict[str, Any]) -> None:
    """Replace a key's policy."""
    aws.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=policy(*statements))


def encrypted_with(key: str) -> dict[str, Any]:
    """The SSESpecification of a table with this key."""
    return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}


def table_request(table: str, **more: object) -> dict[str, Any]:
    """A CreateTable request."""
    return {
        "TableName": table,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        **more,
    }


def make_table(aws: LocalAws, key: str | None = None, **more: object) -> str:
    """A table with one item, `id` 1; its name."""
    table = name("table")
    dynamodb = aws.client("dynamodb")
    if key:
        more["SSESpecification"] = encrypted_with(key)
    dynamodb.create_table(**table_request(table, **more))
    dynamodb.put_item(TableName=table, Item=ITEM)
    return table


ITEM = {"id": {"S": "1"}}


def sse_of(aws: LocalAws, table: str, region: str | None = None) -> dict[str, Any] | None:
    """A table's SSEDescription; None when AWS shows none."""
    described = aws.client("dynamodb", region=region).describe_table(TableName=table)
    found: dict[str, Any] | None = described["Table"].get("SSEDescription")
    return found


@dataclass(frozen=True)
class User:
    """An IAM user and its access key."""

    name: str
    arn: str
    credentials: Credentials


def make_user(aws: LocalAws, *policy_arns: str, user: str | None = None) -> User:
    """An IAM user with these managed policies; AmazonDynamoDBFullAccess when none is given."""
    iam = aws.client("iam")
    user = user or name("user")
    arn = iam.create_user(UserName=user)["User"]["Arn"]
    for policy_arn in policy_arns or (FULL_ACCESS,):
        iam.attach_user_policy(UserName=user, PolicyArn=policy_arn)
    made = iam.create_access_key(UserName=user)["AccessKey"]
    return User(user, arn, Credentials(made["AccessKeyId"], made["SecretAccessKey"]))


def make_role(aws: LocalAws, *policy_arns: str) -> str:
    """The ARN of a role with these managed policies, which its account can assume."""
    iam, role = aws.client("iam"), name("role")
    trust = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = str(iam.create_role(RoleName=role, AssumeRolePolicyDocument=document)["Role"]["Arn"])
    for policy_arn in policy_arns:
        iam.attach_role_policy(RoleName=role, PolicyArn=policy_arn)
    return arn


def session_client(aws: LocalAws, service: str, role_arn: str, **more: str) -> Any:  # noqa: ANN401  # as above
    """A client with a new session of a role; `more` are arguments of AssumeRole."""
    made = aws.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="session", **more)["Credentials"]
    key = Credentials(made["AccessKeyId"], made["SecretAccessKey"])
    return other_client(aws, service, key, token=made["SessionToken"])


def allow(aws: LocalAws, user: User, action: str | list[str], **more: object) -> None:
    """Give a user an inline policy with one statement."""
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*", **more}],
    }
    aws.client("iam").put_user_policy(
        UserName=user.name, PolicyName=name("policy"), PolicyDocument=json.dumps(document)
    )


def remove_user(aws: LocalAws, user: User) -> None:
    """Delete a user and everything that belongs to it."""
    iam = aws.client("iam")
    for attached in iam.list_attached_user_policies(UserName=user.name)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=user.name, PolicyArn=attached["PolicyArn"])
    iam.delete_access_key(UserName=user.name, AccessKeyId=user.credentials.access_key_id)
    iam.delete_user(UserName=user.name)


def service_grants(aws: LocalAws, key: str, region: str = "us-east-1") -> list[dict[str, Any]]:
    """DynamoDB's grants on a key."""
    found: list[dict[str, Any]] = aws.client("kms", region=region).list_grants(KeyId=key)["Grants"]
    return [one for one in found if one["GranteePrincipal"] == f"dynamodb.{region}.amazonaws.com"]


def arn_of(table: str) -> str:
    """A table's ARN."""
    return f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{table}"
