"""The steps of the walk-through. Each does one thing and reports its results.

A step with an unexpected result raises `UnexpectedError`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from encrypted_tables.engine.stack import Result, Stack
from local.local_run import ROOT, LocalRun
from local.process import Credentials
from local.walkthrough.credentials import read_credentials, write_credentials

TABLE = "nextwork-kms-table"
ALIAS = "alias/nextwork-kms-key"
USER = "nextwork-kms-user"
ITEM = {"id": {"S": "1"}, "message": {"S": "only key users can read this"}}
KMS_DENIAL = "KMS key access denied error"
POLICY = "dynamodb-table-customer-managed-key"
PACK = (
    "--policy-pack",
    str(ROOT / "policy-pack"),
    "--policy-pack-config",
    str(ROOT / "policy-pack" / "config" / "mandatory.json"),
)
BRIEF = ("--suppress-outputs", "--suppress-progress")
REJECTED = ROOT / "local" / "walkthrough" / "rejected"

Facts = Iterator[tuple[str, str]]


class UnexpectedError(Exception):
    """The result of a step is not the expected one."""


@dataclass(frozen=True)
class Walkthrough:
    """The context of all steps: the local run, the stack and the file for the test user's credentials."""

    run: LocalRun
    stack: Stack
    show: Callable[[str], None]

    @property
    def credentials_file(self) -> Path:
        """The csv file. It is next to the run's state, never in the project's directory."""
        return self.run.directory / f"{USER}_credentials.csv"

    def as_test_user(self, service: str) -> Any:  # noqa: ANN401  # boto3 makes its clients at run time
        """A client with the test user's access key from the csv file."""
        row = read_credentials(self.credentials_file)
        return self.run.aws.client(service, Credentials(row["Access key ID"], row["Secret access key"]))


@dataclass(frozen=True)
class Step:
    """A step: its title and its function, whose docstring gives the reason."""

    title: str
    act: Callable[[Walkthrough], Facts]

    @property
    def why(self) -> str:
        """The reason for the step, for the reader."""
        return (self.act.__doc__ or "").strip()

    @property
    def name(self) -> str:
        """The step's name in a test report."""
        return self.act.__name__


def expect(what: str, expected: object, actual: object) -> None:
    """Raise if the result is not the expected one.

    Raises:
        UnexpectedError: names the expected and the actual result.
    """
    if expected != actual:
        raise UnexpectedError(f"{what}: expected {expected!r}, saw {actual!r}")


def preview(w: Walkthrough) -> Facts:
    """As in a pull request: nothing is created yet."""
    w.stack.run("stack", "tag", "set", "ephemeral", "true").checked()
    result = w.stack.preview(*PACK, *BRIEF, on_line=w.show)
    expect("exit status of the preview", 0, result.exit_code)
    expect("policy violations", [], result.violations)
    expect("tables after a preview", [], w.run.aws.client("dynamodb").list_tables()["TableNames"])
    yield "would create", f"{result.changes['create']} resources"
    yield "policy violations", "none (tagged `ephemeral`: deletion-protection rules do not apply)"
    yield "created so far", "nothing"


def up(w: Walkthrough) -> Facts:
    """The `dev` stack, exactly as configured."""
    result = w.stack.up(*PACK, *BRIEF, "--skip-preview", on_line=w.show)
    expect("exit status of the update", 0, result.exit_code)
    yield "created", f"{result.changes['create']} resources"


def table_is_encrypted(w: Walkthrough) -> Facts:
    """As described by DynamoDB and KMS."""
    dynamodb, kms = w.run.aws.client("dynamodb"), w.run.aws.client("kms")
    dynamodb.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1})
    table = dynamodb.describe_table(TableName=TABLE)["Table"]
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]
    encryption = table.get("SSEDescription", {})
    expect("table status", "ACTIVE", table["TableStatus"])
    expect("encryption status", "ENABLED", encryption.get("Status"))
    expect("the table's key", key["Arn"], encryption.get("KMSMasterKeyArn"))
    expect("who manages the key", "CUSTOMER", key["KeyManager"])
    yield "table", f"{TABLE}, {table['TableStatus']}"
    yield "encryption", f"{encryption['SSEType']}, {encryption['Status']}, {encryption['KMSMasterKeyArn']}"
    yield "key", f"{ALIAS}, {key['KeySpec']}, {key['KeyUsage']}, managed by {key['KeyManager']}"


def owner_reads_item(w: Walkthrough) -> Facts:
    """Encryption is transparent for principals that can use the key."""
    dynamodb = w.run.aws.client("dynamodb")
    dynamodb.put_item(TableName=TABLE, Item=ITEM)
    item = dynamodb.get_item(TableName=TABLE, Key={"id": ITEM["id"]}).get("Item")
    expect("the item read back", ITEM, item)
    yield "who", w.run.aws.client("sts").get_caller_identity()["Arn"]
    yield "read", str(item)


def test_user_has_credentials(w: Walkthrough) -> Facts:
    """But without permission for the key."""
    write_credentials(w.credentials_file, w.stack.outputs())
    mode = oct(w.credentials_file.stat().st_mode & 0o777)
    expect("permissions of the csv file", "0o600", mode)
    attached = w.run.aws.client("iam").list_attached_user_policies(UserName=USER)["AttachedPolicies"]
    expect("the user's policies", ["AmazonDynamoDBFullAccess"], [p["PolicyName"] for p in attached])
    yield "user", w.as_test_user("sts").get_caller_identity()["Arn"]
    yield "may", ", ".join(p["PolicyName"] for p in attached)
    yield "credentials", f"{w.credentials_file.name}, readable by you alone"


def test_user_is_denied(w: Walkthrough) -> Facts:
    """Full access to DynamoDB does not give access to the data."""
    try:
        w.as_test_user("dynamodb").get_item(TableName=TABLE, Key={"id": ITEM["id"]})
    except ClientError as denial:
        error = denial.response["Error"]
        expect("error code", "AccessDeniedException", error["Code"])
        expect("error message", KMS_DENIAL, error["Message"][: len(KMS_DENIAL)])
        yield "denied", f"{error['Code']}: {error['Message']}"
    else:
        raise UnexpectedError("the test user's read: expected a denial by KMS, saw the item")


def test_user_becomes_key_user(w: Walkthrough) -> Facts:
    """One line of config, and `pulumi up`."""
    arn = w.stack.outputs()["testUser"]["userArn"]
    key = f"tables.{TABLE}.keyUsers[0]"
    w.stack.set_config(key, arn)
    yield "config", f"pulumi config set --path '{key}' {arn}"
    result = w.stack.up(*PACK, *BRIEF, "--skip-preview", on_line=w.show)
    expect("exit status of the update", 0, result.exit_code)
    expect("resources changed", {"update": 1}, result.changes)
    yield "updated", "the key policy, and nothing else"


def test_user_reads_item(w: Walkthrough) -> Facts:
    """The same call, the same credentials."""
    item = w.as_test_user("dynamodb").get_item(TableName=TABLE, Key={"id": ITEM["id"]}).get("Item")
    expect("the item read by the test user", ITEM, item)
    yield "who", w.as_test_user("sts").get_caller_identity()["Arn"]
    yield "read", str(item)


def unencrypted_table_is_rejected(w: Walkthrough) -> Facts:
    """Another program, in a pull request."""
    yield from _rejected(w, "unencrypted")


def aws_managed_key_is_rejected(w: Walkthrough) -> Facts:
    """Encrypted, but not with a key of yours."""
    yield from _rejected(w, "aws_managed_key")


def _rejected(w: Walkthrough, program: str) -> Facts:
    dynamodb = w.run.aws.client("dynamodb")
    before = dynamodb.list_tables()["TableNames"]
    result: Result = w.run.stack("dev", w.run.project(REJECTED / program)).preview(
        *PACK, *BRIEF, on_line=w.show
    )
    expect("the preview failed", True, result.exit_code != 0)
    rejections = [v for v in result.violations if (v.policy, v.level) == (POLICY, "mandatory")]
    expect("mandatory violations", 1, len(rejections))
    expect("tables", before, dynamodb.list_tables()["TableNames"])
    yield "rejected by", POLICY
    yield "because", rejections[0].message.rstrip()
    yield "created", "nothing"


def destroy(w: Walkthrough) -> Facts:
    """The table is deleted before its key. The key stays recoverable for 7 days."""
    key_id = w.run.aws.client("kms").describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    result = w.stack.destroy("--skip-preview", "--suppress-progress", on_line=w.show)
    expect("exit status of the destroy", 0, result.exit_code)
    w.credentials_file.unlink()
    key = w.run.aws.client("kms").describe_key(KeyId=key_id)["KeyMetadata"]
    expect("key state", "PendingDeletion", key["KeyState"])
    expect("tables", [], w.run.aws.client("dynamodb").list_tables()["TableNames"])
    users = [user["UserName"] for user in w.run.aws.client("iam").list_users()["Users"]]
    expect("the test user is gone", False, USER in users)
    yield "key", f"{key['KeyState']}, to be deleted on {key['DeletionDate']:%Y-%m-%d}"
    yield "gone", f"table {TABLE}, user {USER}, {w.credentials_file.name}"


STEPS = (
    Step("Preview, with the policy pack", preview),
    Step("Create key, table and test user", up),
    Step("The table and its encryption", table_is_encrypted),
    Step("The owner puts an item and reads it", owner_reads_item),
    Step("A test user with full access to DynamoDB", test_user_has_credentials),
    Step("The test user reads: denied", test_user_is_denied),
    Step("The test user becomes a key user", test_user_becomes_key_user),
    Step("The test user reads: allowed", test_user_reads_item),
    Step("A table without encryption settings", unencrypted_table_is_rejected),
    Step("A table with the AWS managed key", aws_managed_key_is_rejected),
    Step("Clean up", destroy),
)
