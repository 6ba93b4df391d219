"""Functions about the caller, Region and partition."""

from typing import Any

from local.provider.call import Call
from local.provider.schema import Function, string
from local.provider.values import Properties

PARTITIONS = {
    "cn-": ("aws-cn", "amazonaws.com.cn"),
    "us-gov-": ("aws-us-gov", "amazonaws.com"),
}


def caller_identity(call: Call, arguments: Properties) -> dict[str, Any]:  # noqa: ARG001  # it takes none that count
    """GetCallerIdentity."""
    identity = call.client("sts").get_caller_identity()
    account = identity["Account"]
    return {"accountId": account, "arn": identity["Arn"], "id": account, "userId": identity["UserId"]}


def region(call: Call, arguments: Properties) -> dict[str, Any]:
    """The provider's Region, or the requested one."""
    name = arguments.get("name") or call.region
    _, suffix = partition_of(name)
    return {
        "description": call.session.region_names().get(name, name),
        "endpoint": f"ec2.{name}.{suffix}",
        "id": name,
        "name": name,
        "region": name,
    }


def partition(call: Call, arguments: Properties) -> dict[str, Any]:  # noqa: ARG001  # it takes none that count
    """The partition of the provider's Region."""
    name, suffix = partition_of(call.region)
    reverse = ".".join(reversed(suffix.split(".")))
    return {"dnsSuffix": suffix, "id": name, "partition": name, "reverseDnsPrefix": reverse}


def partition_of(region_name: str) -> tuple[str, str]:
    """The name and DNS suffix of a Region's partition."""
    found = (facts for prefix, facts in PARTITIONS.items() if region_name.startswith(prefix))
    return next(found, ("aws", "amazonaws.com"))


FUNCTIONS = (
    Function(
        token="aws:index/getCallerIdentity:getCallerIdentity",  # noqa: S106  # a function's name
        noun="STS Caller Identity",
        arguments={"id": string()},
        answer=caller_identity,
    ),
    Function(
        token="aws:index/getRegion:getRegion",  # noqa: S106  # a function's name
        noun="Region",
        arguments={
            "endpoint": string(supported=False),
            "id": string(),
            "name": string(),
            "region": string(),
        },
        answer=region,
    ),
    Function(
        token="aws:index/getPartition:getPartition",  # noqa: S106  # a function's name
        noun="Partition",
        arguments={"id": string()},
        answer=partition,
    ),
)
