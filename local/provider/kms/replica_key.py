"""`aws.kms.ReplicaKey`: a multi-Region key in another Region."""

from typing import Any

from local.provider.call import Call
from local.provider.errors import ProviderError
from local.provider.kms import settings
from local.provider.kms.reference import key_id
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties


class KmsReplicaKey(Lifecycle):
    """A replica of a multi-Region primary key; it has its own policy, description and tags."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """ReplicateKey, in the primary key's Region."""
        request = settings.given(inputs) | {
            "KeyId": key_id(inputs["primaryKeyArn"]),
            "ReplicaRegion": call.region,
        }
        kms = call.client("kms", primary_region(inputs["primaryKeyArn"]))
        made = call.after_iam_propagation(inputs.get("policy"), lambda: kms.replicate_key(**request))[
            "ReplicaKeyMetadata"
        ]
        return Created(made["KeyId"], {"arn": made["Arn"], "keyId": made["KeyId"]})

    def complete(self, call: Call, resource_id: str, inputs: Properties) -> None:
        """Wait until KMS has created the replica. Disable it if the inputs say so."""
        call.wait_until("the replica key to be created", lambda: _is_made(call, resource_id))
        if not inputs["enabled"]:
            settings.set_enabled(call, resource_id, False)

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """DescribeKey in the replica's Region."""
        metadata = settings.describe(call, resource_id)
        if metadata is None:
            return None
        configuration = metadata.get("MultiRegionConfiguration") or {}
        if configuration.get("MultiRegionKeyType") != "REPLICA":
            raise ProviderError(
                f"reading KMS Replica Key ({resource_id}): it is not a multi-Region replica key"
            )
        rotation = settings.read_rotation(call, resource_id, metadata)
        return {
            "arn": metadata["Arn"],
            "keyId": metadata["KeyId"],
            "description": metadata.get("Description", ""),
            "enabled": metadata["Enabled"],
            "keyRotationEnabled": rotation["enableKeyRotation"],
            "keySpec": metadata.get("KeySpec", "SYMMETRIC_DEFAULT"),
            "keyUsage": metadata["KeyUsage"],
            "policy": settings.read_policy(call, resource_id, known.get("policy")),
            "primaryKeyArn": configuration["PrimaryKey"]["Arn"],
            **settings.read_tags(call, resource_id),
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """Tags first, as the official plugin; then enable first and disable last, because changes need an
        enabled key.
        """
        if "tags" in changed:
            settings.change_tags(call, resource_id, old, new)
        if "enabled" in changed and new["enabled"]:
            settings.set_enabled(call, resource_id, True)
        settings.update_common(call, resource_id, new, changed)
        if "enabled" in changed and not new["enabled"]:
            settings.set_enabled(call, resource_id, False)

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """ScheduleKeyDeletion of this replica; the primary key stays."""
        settings.schedule_deletion(call, resource_id, known.get("deletionWindowInDays"))


def primary_region(arn: str) -> str:
    """The Region in an ARN."""
    return arn.split(":")[3]


def _is_made(call: Call, key: str) -> bool:
    metadata = settings.describe(call, key)
    return metadata is not None and metadata["KeyState"] in ("Enabled", "Disabled")
