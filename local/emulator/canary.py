"""Proves at each start that the emulator denies what AWS denies.

The rules depend on ministack's internals. If these changed, an "allowed" could be wrong. Therefore, a
temporary user must first be denied without permission on the key, and then be allowed with it. Otherwise, the
emulator does not start.
"""

import json
from typing import Any

from . import ministack_adapter as ms
from .iam.access_keys import AccessKey, random_access_key
from .refusal import RefusalError
from .server.asgi import App
from .server.in_process import Answer, InProcessClient

ACCOUNT = "999999999999"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
USER = f"arn:aws:iam::{ACCOUNT}:user/canary"
NOT_AUTHENTICATED = ("UnrecognizedClientException", "InvalidSignatureException")
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
ITEM: dict[str, Any] = {"TableName": "canary", "Key": {"id": {"S": "1"}}}


class EnforcementOffError(RefusalError):
    """The emulator allowed what AWS denies, or the reverse, so its answers cannot be trusted."""


def key_policy(*key_users: str) -> str:
    """A key policy that lets the account manage the key, and the key users decrypt."""
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    ]
    if key_users:
        statements.append(
            {
                "Effect": "Allow",
                "Principal": {"AWS": list(key_users)},
                "Action": "kms:Decrypt",
                "Resource": "*",
            }
        )
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


async def prove_enforcement(app: App, host: str, region: str) -> None:
    """Run the canary, then undo it.

    Raises:
        EnforcementOffError: with the expected and the actual answer.
    """
    root_key = random_access_key()
    ms.put_root_key(ACCOUNT, root_key.access_key_id, root_key.secret_access_key)
    try:
        await _run(app, host, region, root_key)
    except (RuntimeError, KeyError) as error:
        raise EnforcementOffError(f"could not check that key policies are enforced: {error!r}") from error
    finally:
        ms.reset()


async def _run(app: App, host: str, region: str, root_key: AccessKey) -> None:
    root = InProcessClient(app, host, region, root_key)
    for key in (
        AccessKey(ACCOUNT, "test"),
        AccessKey("test", "test"),
        AccessKey(root_key.access_key_id, "wrong"),
    ):
        stranger = await InProcessClient(app, host, region, key).call("dynamodb", "ListTables", {})
        if stranger.code not in NOT_AUTHENTICATED:
            raise EnforcementOffError(
                f"a request signed with a wrong secret was answered {stranger.status} {stranger.code}"
            )
    user_key = await _make_user(root)
    user = InProcessClient(app, host, region, user_key)
    created = (await root.call("kms", "CreateKey", {"Policy": key_policy()})).checked()
    key_arn = created.data["KeyMetadata"]["Arn"]
    await _make_table(root, key_arn)
    (await root.call("dynamodb", "GetItem", ITEM)).checked()
    (await user.call("dynamodb", "DescribeTable", {"TableName": "canary"})).checked()
    refused = await user.call("dynamodb", "GetItem", ITEM)
    _expect("a user without kms:Decrypt", refused, status=400, message="KMS key access denied error:")
    (await root.call("kms", "PutKeyPolicy", {"KeyId": key_arn, "Policy": key_policy(USER)})).checked()
    _expect("a user with kms:Decrypt", await user.call("dynamodb", "GetItem", ITEM), status=200)


async def _make_user(root: InProcessClient) -> AccessKey:
    name = {"UserName": "canary"}
    (await root.call("iam", "CreateUser", name)).checked()
    ms.age_entity(ACCOUNT, "user", "canary")
    (await root.call("iam", "AttachUserPolicy", {**name, "PolicyArn": FULL_ACCESS})).checked()
    made = (await root.call("iam", "CreateAccessKey", name)).checked().data
    return AccessKey(made["AccessKeyId"], made["SecretAccessKey"])


async def _make_table(root: InProcessClient, key_arn: str) -> None:
    table = {
        "TableName": "canary",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_arn},
    }
    (await root.call("dynamodb", "CreateTable", table)).checked()


def _expect(what: str, answer: Answer, *, status: int, message: str = "") -> None:
    if answer.status != status or not answer.message.startswith(message):
        raise EnforcementOffError(
            f"{what} should have got status {status} {message!r}, but got {answer.status} {answer.code} "
            f"{answer.message!r}"
        )
