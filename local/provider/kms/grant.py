"""`aws.kms.Grant`."""

from typing import Any

from botocore.exceptions import ClientError

from local.provider.call import Call
from local.provider.errors import ProviderError, is_code
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties

CONSTRAINTS = {
    "encryptionContextEquals": "EncryptionContextEquals",
    "encryptionContextSubset": "EncryptionContextSubset",
}


class KmsGrant(Lifecycle):
    """A grant; its id is `<key id>:<grant id>`."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """CreateGrant."""
        request = {
            "KeyId": inputs["keyId"],
            "GranteePrincipal": inputs["granteePrincipal"],
            "Operations": inputs["operations"],
            "Name": inputs.get("name"),
            "RetiringPrincipal": inputs.get("retiringPrincipal"),
            "GrantTokens": inputs.get("grantCreationTokens"),
            "Constraints": _constraints(inputs),
        }
        kms = call.client("kms")
        given = {name: value for name, value in request.items() if value}
        made = call.retry_while(
            _names_new_principal,
            lambda: kms.create_grant(**given),
            call.timeout if call.custom_timeout else 180.0,
            f"waiting for IAM: {inputs['granteePrincipal']} must exist",
        )
        outputs = {"grantId": made["GrantId"], "grantToken": made["GrantToken"]}
        return Created(f"{inputs['keyId']}:{made['GrantId']}", outputs)

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The grant in ListGrants. AWS does not return its token and its creation tokens again."""
        key, grant_id = split(resource_id)
        grant = _find(call, key, grant_id)
        if grant is None:
            return None
        constraints = grant.get("Constraints") or {}
        observed = {
            ours: constraints[theirs] for ours, theirs in CONSTRAINTS.items() if constraints.get(theirs)
        }
        return {
            "keyId": known.get("keyId", key),
            "grantId": grant_id,
            "granteePrincipal": grant["GranteePrincipal"],
            "operations": grant["Operations"],
            "name": grant.get("Name") or None,
            "retiringPrincipal": grant.get("RetiringPrincipal"),
            "constraints": [observed] if observed else None,
        }

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """RevokeGrant, or RetireGrant if the program requests it; wait until the grant is gone."""
        kms = call.client("kms")
        key, grant_id = split(resource_id)
        request = kms.retire_grant if known.get("retireOnDelete") else kms.revoke_grant
        try:
            request(KeyId=key, GrantId=grant_id)
        except ClientError as error:
            if not is_code(error, "NotFoundException"):
                raise
        call.wait_until("the grant to be gone", lambda: _find(call, key, grant_id) is None)


def split(resource_id: str) -> tuple[str, str]:
    """Split a grant's id into the key and the grant id.

    Raises:
        ProviderError: it is not `<key id or ARN>:<grant id>`.
    """
    key, _, grant_id = resource_id.rpartition(":")
    if not key or not grant_id:
        raise ProviderError(f"the id of a KMS Grant is `<key id>:<grant id>`, got {resource_id!r}")
    return key, grant_id


def _find(call: Call, key: str, grant_id: str) -> dict[str, Any] | None:
    try:
        pages = call.client("kms").get_paginator("list_grants").paginate(KeyId=key)
        grants = [grant for page in pages for grant in page["Grants"]]
    except ClientError as error:
        if is_code(error, "NotFoundException"):
            return None
        raise
    return next((grant for grant in grants if grant["GrantId"] == grant_id), None)


def _constraints(inputs: Properties) -> dict[str, Any]:
    """The constraints. Like the official plugin, this sends the kind that is not given too, empty."""
    given = inputs.get("constraints") or []
    merged = {
        theirs: {name: text for one in given for name, text in (one.get(ours) or {}).items()}
        for ours, theirs in CONSTRAINTS.items()
    }
    return merged if given else {}


def _names_new_principal(error: ClientError) -> bool:
    """Whether KMS does not know the grantee, which may be new."""
    return is_code(error, "DependencyTimeoutException", "InvalidArnException", "KMSInternalException")
