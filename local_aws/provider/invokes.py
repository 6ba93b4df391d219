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


def partition(region: str) -> tuple[str, str]:
    """The partition and DNS suffix of a Region."""
    found = (facts for prefix, facts in PARTITIONS.items() if region.startswith(prefix))
    return next(found, ("aws", "amazonaws.com"))


FUNCTIONS: dict[str, Callable[[Call, Properties], dict[str, Any]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": get_caller_identity,
    "aws:index/getRegion:getRegion": get_region,
    "aws:index/getPartition:getPartition": get_partition,
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
