"""`aws.kms.Key`."""

from typing import Any

from local.provider.call import Call
from local.provider.errors import ProviderError
from local.provider.kms import settings
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties


class KmsKey(Lifecycle):
    """A key; deleting it schedules its deletion."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """CreateKey with its policy, so that the key never has another one."""
        request = settings.given(inputs) | {
            "CustomerMasterKeySpec": inputs["customerMasterKeySpec"],
            "KeyUsage": inputs["keyUsage"],
            **({"MultiRegion": True} if inputs.get("multiRegion") else {}),
        }
        kms = call.client("kms")
        made = call.after_iam_propagation(inputs.get("policy"), lambda: kms.create_key(**request))
        metadata = made["KeyMetadata"]
        return Created(metadata["KeyId"], {"arn": metadata["Arn"], "keyId": metadata["KeyId"]})

    def complete(self, call: Call, resource_id: str, inputs: Properties) -> None:
        """Set rotation, then disable the key if the inputs say so: most changes need an enabled key."""
        if inputs["enableKeyRotation"]:
            settings.set_rotation(call, resource_id, inputs)
        if not inputs["isEnabled"]:
            settings.set_enabled(call, resource_id, False)

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """DescribeKey and the other read operations. A key pending deletion counts as deleted."""
        metadata = settings.describe(call, resource_id)
        if metadata is None:
            return None
        configuration = metadata.get("MultiRegionConfiguration") or {"MultiRegionKeyType": "PRIMARY"}
        if configuration["MultiRegionKeyType"] != "PRIMARY":
            raise ProviderError(f"reading KMS Key ({resource_id}): it is no multi-Region primary key")
        return {
            "arn": metadata["Arn"],
            "keyId": metadata["KeyId"],
            "customerMasterKeySpec": metadata.get("KeySpec", "SYMMETRIC_DEFAULT"),
            "description": metadata.get("Description", ""),
            "isEnabled": metadata["Enabled"],
            "keyUsage": metadata["KeyUsage"],
            "multiRegion": metadata.get("MultiRegion", False),
            "policy": settings.read_policy(call, resource_id, known.get("policy")),
            **settings.read_rotation(call, resource_id, metadata),
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
        if "isEnabled" in changed and new["isEnabled"]:
            settings.set_enabled(call, resource_id, True)
        is_other_period = new["enableKeyRotation"] and "rotationPeriodInDays" in changed
        if "enableKeyRotation" in changed or is_other_period:
            settings.set_rotation(call, resource_id, new)
        settings.update_common(call, resource_id, new, changed)
        if "isEnabled" in changed and not new["isEnabled"]:
            settings.set_enabled(call, resource_id, False)

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """ScheduleKeyDeletion."""
        settings.schedule_deletion(call, resource_id, known.get("deletionWindowInDays"))
