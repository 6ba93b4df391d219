"""Permission sets of IAM Identity Center and organisations: admitted by a condition, and nobody else.

`PROVISIONINGS=1000` sets how often permission sets are provisioned again.
"""

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import pytest

from components.caller import Caller
from components.key_access import doubt_about_deployer, key_policy, preflight
from components.key_policy import ProtectedTable
from components.key_settings import KeySettings
from components.principal_conditions import role_arns
from components.principals import PrincipalError, Scope, check_principal
from local.process import LocalAws, isolated_session, running
from tests.engine.programs import TRUST, outcome

PROVISIONINGS = int(os.environ.get("PROVISIONINGS", "8"))
SCOPE = Scope("aws", "111122223333")
CALLER = Caller("arn:aws:iam::111122223333:user/owner", SCOPE, "us-east-1")
TABLE = ProtectedTable("orders", "us-east-1", SCOPE)
PATH = "/aws-reserved/sso.amazonaws.com/"
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
DENIED = "KMS key access denied error"
ORGANISATION = "o-a1b2c3d4e5"
UNIT = f"{ORGANISATION}/r-ab12/ou-ab12-11111111"


def settings(**more: object) -> KeySettings:
    return KeySettings.model_validate({"deployers": ["user/owner"], **more})


def statements(of: KeySettings) -> dict[str, Any]:
    text = key_policy(of, TABLE, CALLER)
    assert isinstance(text, str)
    return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


def test_a_permission_set_matches_the_arns_of_its_roles_in_the_reserved_path() -> None:
    usage = statements(settings(key_users=["permission-set/Reader"]))["KeyUsageByPermissionSets"]

    assert usage["Principal"] == {"AWS": "*"}
    assert usage["Condition"]["StringEquals"]["kms:CallerAccount"] == "111122223333"
    assert usage["Condition"]["ArnLike"]["aws:PrincipalArn"] == [
        f"arn:aws:iam::111122223333:role{PATH}*/AWSReservedSSO_Reader_????????????????",
        f"arn:aws:iam::111122223333:role{PATH}AWSReservedSSO_Reader_????????????????",
    ]


@pytest.mark.parametrize(
    "lookalike",
    [
        "role/AWSReservedSSO_Reader_0123456789abcdef",
        "role/x/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Reader_0123456789abcdef",
        f"role{PATH}AWSReservedSSO_Reader_Admin_0123456789abcdef",
        f"role{PATH}eu-west-1/AWSReservedSSO_Reader2_0123456789abcdef",
        f"role{PATH}eu-west-1/AWSReservedSSO_MyReader_0123456789abcdef",
        f"role{PATH}AWSReservedSSO_xAWSReservedSSO_Reader_0123456789abcdef",
        f"role{PATH}AWSReservedSSO_reader_0123456789abcdef",
        f"role{PATH}AWSReservedSSO_Reader_0123456789abcde",
        f"user{PATH}AWSReservedSSO_Reader_0123456789abcdef",
    ],
)
def test_no_other_principal_matches_the_arn(lookalike: str) -> None:
    patterns = role_arns("arn:aws:iam::111122223333:permission-set/Reader")

    assert not any(fnmatchcase(f"arn:aws:iam::111122223333:{lookalike}", one) for one in patterns)


def test_a_role_of_a_named_permission_set_is_among_the_deployers() -> None:
    role = f"arn:aws:iam::111122223333:role{PATH}eu-west-1/AWSReservedSSO_Deploy_0123456789abcdef"
    caller = Caller(role, SCOPE, "us-east-1")

    assert doubt_about_deployer(settings(deployers=["permission-set/Deploy"]), caller) is None
    assert "is not among the deployers" in str(
        doubt_about_deployer(settings(deployers=["permission-set/Other"]), caller)
    )


def test_an_organisation_allows_only_its_other_accounts() -> None:
    policy = statements(settings(other_accounts=[f"organisation/{ORGANISATION}", f"organisation/{UNIT}"]))

    whole, unit = policy["KeyUsageByOrganisations"], policy["KeyUsageByOrganisationalUnits"]
    for statement in (whole, unit):
        assert statement["Principal"] == {"AWS": "*"}
        assert statement["Condition"]["StringNotEquals"] == {"kms:CallerAccount": "111122223333"}
        assert "kms:ViaService" in statement["Condition"]["StringEquals"]
    assert whole["Condition"]["StringEquals"]["aws:PrincipalOrgID"] == ORGANISATION
    assert unit["Condition"]["ForAnyValue:StringLike"] == {"aws:PrincipalOrgPaths": f"{UNIT}/*"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("permission-set/a b", "is not a permission set: its name has up to 32 letters"),
        (f"permission-set/{'x' * 33}", "is not a permission set"),
        ("organisation/a1b2c3d4e5", "is not an organisation. Give organisation/o-ID"),
        (f"organization/{ORGANISATION}", "is not an organisation. Give organisation/o-ID"),
    ],
)
def test_an_invalid_permission_set_or_organisation_is_refused_with_the_right_form(
    wrong: str, message: str
) -> None:
    with pytest.raises(PrincipalError, match=message):
        check_principal(wrong)


def test_permission_sets_and_organisations_are_refused_in_other_settings() -> None:
    found = preflight(
        settings(
            key_users=[f"organisation/{ORGANISATION}"],
            other_accounts=["permission-set/Reader"],
            key_service_users=["permission-set/Reader"],
        ),
        TABLE,
        CALLER,
    )

    of_account = "'permission-set/Reader' is a permission set of this account. Name it under keyUsers."
    assert [str(problem) for problem in found] == [
        f"keyUsers[0]: 'organisation/{ORGANISATION}' is an organisation. Name it under otherAccounts.",
        f"otherAccounts[0]: {of_account}",
        f"keyServiceUsers[0]: {of_account}",
    ]


@dataclass
class IdentityCenter:
    """What provisions permission sets in the account of a local AWS, and what tries to look like them."""

    aws: LocalAws
    chance: random.Random

    def provision(self, permission_set: str, region: str) -> str:
        """The role of a permission set that was provisioned again."""
        suffix = f"{self.chance.getrandbits(64):016x}"
        path = f"{PATH}{region}/" if region else PATH
        return self.role(f"AWSReservedSSO_{permission_set}_{suffix}", path)

    def lookalike(self, permission_set: str) -> str:
        """A role that others can make or provision, with a similar name."""
        suffix = f"{self.chance.getrandbits(64):016x}"
        name, path = self.chance.choice(
            [
                (f"AWSReservedSSO_{permission_set}_{suffix}", "/"),
                (f"AWSReservedSSO_{permission_set}_{suffix}", f"/team{PATH}"),
                (f"AWSReservedSSO_{permission_set}_{suffix}", "/aws-reserved/sso.amazonaws.org/"),
                (f"AWSReservedSSO_{permission_set}_x_{suffix}", PATH),
                (f"AWSReservedSSO_{permission_set}x_{suffix}", f"{PATH}eu-west-1/"),
                (f"AWSReservedSSO_x{permission_set}_{suffix}", f"{PATH}eu-west-1/"),
            ]
        )
        return self.role(name, path)

    def role(self, name: str, path: str) -> str:
        iam = self.aws.client("iam")
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=TRUST)
        iam.attach_role_policy(RoleName=name, PolicyArn=FULL_ACCESS)
        return f"{path}{name}"

    def delete(self, role: str) -> None:
        iam, name = self.aws.client("iam"), role.rpartition("/")[2]
        iam.detach_role_policy(RoleName=name, PolicyArn=FULL_ACCESS)
        iam.delete_role(RoleName=name)

    def client(self, service: str, role: str) -> Any:  # noqa: ANN401  # boto3's classes are made at run time
        arn = f"arn:aws:iam::{SCOPE.account_id}:role{role}"
        session = self.aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="ann")["Credentials"]
        return isolated_session().create_client(
            service,
            endpoint_url=self.aws.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
        )

    def reads(self, role: str) -> str:
        dynamodb = self.client("dynamodb", role)
        return outcome(lambda: dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}}))

    def administers(self, role: str, key: str, policy: str) -> bool:
        kms = self.client("kms", role)
        return outcome(lambda: kms.put_key_policy(KeyId=key, Policy=policy)) == "allowed"


@pytest.fixture
def center() -> Iterator[IdentityCenter]:
    with running() as aws:
        yield IdentityCenter(aws, random.Random(13))  # noqa: S311  # no secret


def test_each_new_role_of_a_permission_set_has_access_and_no_lookalike_has(center: IdentityCenter) -> None:
    policy = key_policy(
        settings(key_users=["permission-set/Reader"], key_administrators=["permission-set/Admin"]),
        TABLE,
        CALLER,
    )
    assert isinstance(policy, str)
    key = center.aws.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]
    center.aws.client("dynamodb").create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )

    for _ in range(PROVISIONINGS):
        region = center.chance.choice(["", "eu-west-1", "ap-southeast-2"])
        reader, administrator = center.provision("Reader", region), center.provision("Admin", region)
        lookalikes = center.lookalike("Reader"), center.lookalike("Admin")

        assert center.reads(reader) == "allowed"
        assert center.administers(administrator, key, policy)
        assert [center.reads(one) for one in lookalikes] == [DENIED, DENIED]
        assert not any(center.administers(one, key, policy) for one in (*lookalikes, reader))
        for role in (reader, administrator, *lookalikes):
            center.delete(role)
