"""An organisation or an organisational unit in `other_accounts` gives its other accounts access, and nobody
else.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from local.local_run import LocalRun
from local.process import Credentials
from tests.engine.programs import Program, User, outcome

MANAGEMENT, MEMBER, OUTSIDER = "999988887777", "444455556666", "777788889999"
SOURCE = """
EncryptedTable("{name}", {{
    "partition_key": {{"name": "id"}}, "ephemeral": True, "other_accounts": ["organisation/{who}"],
    "resource_policy_statements": [{{
        "Effect": "Allow", "Principal": "*", "Action": "dynamodb:GetItem", "Condition": {condition},
    }}],
}})
"""
READ = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["dynamodb:GetItem", "kms:Decrypt"], "Resource": "*"}],
}


def organisation(run: LocalRun) -> tuple[str, str]:
    """Make an organisation of the account and of a member in a unit. Return its id and the unit's path."""
    aws = run.aws
    management: Any = aws.client("organizations", aws.open_account(MANAGEMENT))
    made = management.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    root = management.list_roots()["Roots"][0]["Id"]
    unit = management.create_organizational_unit(ParentId=root, Name="shops")["OrganizationalUnit"]["Id"]
    for account, credentials in ((aws.account_id, aws.root), (MEMBER, aws.open_account(MEMBER))):
        invited = management.invite_account_to_organization(Target={"Type": "ACCOUNT", "Id": account})
        aws.client("organizations", credentials).accept_handshake(HandshakeId=invited["Handshake"]["Id"])
    management.move_account(AccountId=MEMBER, SourceParentId=root, DestinationParentId=unit)
    return made, f"{made}/{root}/{unit}"


def reader(run: LocalRun, account: str) -> Credentials:
    """A user of another account whose IAM policy allows reading any table."""
    iam = run.aws.client("iam", run.aws.open_account(account))
    iam.create_user(UserName="reader")
    iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=json.dumps(READ))
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


@pytest.mark.parametrize("part", ["organisation", "unit"])
def test_members_of_an_organisation_read_and_nobody_else(
    own_run: LocalRun, tmp_path: Path, part: str
) -> None:
    whole, unit = organisation(own_run)
    condition = (
        {"StringEquals": {"aws:PrincipalOrgID": whole}}
        if part == "organisation"
        else {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{unit}/*"}}
    )
    program = Program(own_run, tmp_path / "program", "shops")
    who = whole if part == "organisation" else unit
    program(SOURCE.format(name="orders", who=who, condition=condition)).up().checked()
    table = f"arn:aws:dynamodb:{own_run.aws.region}:{own_run.aws.account_id}:table/orders"

    def reads(credentials: Credentials) -> str:
        client = own_run.aws.client("dynamodb", credentials)
        return outcome(lambda: client.get_item(TableName=table, Key={"id": {"S": "1"}}))

    assert reads(reader(own_run, MEMBER)) == "allowed"
    assert reads(reader(own_run, OUTSIDER)) != "allowed"
    assert User(own_run, "somebody").reads("orders") == "KMS key access denied error"
    assert program.stack.preview("--refresh", "--expect-no-changes").exit_code == 0
