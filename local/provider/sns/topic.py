# ruff: noqa: ARG002  # a lifecycle's methods have the same parameters for every type
"""`aws.sns.Topic`: a standard topic, its policy and its tags."""

import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from local.provider import tags
from local.provider.call import IAM_PROPAGATION_SECONDS, Call
from local.provider.errors import is_code
from local.provider.policy_document import same_policy
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties

ATTRIBUTES = {"displayName": "DisplayName", "kmsMasterKeyId": "KmsMasterKeyId", "policy": "Policy"}
RATES = {
    f"{protocol.lower()}SuccessFeedbackSampleRate": f"{protocol}SuccessFeedbackSampleRate"
    for protocol in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
}
NOT_GIVEN = {
    **dict.fromkeys((*RATES, "signatureVersion"), 0),
    "contentBasedDeduplication": False,
    "fifoTopic": False,
}
"""Outputs for what this provider does not support."""


class SnsTopic(Lifecycle):
    """A topic; its id is its ARN."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """CreateTopic, which returns a topic of that name if there is one."""
        name = inputs.get("name") or f"{inputs['namePrefix']}{secrets.token_hex(13)}"
        labels = {"Tags": tags.to_list(inputs["tags"])} if inputs.get("tags") else {}
        answer = call.client("sns").create_topic(Name=name, **labels)
        return Created(answer["TopicArn"])

    def complete(self, call: Call, resource_id: str, inputs: Properties) -> None:
        """SetTopicAttributes for each attribute, and as in the official plugin, rates of 0."""
        given = {theirs: inputs[ours] for ours, theirs in ATTRIBUTES.items() if inputs.get(ours)}
        self._set(call, resource_id, {**dict.fromkeys(RATES.values(), "0"), **given})

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """GetTopicAttributes and ListTagsForResource."""
        sns = call.client("sns")
        try:
            found = sns.get_topic_attributes(TopicArn=resource_id)["Attributes"]
        except ClientError as error:
            if is_code(error, "NotFound", "NotFoundException"):
                return None
            raise
        wanted = known.get("policy")
        return {
            **NOT_GIVEN,
            "arn": resource_id,
            "name": resource_id.rpartition(":")[2],
            "namePrefix": known.get("namePrefix", ""),
            "owner": found["Owner"],
            **{ours: found.get(theirs) or None for ours, theirs in ATTRIBUTES.items()},
            "policy": wanted if same_policy(found["Policy"], wanted) else found["Policy"],
            **tags.from_list(sns.list_tags_for_resource(ResourceArn=resource_id)["Tags"]),
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """Tags, then SetTopicAttributes for each attribute."""
        if "tags" in changed:
            sns, change = call.client("sns"), tags.change(old, new)
            if change.remove:
                sns.untag_resource(ResourceArn=resource_id, TagKeys=change.remove)
            if change.set:
                sns.tag_resource(ResourceArn=resource_id, Tags=tags.to_list(change.set))
        self._set(call, resource_id, {ATTRIBUTES[n]: new.get(n, "") for n in changed & ATTRIBUTES.keys()})

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """DeleteTopic, which succeeds if the topic no longer exists."""
        call.client("sns").delete_topic(TopicArn=resource_id)

    def _set(self, call: Call, topic: str, attributes: Mapping[str, str]) -> None:
        """Retried while SNS does not yet know a new principal in the policy."""
        for name, value in sorted(attributes.items()):
            change = partial(
                call.client("sns").set_topic_attributes,
                TopicArn=topic,
                AttributeName=name,
                AttributeValue=value,
            )
            call.retry_while(
                lambda error: is_code(error, "InvalidParameter"), change, IAM_PROPAGATION_SECONDS
            )
