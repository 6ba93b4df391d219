"""Where alarms go, and whose calls raise them: with mocks, and with the calls that the local AWS records."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from components import EncryptedTable, SettingsError
from components.alarm_patterns import access_changes, to_json
from components.alarm_settings import Alarms
from components.key_policy import ProtectedTable
from components.principals import Scope
from components.table_settings import TableSettings
from local.process import Credentials, LocalAws, isolated_session, running
from tests.components.recorder import Registration, register
from tests.documents import DOCS, blocks
from tests.local.emulator.resources import make_key, make_table
from tests.local.event_patterns import matching, recorded

ACCOUNT = "111122223333"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}],
    }
)
RULE, TARGET, TOPIC = (
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:sns/topic:Topic",
)


def registered(name: str = "orders", **settings: Any) -> list[Registration]:  # noqa: ANN401  # any settings
    args: Any = {"partition_key": {"name": "id"}, **settings}
    return list(register(lambda: EncryptedTable(name, args)).values())


def test_the_page_lists_the_calls_of_each_rule_and_its_program_runs() -> None:
    (program,) = blocks("alarms.md", "python")
    rows = re.findall(r"^\| `orders-(\w+)` \| .* \| (.*) \|$", (DOCS / "alarms.md").read_text(), re.MULTILINE)
    made = register(lambda: exec(program, {}))  # noqa: S102  # the document's own code

    for kind, calls in rows:
        (rule,) = (
            one for one in of_type(RULE, list(made.values())) if one.inputs["name"] == f"orders-{kind}"
        )
        patterns = json.loads(rule.inputs["eventPattern"])["detail"]["$or"]
        names = {name for pattern in patterns for name in pattern["eventName"]}
        assert set(re.findall(r"`([A-Z]\w+)`", calls)) == names
    assert [kind for kind, _ in rows] == ["losses", "access"]
    assert made["security"].inputs["topic"] == f"arn:aws:sns:eu-west-1:{ACCOUNT}:orders-alarms"


def test_the_pages_configs_are_valid() -> None:
    whole, part = blocks("alarms.md", "yaml")
    (tables,) = (value for value in yaml.safe_load(whole)["config"].values())
    table = {**tables["orders"], **yaml.safe_load(part), "replicaRegions": ["eu-west-2"]}

    assert TableSettings.model_validate(tables["orders"]).alarms == Alarms()
    assert TableSettings.model_validate(table).alarms == Alarms.model_validate(yaml.safe_load(part)["alarms"])


def of_type(kind: str, registrations: list[Registration]) -> list[Registration]:
    return [one for one in registrations if one.type == kind]


def test_alarms_are_off_by_default() -> None:
    made = registered()

    assert [of_type(kind, made) for kind in (RULE, TARGET, TOPIC)] == [[], [], []]


def test_each_region_has_rules_for_its_keys_and_a_topic_that_allows_eventbridge() -> None:
    made = registered(alarms={}, replica_regions=["eu-west-2"], key_version=2, retained_key_versions=[1])
    rules = of_type(RULE, made)

    assert len(rules) == 4
    for rule in rules:
        region = rule.inputs.get("region", "eu-west-1")
        suffix = "-eu-west-2" if region == "eu-west-2" else ""
        keys = [f"arn:aws:kms:{region}:{ACCOUNT}:key/orders-key{n}{suffix}" for n in ("", "-2")]
        of_keys = json.loads(rule.inputs["eventPattern"])["detail"]["$or"][0]
        assert of_keys["resources"]["ARN"] == sorted(keys)
    for topic in of_type(TOPIC, made):
        (statement,) = json.loads(topic.inputs["policy"])["Statement"]
        region = topic.inputs.get("region", "eu-west-1")
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}
        assert statement["Resource"] == f"arn:aws:sns:{region}:{ACCOUNT}:orders-alarms"
        assert "Condition" not in statement  # EventBridge would not be let in
    sent = {(t.inputs["rule"], t.inputs.get("region"), t.inputs["arn"]) for t in of_type(TARGET, made)}
    assert sent == {
        (f"orders-{kind}", region, f"arn:aws:sns:{region or 'eu-west-1'}:{ACCOUNT}:orders-alarms")
        for kind in ("access", "losses")
        for region in (None, "eu-west-2")
    }


def test_given_targets_are_used_in_their_regions() -> None:
    queue, other = (f"arn:aws:sqs:{region}:{ACCOUNT}:alarms" for region in ("eu-west-1", "eu-west-2"))
    alarms = {"target_arn": queue, "replica_target_arns": {"eu-west-2": other}}
    made = registered(alarms=alarms, replica_regions=["eu-west-2"])

    assert of_type(TOPIC, made) == []
    assert {t.inputs["arn"] for t in of_type(TARGET, made)} == {queue, other}


def test_an_existing_key_gets_alarms_too() -> None:
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d"
    made = registered(alarms={}, key_arn=key)

    assert all(key in rule.inputs["eventPattern"] for rule in of_type(RULE, made))
    assert len(of_type(RULE, made)) == 2


@pytest.mark.parametrize("table", ["a.b", "a" * 70, "a-b"])
def test_rules_and_topics_have_names_that_aws_accepts(table: str) -> None:
    made = registered(table_name=table, key_alias="orders", alarms={})

    assert all(len(rule.inputs["name"]) <= 64 for rule in of_type(RULE, made))
    assert len({rule.inputs["name"] for rule in of_type(RULE, made)}) == 2
    (topic,) = of_type(TOPIC, made)
    assert "." not in topic.inputs["name"]
    assert topic.inputs["name"] in topic.inputs["policy"]


def test_tables_whose_names_differ_only_by_a_dot_have_separate_topics() -> None:
    names = {
        of_type(TOPIC, registered(table_name=name, alarms={}))[0].inputs["name"] for name in ("a.b", "a-b")
    }

    assert len(names) == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"alarms": True}, "alarms: should be a map"),
        ({"alarms": {"target": "x"}}, "did you mean targetArn?"),
        ({"alarms": {"target_arn": "alarms"}}, "'alarms' is not the ARN of an SNS topic"),
        (
            {"alarms": {"target_arn": f"arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:x"}},
            "for which EventBridge needs a role",
        ),
        (
            {"alarms": {"target_arn": f"arn:aws:sns:eu-west-2:{ACCOUNT}:alarms"}},
            "alarms.targetArn: is in eu-west-2, but the alarms are in eu-west-1",
        ),
        (
            {
                "alarms": {"target_arn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:a"},
                "replica_regions": ["eu-west-2"],
            },
            "replicaTargetArns must have one for eu-west-2",
        ),
        (
            {"alarms": {"replica_target_arns": {"eu-west-2": f"arn:aws:sns:eu-west-2:{ACCOUNT}:a"}}},
            "there is no replica there, or no targetArn",
        ),
        (
            {"alarms": {}, "deployers": [f"role/{number:060}" for number in range(20)]},
            "EventBridge accepts at most 2,048. Name fewer deployers",
        ),
    ],
)
def test_a_mistake_is_reported_before_anything_is_registered(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError) as raised:
        registered(**settings)

    assert message in str(raised.value)


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with running() as local_aws:
        yield local_aws


def session_of(aws: LocalAws, role_path: str) -> Any:  # noqa: ANN401  # a boto3 client
    """KMS as a session of a new role that may do anything."""
    iam = aws.client("iam")
    path, _, name = role_path.rpartition("/")
    arn = iam.create_role(RoleName=name, Path=f"/{path}/" if path else "/", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    assumed = aws.client("sts").assume_role(RoleArn=arn["Role"]["Arn"], RoleSessionName="session")
    key = assumed["Credentials"]
    return isolated_session().create_client(
        "kms",
        endpoint_url=aws.endpoint_url,
        region_name=aws.region,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        aws_session_token=key["SessionToken"],
    )


SSO = "aws-reserved/sso.amazonaws.com"
HEX = "0123456789abcdef"
DEPLOYERS = ["role/ci/deploy", "user/owner", "permission-set/Admin"]
IGNORED = (
    "ci/deploy",
    f"{SSO}/AWSReservedSSO_Admin_{HEX}",
    f"{SSO}/eu-west-1/AWSReservedSSO_Admin_{HEX[::-1]}",
    "aws-service-role/replication.dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBReplication",
)
OTHERS = (
    "deploy2",
    "other/deployer",
    f"{SSO}/AWSReservedSSO_Admin_x_{HEX[:14]}00",
    f"{SSO}/eu-west-1/AWSReservedSSO_Admin_x_{HEX[:14]}11",
    f"{SSO}/AWSReservedSSO_Administrator_{HEX[:14]}22",
    f"elsewhere/AWSReservedSSO_Admin_{HEX[:14]}33",
)


def test_deployers_and_service_linked_roles_raise_no_alarm_and_lookalikes_do(aws: LocalAws) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    user = aws.client("iam").create_user(UserName="other")["User"]["Arn"]
    aws.client("iam").attach_user_policy(
        UserName="other", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    made = aws.client("iam").create_access_key(UserName="other")["AccessKey"]
    as_user = aws.client("kms", Credentials(made["AccessKeyId"], made["SecretAccessKey"]))
    callers = [aws.client("kms"), as_user, *(session_of(aws, role) for role in (*IGNORED, *OTHERS))]
    for kms in callers:
        kms.create_grant(KeyId=key, GranteePrincipal=user, Operations=["Decrypt"])
    table = ProtectedTable("orders", aws.region, Scope("aws", ACCOUNT))
    deployers = [f"arn:aws:iam::{ACCOUNT}:{one}" for one in DEPLOYERS]

    pattern = to_json(access_changes(table, [key], deployers))
    found = list(matching(aws, pattern, recorded(aws, ["CreateGrant"])))

    roles = [
        e["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"]
        for e in found
        if "sessionContext" in e["userIdentity"]
    ]
    assert sorted(roles) == sorted(f"arn:aws:iam::{ACCOUNT}:role/{role}" for role in OTHERS)
    assert [e["userIdentity"]["arn"] for e in found if "sessionContext" not in e["userIdentity"]] == [user]


def test_a_change_of_the_keys_of_a_table_with_replicas_raises_an_alarm(aws: LocalAws) -> None:
    before, after = make_key(aws), make_key(aws)
    there, there_after = (make_key(aws, region="eu-west-1") for _ in range(2))
    name, dynamodb = make_table(aws, before), aws.client("dynamodb")
    for action, here, away in (("Create", None, there), ("Update", after, there_after)):
        keys = {"us-east-1": here, "eu-west-1": away}
        updates = [
            {action: {"RegionName": region, "KMSMasterKeyId": key}} for region, key in keys.items() if key
        ]
        dynamodb.update_table(TableName=name, ReplicaUpdates=updates)
    table = ProtectedTable(name, aws.region, Scope("aws", ACCOUNT))

    pattern = to_json(access_changes(table, [before, after], [f"arn:aws:iam::{ACCOUNT}:user/somebody"]))
    found = list(matching(aws, pattern, recorded(aws, ["UpdateTable"])))

    (updates,) = (event["requestParameters"]["replicaUpdates"] for event in found)
    assert {one["update"]["kMSMasterKeyId"] for one in updates} == {after, there_after}
