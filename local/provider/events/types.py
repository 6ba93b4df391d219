"""EventBridge resource types, as pulumi-aws 7.51.1 has them.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
"""

from local.provider.events.rule import EventRule, same_json
from local.provider.events.target import EventTarget
from local.provider.rules import arn, json_document, length, matching, name_or_prefix, one_of
from local.provider.schema import REGION, TAGS, AutoName, ResourceType, boolean, list_of, object_of, string

STATES = ("DISABLED", "ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
NAME = matching(r"[0-9A-Za-z_.-]+", "letters, digits, `_`, `.` and `-`", shortest=1, longest=64)
BUS = string(default="default", replaces=True)
RUN_COMMAND = object_of({"key": string(required=True), "values": list_of(string(), required=True)})
OTHER_TARGETS = (
    "appsyncTarget",
    "batchTarget",
    "deadLetterConfig",
    "ecsTarget",
    "httpTarget",
    "inputTransformer",
    "kinesisTarget",
    "redshiftTarget",
    "retryPolicy",
    "sagemakerPipelineTarget",
    "sqsTarget",
)

RULE = ResourceType(
    type="aws:cloudwatch/eventRule:EventRule",
    noun="EventBridge Rule",
    properties={
        "arn": string(output=True),
        "description": string(rule=length(0, 512)),
        "eventBusName": BUS,
        "eventPattern": string(rule=json_document, same=same_json),
        "forceDestroy": boolean(default=False),
        "isEnabled": boolean(computed=True, supported=False),
        "name": string(computed=True, replaces=True, rule=NAME),
        "namePrefix": string(computed=True, replaces=True),
        "region": REGION,
        "roleArn": string(rule=arn),
        "scheduleExpression": string(supported=False),
        "state": string(default="ENABLED", rule=one_of(STATES)),
        **TAGS,
    },
    lifecycle=EventRule(),
    auto_name=AutoName(max_length=64, unless="namePrefix"),
    rules=(name_or_prefix,),
)

TARGET = ResourceType(
    type="aws:cloudwatch/eventTarget:EventTarget",
    noun="EventBridge Target",
    properties={
        "arn": string(required=True, rule=arn),
        "eventBusName": BUS,
        "forceDestroy": boolean(default=False),
        "input": string(),
        "inputPath": string(),
        "region": REGION,
        "roleArn": string(rule=arn),
        "rule": string(required=True, replaces=True, rule=NAME),
        "runCommandTargets": list_of(RUN_COMMAND, supported=False),
        "targetId": string(computed=True, replaces=True, rule=NAME),
        **{name: object_of({}, supported=False) for name in OTHER_TARGETS},
    },
    lifecycle=EventTarget(),
)

TYPES = (RULE, TARGET)
