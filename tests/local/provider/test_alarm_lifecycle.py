"""EventBridge rules and targets, and SNS topics, against the local AWS."""

import json
from collections.abc import Callable

import pytest

from local.process import LocalAws
from tests.local.provider.protocol import Plugin, Resource

RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
TOPIC = "aws:sns/topic:Topic"
PATTERN = json.dumps({"source": ["aws.kms"]})

Unique = Callable[[str], str]


@pytest.fixture
def topic(plugin: Plugin, unique: Unique) -> Resource:
    return plugin.create(TOPIC, {"name": unique("topic"), "tags": {"team": "orders"}})


@pytest.fixture
def rule(plugin: Plugin, unique: Unique) -> Resource:
    inputs = {"name": unique("rule"), "eventPattern": PATTERN, "tags": {"team": "orders"}}
    return plugin.create(RULE, inputs)


def test_a_topic_is_created_changed_imported_and_deleted(
    plugin: Plugin, aws: LocalAws, topic: Resource
) -> None:
    publish = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish"}
    policy = {"Version": "2012-10-17", "Statement": [{**publish, "Resource": topic.id}]}
    wanted = {"name": topic.state["name"], "displayName": "Alarms", "policy": json.dumps(policy)}
    changed = plugin.update(topic, {**wanted, "tags": {"team": "sales"}})
    attributes = aws.client("sns").get_topic_attributes(TopicArn=topic.id)["Attributes"]

    assert attributes["DisplayName"] == "Alarms"
    assert json.loads(attributes["Policy"]) == policy
    assert changed.state["tags"] == {"team": "sales"}
    assert plugin.refresh(changed) == changed
    imported = plugin.import_(TOPIC, topic.id)
    assert imported
    assert list(plugin.diff(imported, changed.inputs).diffs) == []
    plugin.delete(changed)
    assert plugin.refresh(changed) is None


def test_a_topic_that_exists_is_taken_over_with_the_programs_attributes(
    plugin: Plugin, aws: LocalAws, unique: Unique
) -> None:
    """CreateTopic returns it; the attributes are set afterwards, as by the official plugin."""
    name = unique("existing")
    arn = aws.client("sns").create_topic(Name=name, Attributes={"DisplayName": "Old"})["TopicArn"]

    topic = plugin.create(TOPIC, {"name": name, "displayName": "New"})

    assert topic.id == arn
    assert aws.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"] == "New"


def test_a_rule_is_created_changed_imported_and_deleted(
    plugin: Plugin, aws: LocalAws, rule: Resource
) -> None:
    pattern = json.dumps({"source": ["aws.dynamodb"]})
    wanted = {"name": rule.state["name"], "eventPattern": pattern, "description": "Alarms"}
    changed = plugin.update(rule, {**wanted, "tags": {"team": "sales"}})
    found = aws.client("events").describe_rule(Name=rule.id)

    assert (found["EventPattern"], found["Description"], found["State"]) == (pattern, "Alarms", "ENABLED")
    assert changed.state["tags"] == {"team": "sales"}
    assert plugin.refresh(changed) == changed
    imported = plugin.import_(RULE, rule.id)
    assert imported
    assert list(plugin.diff(imported, changed.inputs).diffs) == []
    plugin.delete(changed)
    assert plugin.refresh(changed) is None


def test_a_pattern_in_another_format_is_no_change(plugin: Plugin, rule: Resource) -> None:
    spaced = json.dumps(json.loads(PATTERN), indent=2)

    assert list(plugin.diff(rule, {**rule.inputs, "eventPattern": spaced}).diffs) == []


def test_a_target_is_created_changed_imported_and_deleted(
    plugin: Plugin, aws: LocalAws, rule: Resource, topic: Resource
) -> None:
    target = plugin.create(TARGET, {"rule": rule.id, "arn": topic.id, "targetId": "alarms"})
    changed = plugin.update(
        target, {"rule": rule.id, "arn": topic.id, "targetId": "alarms", "inputPath": "$.detail"}
    )
    found = aws.client("events").list_targets_by_rule(Rule=rule.id)["Targets"]

    assert found == [{"Id": "alarms", "Arn": topic.id, "InputPath": "$.detail"}]
    assert plugin.refresh(changed) == changed
    imported = plugin.import_(TARGET, f"{rule.id}/alarms")
    assert imported
    assert list(plugin.diff(imported, changed.inputs).diffs) == []
    plugin.delete(changed)
    assert plugin.refresh(changed) is None
