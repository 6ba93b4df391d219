"""Helpers for several IAM types."""

import secrets
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from local.provider.call import Call
from local.provider.errors import is_code
from local.provider.values import Properties

MISSING = "NoSuchEntity"


def or_none(request: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    """The response; None if the entity does not exist."""
    try:
        return request()
    except ClientError as error:
        if is_code(error, MISSING):
            return None
        raise


def unless_gone(request: Callable[[], Any]) -> None:
    """Do it, ignoring that the entity no longer exists."""
    or_none(request)


def pages(call: Call, operation: str, field: str, **arguments: str) -> list[Any]:
    """All entries of a list operation."""
    found = call.client("iam").get_paginator(operation).paginate(**arguments)
    return [entry for page in found for entry in page[field]]


def name_of(inputs: Properties) -> str:
    """The name, or a new one with the prefix."""
    return inputs.get("name") or f"{inputs['namePrefix']}{secrets.token_hex(13)}"


def given(request: Properties) -> dict[str, Any]:
    """The request without the parameters that are left out."""
    return {name: value for name, value in request.items() if value not in (None, "", [])}
