"""Reads prove that a strict key policy gives access only to the key users of one table."""

from collections.abc import Callable

from local.local_run import LocalRun
from tests.engine.programs import Program, User, outcome, session_client

DENIED = "KMS key access denied error"


def put_item(program: Program, table: str) -> None:
    program.run.aws.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "1"}})


def test_a_key_user_reads_its_table_and_no_other_table_under_the_same_key(
    program: Program, user: Callable[[str], User]
) -> None:
    orders_user, customers_user, nobody = user("orders-user"), user("customers-user"), user("nobody")
    program(f"""
        orders = EncryptedTable("orders", {{
            "partition_key": {{"name": "id"}}, "ephemeral": True, "key_users": ["{orders_user.arn}"],
            "key_policy_statements": [{{
                "Sid": "Customers", "Effect": "Allow", "Action": "kms:Decrypt",
                "Principal": {{"AWS": "{customers_user.arn}"}},
                "Condition": {{"StringEquals": {{
                    "kms:ViaService": "dynamodb.us-east-1.amazonaws.com",
                    "kms:EncryptionContext:aws:dynamodb:tableName": "customers",
                }}}},
            }}],
        }})
        customers = EncryptedTable("customers", {{
            "partition_key": {{"name": "id"}}, "ephemeral": True, "key_arn": orders.key_arn,
        }})
        pulumi.export("keys", [orders.key_arn, customers.key_arn])
    """).up().checked()
    put_item(program, "orders")
    put_item(program, "customers")

    reads = {
        who: [someone.reads("orders"), someone.reads("customers")]
        for who, someone in {"orders": orders_user, "customers": customers_user, "nobody": nobody}.items()
    }

    keys = program.stack.outputs()["keys"]
    assert keys[0] == keys[1]
    assert reads == {
        "orders": ["allowed", DENIED],
        "customers": [DENIED, "allowed"],
        "nobody": [DENIED, DENIED],
    }
    program.stack.destroy().checked()


def test_an_application_role_gets_exactly_the_granted_access(program: Program) -> None:
    program("""
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        roles = {name: aws.iam.Role(name, name=name, assume_role_policy=policy)
                 for name in ("reader", "writer", "both")}
        table = EncryptedTable("granted", {"partition_key": {"name": "id"}, "ephemeral": True})
        table.grant_read(roles["reader"])
        table.grant_write(roles["writer"])
        table.grant_read_write(roles["both"])
        other = EncryptedTable("not-granted", {"partition_key": {"name": "id"}, "ephemeral": True})
        pulumi.export("access", table.declaration["access"])
    """).up().checked()
    put_item(program, "granted")
    put_item(program, "not-granted")

    can = {role: calls_of(program, role) for role in ("reader", "writer", "both")}

    roles = {entry["role"] for entry in program.stack.outputs()["access"]}
    assert {"reader", "writer", "readerWriter"} <= roles
    assert can == {
        "reader": {"get": True, "put": False, "get other": False},
        "writer": {"get": False, "put": True, "get other": False},
        "both": {"get": True, "put": True, "get other": False},
    }
    program.stack.destroy().checked()


def calls_of(program: Program, role: str) -> dict[str, bool]:
    """The calls that succeed with a session of the role."""
    dynamodb = session_client(program.run, "dynamodb", role)
    key = {"id": {"S": "1"}}
    calls = {
        "get": lambda: dynamodb.get_item(TableName="granted", Key=key),
        "put": lambda: dynamodb.put_item(TableName="granted", Item=key),
        "get other": lambda: dynamodb.get_item(TableName="not-granted", Key=key),
    }
    return {name: outcome(call) == "allowed" for name, call in calls.items()}


def test_an_end_and_a_restore_time_need_no_quotes_in_yaml(shared_run: LocalRun, name: str) -> None:
    stack = shared_run.stack("times")
    (stack.project / "Pulumi.times.yaml").write_text(f"""
config:
  encrypted-tables:tables:
    {name}:
      partitionKey: id
      keyUsers:
        - principal: user/owner
          until: 2099-01-31
        - principal: role/{name}
          until: 2099-01-31T18:00:00+01:00
      restoreFrom:
        tableArn: arn:aws:dynamodb:us-east-1:111122223333:table/earlier
        dateTime: 2020-11-01T09:30:00Z
""")

    preview = stack.preview()

    assert preview.exit_code == 0, preview.output
