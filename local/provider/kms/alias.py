# ruff: noqa: ARG002  # lifecycle methods have the same parameters for every type
"""`aws.kms.Alias`."""

import secrets
from typing import Any

from botocore.exceptions import ClientError

from local.provider.call import Call
from local.provider.errors import is_code
from local.provider.schema import Created, Lifecycle
from local.provider.values import Properties


class KmsAlias(Lifecycle):
    """An alias; its id is its name."""

    def create(self, call: Call, inputs: Properties) -> Created:
        """CreateAlias."""
        name = inputs.get("name") or f"{inputs['namePrefix']}{secrets.token_hex(13)}"
        call.client("kms").create_alias(AliasName=name, TargetKeyId=inputs["targetKeyId"])
        return Created(name, {"name": name})

    def read(self, call: Call, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The alias in ListAliases; the target is the key's id, whatever the program gave."""
        alias = find(call, resource_id)
        if alias is None:
            return None
        target = alias["TargetKeyId"]
        arn = f"{alias['AliasArn'].split(':alias/')[0]}:key/{target}"
        return {
            "arn": alias["AliasArn"],
            "name": resource_id,
            "namePrefix": known.get("namePrefix", ""),
            "targetKeyArn": arn,
            "targetKeyId": target,
        }

    def update(
        self, call: Call, resource_id: str, old: Properties, new: Properties, changed: set[str]
    ) -> None:
        """UpdateAlias with another key."""
        if "targetKeyId" in changed:
            call.client("kms").update_alias(AliasName=resource_id, TargetKeyId=new["targetKeyId"])

    def delete(self, call: Call, resource_id: str, known: Properties) -> None:
        """DeleteAlias; the key stays."""
        try:
            call.client("kms").delete_alias(AliasName=resource_id)
        except ClientError as error:
            if not is_code(error, "NotFoundException"):
                raise


def find(call: Call, name: str) -> dict[str, Any] | None:
    """The alias with this name, if it has a key."""
    pages = call.client("kms").get_paginator("list_aliases").paginate()
    aliases = (alias for page in pages for alias in page["Aliases"])
    return next((a for a in aliases if a["AliasName"] == name and a.get("TargetKeyId")), None)
