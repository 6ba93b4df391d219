"""The functions that programs call: `aws.get_caller_identity()` and the like."""

from collections.abc import Callable
from typing import Any

from local_aws.provider import OFFICIAL_PLUGIN
from local_aws.provider.call import Call
from local_aws.provider.errors import ProviderError, doing
from local_aws.provider.values import Properties

PARTITIONS = {
    "cn-": ("aws-cn", "amazonaws.com.cn"),
    "us-gov-": ("aws-us-gov", "amazonaws.com"),
}


def get_caller_identity(call: Call, arguments: Properties) -> dict[str, Any]:  # noqa: ARG001
    """`aws.get_caller_identity`: who deploys."""
    with doing("reading STS Caller Identity"):
        identity = call.client("sts").get_caller_identity()
    account = identity["Account"]
    return {"accountId": account, "arn": identity["Arn"], "id": account, "userId": identity["UserId"]}


def get_region(call: Call, arguments: Properties) -> dict[str, Any]:
    """`aws.get_region`: the provider's Region, or the one asked for."""
    if arguments.get("endpoint"):
        raise ProviderError(f"get_region(endpoint=...) is not supported here: {OFFICIAL_PLUGIN}")
    region = arguments.get("name") or call.region
    names = call.session.region_names()
    _, suffix = partition(region)
    return {
        "description": names.get(region, region),
        "endpoint": f"ec2.{region}.{suffix}",
        "id": region,
        "name": region,
        "region": region,
    }


def get_partition(call: Call, arguments: Properties) -> dict[str, Any]:  # noqa: ARG001
    """`aws.get_partition`: `aws`, or another one's name and DNS suffix."""
    name, suffix = partition(call.region)
    reverse = ".".join(reversed(suffix.split(".")))
    return {"dnsSuffix": suffix, "id": name, "partition": name, "reverseDnsPrefix": reverse}


def get_key(call: Call, arguments: Properties) -> dict[str, Any]:
    """`aws.kms.get_key`: a KMS key as DescribeKey tells it."""
    key_id = arguments["keyId"]
    with doing(f"reading KMS Key ({key_id})"):
        key = call.client("kms").describe_key(KeyId=key_id, GrantTokens=arguments.get("grantTokens") or [])
    found = key["KeyMetadata"]
    return {
        "arn": found["Arn"],
        "awsAccountId": found["AWSAccountId"],
        "creationDate": found["CreationDate"].isoformat(),
        "customerMasterKeySpec": found["KeySpec"],
        "deletionDate": found["DeletionDate"].isoformat() if "DeletionDate" in found else "",
        "description": found["Description"],
        "enabled": found["Enabled"],
        "id": found["KeyId"],
        "keyId": key_id,
        "keyManager": found["KeyManager"],
        "keySpec": found["KeySpec"],
        "keyState": found["KeyState"],
        "keyUsage": found["KeyUsage"],
        "multiRegion": found.get("MultiRegion", False),
        "origin": found["Origin"],
        "region": call.region,
    }


def get_session_context(call: Call, arguments: Properties) -> dict[str, Any]:
    """`aws.iam.get_session_context`: the role that a session is of; any other principal is its own issuer."""
    arn = arguments["arn"]
    kind, _, name = arn.split(":", 5)[5].partition("/")
    if kind != "assumed-role":
        return {"arn": arn, "id": arn, "issuerArn": arn, "issuerId": "", "issuerName": "", "sessionName": ""}
    role_name, _, session_name = name.partition("/")
    with doing(f"reading IAM Role ({role_name})"):
        role = call.client("iam").get_role(RoleName=role_name)["Role"]
    return {
        "arn": arn,
        "id": arn,
        "issuerArn": role["Arn"],
        "issuerId": role["RoleId"],
        "issuerName": role_name,
        "sessionName": session_name,
    }


def partition(region: str) -> tuple[str, str]:
    """The partition and DNS suffix of a Region."""
    found = (facts for prefix, facts in PARTITIONS.items() if region.startswith(prefix))
    return next(found, ("aws", "amazonaws.com"))


FUNCTIONS: dict[str, Callable[[Call, Properties], dict[str, Any]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": get_caller_identity,
    "aws:index/getRegion:getRegion": get_region,
    "aws:index/getPartition:getPartition": get_partition,
    "aws:iam/getSessionContext:getSessionContext": get_session_context,
    "aws:kms/getKey:getKey": get_key,
}


def invoke(call: Call, token: str, arguments: Properties) -> dict[str, Any]:
    """Call the function.

    Raises:
        ProviderError: this provider does not know it, or AWS refused.
    """
    if token not in FUNCTIONS:
        raise ProviderError(
            f"the local AWS provider does not know the function {token!r}; it knows "
            f"{', '.join(sorted(FUNCTIONS))}. For all others, {OFFICIAL_PLUGIN}"
        )
    return FUNCTIONS[token](call, arguments)
