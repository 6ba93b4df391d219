"""The settings of a table's alarms."""

from typing import Annotated

from pydantic import AfterValidator, Field

from .regions import REGION
from .setting_types import OrOutput, Region, Settings, matching


def _allows_by_its_own_policy(arn: str) -> str:
    service = arn.split(":")[2]
    if service not in _SERVICES:
        raise ValueError(
            f"{arn!r} is a target in {service}, for which EventBridge needs a role; give the ARN of an SNS "
            "topic, an SQS queue, a Lambda function or a log group"
        )
    if service == "sqs" and arn.endswith(".fifo"):
        raise ValueError(f"{arn!r} is a FIFO queue, which needs a message group; give a standard queue")
    return arn


# Targets whose own resource policy can allow EventBridge.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
_SERVICES = ("sns", "sqs", "lambda", "logs")
AlarmTarget = Annotated[
    str,
    matching(
        rf"arn:aws[a-z-]*:[a-z0-9-]+:{REGION}:\d{{12}}:\S+",
        "the ARN of an SNS topic, an SQS queue, a Lambda function or a log group",
    ),
    AfterValidator(_allows_by_its_own_policy),
    OrOutput,
]


class Alarms(Settings):
    """Where alarms go; `AlarmsArgs` describes each setting."""

    target_arn: AlarmTarget | None = None
    replica_target_arns: dict[Region, AlarmTarget] = Field(default={})
