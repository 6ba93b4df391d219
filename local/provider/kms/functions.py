"""`aws.kms.get_key` and `aws.kms.get_alias`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from local.provider.call import Call
from local.provider.errors import ProviderError
from local.provider.kms import alias
from local.provider.schema import Function, list_of, string
from local.provider.values import Properties


def get_key(call: Call, arguments: Properties) -> dict[str, Any]:
    """DescribeKey: a key in any state, by id, ARN or alias."""
    request = {"KeyId": arguments["keyId"], "GrantTokens": arguments.get("grantTokens")}
    answer = call.client("kms").describe_key(**{name: value for name, value in request.items() if value})
    key = answer["KeyMetadata"]
    return {
        "arn": key["Arn"],
        "awsAccountId": key["AWSAccountId"],
        "cloudHsmClusterId": key.get("CloudHsmClusterId", ""),
        "creationDate": _time(key["CreationDate"]),
        "customKeyStoreId": key.get("CustomKeyStoreId", ""),
        "customerMasterKeySpec": key.get("CustomerMasterKeySpec", key.get("KeySpec", "")),
        "deletionDate": _time(key.get("DeletionDate")),
        "description": key.get("Description", ""),
        "enabled": key["Enabled"],
        "expirationModel": key.get("ExpirationModel", ""),
        "grantTokens": arguments.get("grantTokens"),
        "id": key["KeyId"],
        "keyId": arguments["keyId"],
        "keyManager": key["KeyManager"],
        "keySpec": key.get("KeySpec", ""),
        "keyState": key["KeyState"],
        "keyUsage": key["KeyUsage"],
        "multiRegion": key.get("MultiRegion", False),
        "multiRegionConfigurations": _multi_region(key.get("MultiRegionConfiguration")),
        "origin": key["Origin"],
        "pendingDeletionWindowInDays": key.get("PendingDeletionWindowInDays", 0),
        "region": call.region,
        "validTo": _time(key.get("ValidTo")),
        "xksKeyConfigurations": [],
    }


def get_alias(call: Call, arguments: Properties) -> dict[str, Any]:
    """The alias in ListAliases.

    Raises:
        ProviderError: there is no such alias, or it has no key.
    """
    name = arguments["name"]
    found = alias.find(call, name)
    if found is None:
        raise ProviderError(f"reading KMS Alias ({name}): couldn't find resource")
    arn, key = found["AliasArn"], found["TargetKeyId"]
    return {
        "arn": arn,
        "id": arn,
        "name": name,
        "region": call.region,
        "targetKeyArn": f"{arn.split(':alias/')[0]}:key/{key}",
        "targetKeyId": key,
    }


def _time(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _multi_region(configuration: Properties | None) -> list[dict[str, Any]]:
    if not configuration:
        return []
    primary = [configuration["PrimaryKey"]] if configuration.get("PrimaryKey") else []
    return [
        {
            "multiRegionKeyType": configuration["MultiRegionKeyType"],
            "primaryKeys": _places(primary),
            "replicaKeys": _places(configuration.get("ReplicaKeys") or []),
        }
    ]


def _places(keys: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    return [{"arn": key["Arn"], "region": key["Region"]} for key in keys]


FUNCTIONS = (
    Function(
        token="aws:kms/getKey:getKey",  # noqa: S106  # a function's name
        noun="KMS Key",
        arguments={
            "grantTokens": list_of(string()),
            "keyId": string(required=True),
            "region": string(),
        },
        answer=get_key,
    ),
    Function(
        token="aws:kms/getAlias:getAlias",  # noqa: S106  # a function's name
        noun="KMS Alias",
        arguments={"name": string(required=True), "region": string()},
        answer=get_alias,
    ),
)
