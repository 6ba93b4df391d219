# ruff: noqa: ARG002  # lifecycle methods have the same parameters for every type
"""`aws.kms.KeyPolicy`: the key policy as a separate resource."""

import json
from typing import Any

from local.provider.call import Call
from local.provider.kms import settings
from local.provider.kms.reference import key_id
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties


class KmsKeyPolicy(Lifecycle):
    """A key's policy. Deleting it restores KMS's default policy."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """PutKeyPolicy; the id is the key's."""
        self._put(call, inputs["keyId"], inputs)
        return Created(key_id(inputs["keyId"]))

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """GetKeyPolicy. Deleted if the key is deleted."""
        if settings.describe(call, resource_id) is None:
            return None
        return {
            "keyId": known.get("keyId", resource_id),
            "policy": settings.read_policy(call, resource_id, known.get("policy")),
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """PutKeyPolicy."""
        if "policy" in changed:
            self._put(call, resource_id, new)

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """PutKeyPolicy with the default policy of a key that is created without one."""
        metadata = settings.describe(call, resource_id)
        if metadata is not None and not known.get("bypassPolicyLockoutSafetyCheck"):
            settings.put_policy(call, resource_id, default_policy(metadata["Arn"]), bypass=False)

    def _put(self, call: Call, key: str, inputs: Properties) -> None:
        bypass = inputs.get("bypassPolicyLockoutSafetyCheck", False)
        settings.put_policy(call, key, inputs["policy"], bypass)


def default_policy(key_arn: str) -> str:
    """KMS's default key policy.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    partition, account = key_arn.split(":")[1], key_arn.split(":")[4]
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": [statement]})
