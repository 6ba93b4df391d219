# ruff: noqa: ANN401  # what the SDK holds has no type in common
"""The installed pulumi-aws SDK, by the tokens of its types and functions."""

import inspect
import re
from typing import Any

import pulumi_aws


def sdk_package(token: str) -> Any:
    """The package of a token's service: `pulumi_aws.kms` for `aws:kms/key:Key`.

    Use attributes, never imports: a service is loaded when its first attribute is read. If one of its files
    is imported before, the service has no classes, for all tests of the process.
    """
    service = token.split(":")[1].partition("/")[0]
    return pulumi_aws if service == "index" else getattr(pulumi_aws, service)


def sdk_member(token: str) -> Any:
    """The class of a type, or the function: `pulumi_aws.kms.get_key` for `aws:kms/getKey:getKey`."""
    name = token.split(":")[2]
    return getattr(sdk_package(token), name if name[0].isupper() else re.sub("([A-Z])", r"_\1", name).lower())


def sdk_module(token: str) -> Any:
    """The module that the class or function of a token is defined in."""
    return inspect.getmodule(sdk_member(token))
