"""SNS resource types, as pulumi-aws 7.51.1 has them.

https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
"""

from local.provider.policy_document import same_policy
from local.provider.rules import json_document, length, matching, name_or_prefix
from local.provider.schema import REGION, TAGS, AutoName, ResourceType, boolean, integer, string
from local.provider.sns.topic import SnsTopic

NAME = matching(r"[0-9A-Za-z_-]+", "letters, digits, `_` and `-`", shortest=1, longest=256)
PROTOCOLS = ("application", "firehose", "http", "lambda", "sqs")
FEEDBACK = {
    f"{protocol}{result}": kind(supported=False)
    for protocol in PROTOCOLS
    for result, kind in (
        ("FailureFeedbackRoleArn", string),
        ("SuccessFeedbackRoleArn", string),
        ("SuccessFeedbackSampleRate", integer),
    )
}

TOPIC = ResourceType(
    type="aws:sns/topic:Topic",
    noun="SNS Topic",
    properties={
        "archivePolicy": string(supported=False),
        "arn": string(output=True),
        "beginningArchiveTime": string(output=True),
        "contentBasedDeduplication": boolean(supported=False),
        "deliveryPolicy": string(supported=False),
        "displayName": string(rule=length(0, 100)),
        "fifoThroughputScope": string(supported=False),
        "fifoTopic": boolean(supported=False),
        "kmsMasterKeyId": string(),
        "maximumMessageSize": integer(supported=False),
        "name": string(computed=True, replaces=True, rule=NAME),
        "namePrefix": string(computed=True, replaces=True),
        "owner": string(output=True),
        "policy": string(computed=True, rule=json_document, same=same_policy),
        "region": REGION,
        "signatureVersion": integer(supported=False),
        "tracingConfig": string(supported=False),
        **FEEDBACK,
        **TAGS,
    },
    lifecycle=SnsTopic(),
    auto_name=AutoName(max_length=256, unless="namePrefix"),
    rules=(name_or_prefix,),
)

TYPES = (TOPIC,)
