# ruff: noqa: ARG002  # lifecycle methods have the same parameters for every type
"""`aws.iam.AccessKey`."""

import base64
import hmac
from typing import Any

from local.provider.call import Call
from local.provider.errors import ProviderError
from local.provider.iam import requests
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties

SES_VERSION = b"\x04"


class IamAccessKey(Lifecycle):
    """An access key; its id is the access key id. AWS returns the secret only once."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """CreateAccessKey."""
        made = call.client("iam").create_access_key(UserName=inputs["user"])["AccessKey"]
        secret = made["SecretAccessKey"]
        outputs = {
            "secret": secret,
            "sesSmtpPasswordV4": ses_smtp_password(secret, call.session.region),
            "createDate": made["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return Created(made["AccessKeyId"], outputs)

    def complete(self, call: Call, resource_id: str, inputs: Properties) -> None:
        """Make it inactive if the inputs say so."""
        if inputs["status"] != "Active":
            self._set_status(call, resource_id, inputs)

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """ListAccessKeys of the user. If the user is not known, of the user that GetAccessKeyLastUsed
        returns.
        """
        user = known.get("user") or _user_of(call, resource_id)
        arguments = {"UserName": user}
        answer = requests.or_none(
            lambda: {"keys": requests.pages(call, "list_access_keys", "AccessKeyMetadata", **arguments)}
        )
        keys = (answer or {}).get("keys", [])
        found = next((key for key in keys if key["AccessKeyId"] == resource_id), None)
        if found is None:
            return None
        return {
            "createDate": found["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "status": found["Status"],
            "user": user,
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """UpdateAccessKey."""
        if "status" in changed:
            self._set_status(call, resource_id, new)

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """DeleteAccessKey."""
        iam = call.client("iam")
        requests.unless_gone(lambda: iam.delete_access_key(UserName=known["user"], AccessKeyId=resource_id))

    def _set_status(self, call: Call, resource_id: str, inputs: Properties) -> None:
        call.client("iam").update_access_key(
            UserName=inputs["user"], AccessKeyId=resource_id, Status=inputs["status"]
        )


def _user_of(call: Call, access_key_id: str) -> str:
    used = call.client("iam").get_access_key_last_used(AccessKeyId=access_key_id)
    if not used.get("UserName"):
        raise ProviderError(f"reading IAM Access Key ({access_key_id}): IAM does not return its user")
    return str(used["UserName"])


def ses_smtp_password(secret_access_key: str, region: str) -> str:
    """The SES SMTP password for this access key.

    https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
    """
    signature = f"AWS4{secret_access_key}".encode()
    for part in ("11111111", region, "ses", "aws4_request", "SendRawEmail"):
        signature = hmac.digest(signature, part.encode(), "sha256")
    return base64.b64encode(SES_VERSION + signature).decode()
