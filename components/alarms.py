"""Alarms on calls that endanger a table or its keys, or that change access to them.

In each Region of the table, two EventBridge rules send the calls to the given target, or to a new SNS topic.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

import pulumi
import pulumi_aws as aws

from . import alarm_patterns
from .alarm_settings import Alarms
from .caller import Caller
from .inputs import has_output, when_known
from .key_access import people_of
from .key_policy import ProtectedTable
from .principals import canonical_principals
from .problems import Problem
from .setting_types import region_of
from .settings_error import SettingsError
from .table_settings import TableSettings

KeyArns = Mapping[str, Sequence[pulumi.Input[str]]]
"""The ARNs of a table's keys, by Region."""

_MEANINGS = {
    "losses": "Calls after which items of the table {} may be lost.",
    "access": "Calls of principals other than the deployers that change who has access to the table {}.",
}
_LONGEST_RULE_NAME = 64
_LONGEST_TOPIC_NAME = 256
_LONGEST_KEY_ID = 36


@dataclass(frozen=True)
class TableAlarms:
    """Creates the alarms of one table.

    Attributes:
        name: the component's name; resource names begin with it.
        settings: the table's settings.
        table: the table in its main Region.
        caller: who deploys.
        options: options of all resources.
    """

    name: str
    settings: TableSettings
    table: ProtectedTable
    caller: Caller
    options: pulumi.ResourceOptions

    def make(self, key_arns: KeyArns) -> Mapping[str, pulumi.Input[str]]:
        """Create the rules and topics of all Regions. Return the target of the alarms in each Region."""
        alarms = self.settings.alarms
        if alarms is None:
            return {}
        return {region: self._make_in(region, arns, alarms) for region, arns in key_arns.items()}

    def _make_in(
        self, region: str, key_arns: Sequence[pulumi.Input[str]], alarms: Alarms
    ) -> pulumi.Input[str]:
        is_own = region == self.table.region
        suffix = "" if is_own else f"-{region}"
        place: dict[str, Any] = {"region": self.settings.region if is_own else region, "opts": self.options}
        given = alarms.target_arn if is_own else alarms.replica_target_arns.get(region)
        target = given or self._topic(suffix, region, place)
        patterns = _texts(self.settings, replace(self.table, region=region), self.caller, key_arns)
        for kind, meaning in _MEANINGS.items():
            rule = aws.cloudwatch.EventRule(
                f"{self.name}-{kind}{suffix}",
                name=_name(self.table.name, kind, _LONGEST_RULE_NAME),
                description=meaning.format(self.table.name),
                event_pattern=pulumi.Output.from_input(patterns).apply(itemgetter(kind)),
                tags=self.settings.tags,
                **place,
            )
            aws.cloudwatch.EventTarget(
                f"{self.name}-{kind}-target{suffix}", rule=rule.name, target_id="alarms", arn=target, **place
            )
        return target

    def _topic(self, suffix: str, region: str, place: Mapping[str, Any]) -> pulumi.Output[str]:
        scope = self.table.scope
        name = _name(self.table.name, "alarms", _LONGEST_TOPIC_NAME)
        # EventBridge publishes only if the statement has no condition.
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
        statement = {
            "Sid": "EventBridge",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": f"arn:{scope.partition}:sns:{region}:{scope.account_id}:{name}",
        }
        topic = aws.sns.Topic(
            f"{self.name}-alarms{suffix}",
            name=name,
            policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            tags=self.settings.tags,
            **place,
        )
        return topic.arn


def alarm_problems(settings: TableSettings, table: ProtectedTable, caller: Caller) -> Iterator[Problem]:
    """Problems with the alarm settings that are known now."""
    alarms = settings.alarms
    if alarms is None:
        return
    targets = {("alarms", "targetArn"): (alarms.target_arn, table.region)} | {
        ("alarms", "replicaTargetArns", region): (arn, region)
        for region, arn in alarms.replica_target_arns.items()
    }
    for path, (arn, region) in targets.items():
        if isinstance(arn, str) and region_of(arn) != region:
            yield Problem(
                path,
                f"is in {region_of(arn)}, but the alarms are in {region}; EventBridge only sends to targets "
                "in its own Region.",
            )
    deployers = _deployers(settings, caller)
    if not has_output(deployers):
        scope = table.scope
        id_ = "0" * _LONGEST_KEY_ID
        key_arn = f"arn:{scope.partition}:kms:{table.region}:{scope.account_id}:key/{id_}"
        try:
            _texts(settings, table, caller, [key_arn] * (1 + len(settings.retained_key_versions)))
        except SettingsError as error:
            yield Problem(("alarms",), str(error))


def _texts(
    settings: TableSettings, table: ProtectedTable, caller: Caller, key_arns: Sequence[pulumi.Input[str]]
) -> pulumi.Input[Mapping[str, str]]:
    """The event pattern of each rule."""

    def render(known: Mapping[str, Any]) -> Mapping[str, str]:
        deployers = canonical_principals(known["deployers"], table.scope)
        patterns = {
            "losses": alarm_patterns.losses(table, known["key_arns"]),
            "access": alarm_patterns.access_changes(table, known["key_arns"], deployers),
        }
        try:
            return {kind: alarm_patterns.to_json(pattern) for kind, pattern in patterns.items()}
        except ValueError as error:
            raise SettingsError(str(error)) from None

    return when_known({"deployers": _deployers(settings, caller), "key_arns": key_arns}, render)


def _deployers(settings: TableSettings, caller: Caller) -> Any:  # noqa: ANN401  # an input of principals
    """The deployers of the table; none for an existing key."""
    return people_of(settings, caller).get("deployers", (caller.principal,))


def _name(table: str, kind: str, longest: int) -> str:
    """A valid name for EventBridge and SNS, different for each table."""
    name = f"{table}-{kind}"
    if len(name) <= longest and re.fullmatch(r"[\w-]+", name, re.ASCII):
        return name
    digest = hashlib.sha256(table.encode()).hexdigest()[:8]
    short = re.sub(r"[^\w-]", "-", table, flags=re.ASCII)[: longest - len(kind) - len(digest) - 2]
    return f"{short}-{digest}-{kind}"
