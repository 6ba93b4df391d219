# ruff: noqa: ARG002  # lifecycle methods have the same parameters for every type
"""`aws.dynamodb.ResourcePolicy`: the policy of a table or stream."""

from typing import Any

from botocore.exceptions import ClientError

from local.provider.call import Call
from local.provider.errors import is_code
from local.provider.policy_document import same_policy
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties


class DynamoDbResourcePolicy(Lifecycle):
    """A resource policy; its id is the ARN of the table or stream."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """PutResourcePolicy."""
        revision = self._put(call, inputs["resourceArn"], inputs)
        return Created(inputs["resourceArn"], {"revisionId": revision})

    def complete(self, call: Call, resource_id: str, inputs: Properties) -> None:
        """Wait until DynamoDB shows the policy."""
        call.wait_until("the resource policy to exist", lambda: _get(call, resource_id) is not None)

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """GetResourcePolicy; the program's text if it is equivalent."""
        found = _get(call, resource_id)
        if found is None:
            return None
        policy, wanted = found["Policy"], known.get("policy")
        return {
            "confirmRemoveSelfResourceAccess": known.get("confirmRemoveSelfResourceAccess", False),
            "policy": wanted if same_policy(policy, wanted) else policy,
            "resourceArn": resource_id,
            "revisionId": found.get("RevisionId", ""),
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """PutResourcePolicy."""
        if "policy" in changed:
            self._put(call, resource_id, new)

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """DeleteResourcePolicy."""
        try:
            call.client("dynamodb").delete_resource_policy(ResourceArn=resource_id)
        except ClientError as error:
            if not is_code(error, "ResourceNotFoundException", "PolicyNotFoundException"):
                raise

    def _put(self, call: Call, arn: str, inputs: Properties) -> str:
        dynamodb = call.client("dynamodb")
        confirmed = inputs.get("confirmRemoveSelfResourceAccess")
        more = {} if confirmed is None else {"ConfirmRemoveSelfResourceAccess": confirmed}
        answer = call.after_iam_propagation(
            inputs["policy"],
            lambda: dynamodb.put_resource_policy(ResourceArn=arn, Policy=inputs["policy"], **more),
        )
        return str(answer.get("RevisionId", ""))


def _get(call: Call, arn: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = call.client("dynamodb").get_resource_policy(ResourceArn=arn)
    except ClientError as error:
        if is_code(error, "ResourceNotFoundException", "PolicyNotFoundException"):
            return None
        raise
    return found
