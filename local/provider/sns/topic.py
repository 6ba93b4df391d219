# ruff: noqa: ARG002  # a lifecycle's methods have the same parameters for every type
"""`aws.sns.Topic`: a standard topic, its policy and its tags."""

import secrets
from typing import Any

from botocore.exceptions import ClientError

from local.provider import tags
from local.provider.call import Call
from local.provider.errors import is_code
from local.provider.policy_document import same_policy
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties

ATTRIBUTES = {"displayName": "DisplayName", "kmsMasterKeyId": "KmsMasterKeyId", "policy": "Policy"}


class SnsTopic(Lifecycle):
    """A topic; its id is its ARN."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """CreateTopic, which returns a topic of that name if there is one."""
        name = inputs.get("name") or f"{inputs['namePrefix']}{secrets.token_hex(13)}"
        given = {theirs: inputs[ours] for ours, theirs in ATTRIBUTES.items() if inputs.get(ours)}
        answer = call.client("sns").create_topic(
            Name=name, Attributes=given, Tags=tags.to_list(inputs.get("tags"))
        )
        return Created(answer["TopicArn"])

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
        """SetTopicAttributes for each attribute; tags have separate requests."""
        sns = call.client("sns")
        for ours in sorted(changed & ATTRIBUTES.keys()):
            sns.set_topic_attributes(
                TopicArn=resource_id, AttributeName=ATTRIBUTES[ours], AttributeValue=new.get(ours, "")
            )
        if "tags" in changed:
            change = tags.change(old, new)
            if change.remove:
                sns.untag_resource(ResourceArn=resource_id, TagKeys=change.remove)
            if change.set:
                sns.tag_resource(ResourceArn=resource_id, Tags=tags.to_list(change.set))

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """DeleteTopic, which succeeds if the topic no longer exists."""
        call.client("sns").delete_topic(TopicArn=resource_id)
