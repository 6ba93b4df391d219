"""The settings of a table's alarms."""

from typing import Annotated

from pydantic import AfterValidator, Field

from .setting_types import OrOutput, Region, Settings, matching


def _allows_by_its_own_policy(arn: str) -> str:
    service = arn.split(":")[2]
    if service not in _SERVICES:
        raise ValueError(
            f"{arn!r} is a target in {service}, for which EventBridge needs a role; give the ARN of an SNS "
            "topic, an SQS queue, a Lambda function or a log group"
        )
    return arn


# Targets whose own resource policy can allow EventBridge.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
_SERVICES = ("sns", "sqs", "lambda", "logs")
AlarmTarget = Annotated[
    str,
    matching(
        r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z]{2,}(-[a-z]+)+-\d+:\d{12}:\S+",
        "the ARN of an SNS topic, an SQS queue, a Lambda function or a log group",
    ),
    AfterValidator(_allows_by_its_own_policy),
    OrOutput,
]


class Alarms(Settings):
    """Where alarms go; `AlarmsArgs` describes each setting."""

    target_arn: AlarmTarget | None = None
    replica_target_arns: dict[Region, AlarmTarget] = Field(default={})
