"""CloudTrail's event history of IAM, Application Auto Scaling, EventBridge and SNS."""

from typing import Any

from local.process import LocalAws
from tests.local.event_patterns import Event, events


def _events(aws: LocalAws, service: str) -> list[Event]:
    return [*events(aws, "EventSource", f"{service}.amazonaws.com")][::-1]


def _since(aws: LocalAws, service: str, before: int) -> list[tuple[str, Any]]:
    later = _events(aws, service)[before:]
    return [(event["eventName"], event["requestParameters"]) for event in later]


def test_changes_in_iam_are_recorded_with_their_parameters_but_no_password(aws: LocalAws) -> None:
    iam, before = aws.client("iam"), len(_events(aws, "iam"))

    iam.create_user(UserName="recorded", Tags=[{"Key": "team", "Value": "orders"}])
    iam.create_login_profile(UserName="recorded", Password="Secret-1-Secret")
    iam.get_user(UserName="recorded")
    iam.untag_user(UserName="recorded", TagKeys=["team"])

    assert _since(aws, "iam", before) == [
        ("CreateUser", {"userName": "recorded", "tags": [{"key": "team", "value": "orders"}]}),
        ("CreateLoginProfile", {"userName": "recorded"}),
        ("UntagUser", {"userName": "recorded", "tagKeys": ["team"]}),
    ]


def test_changes_of_rules_and_topics_are_recorded(aws: LocalAws) -> None:
    before = {service: len(_events(aws, service)) for service in ("events", "sns")}

    pattern = '{"source": ["aws.kms"]}'
    aws.client("events").put_rule(Name="recorded", EventPattern=pattern)
    aws.client("sns").create_topic(Name="recorded", Attributes={"DisplayName": "Recorded"})

    assert _since(aws, "events", before["events"]) == [
        ("PutRule", {"name": "recorded", "eventPattern": pattern})
    ]
    assert _since(aws, "sns", before["sns"]) == [
        ("CreateTopic", {"name": "recorded", "attributes": {"displayName": "Recorded"}})
    ]


def test_scaling_is_recorded(aws: LocalAws) -> None:
    aws.client("dynamodb").create_table(
        TableName="recorded",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    )
    before = len(_events(aws, "application-autoscaling"))
    target = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/recorded",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
    }

    aws.client("application-autoscaling").register_scalable_target(**target, MinCapacity=1, MaxCapacity=2)

    ((name, request),) = _since(aws, "application-autoscaling", before)
    assert (name, request["resourceId"], request["maxCapacity"]) == (
        "RegisterScalableTarget",
        "table/recorded",
        2,
    )
