"""Denials in AWS's format, where ministack's differ."""

from collections.abc import Callable

from .. import ministack_adapter as ms
from ..ministack_adapter import Response

NAMES_THE_RESOURCE = frozenset(
    {"application-autoscaling", "dynamodb", "events", "iam", "kms", "sns", "sts", "tagging"}
)
SENDS_400 = frozenset({"application-autoscaling", "dynamodb", "events", "kms", "tagging"})


def with_resource(deny: Callable[..., Response]) -> Callable[..., Response]:
    """Name the resource in each denial; a denial of a JSON service has status 400."""

    def denied(
        service: str,
        action: str,
        principal_arn: str,
        request_id: str,
        *,
        error_code: str = "",
        **more: object,
    ) -> Response:
        if service in NAMES_THE_RESOURCE and not error_code and not more.get("resource_policy_arn"):
            resource, explicit = more.get("resource_arn", "*"), bool(more.get("explicit_deny"))
            more["message"] = ms.identity_denial_message(action, principal_arn, resource, explicit)
        response = deny(service, action, principal_arn, request_id, error_code=error_code, **more)
        return (400, *response[1:]) if service in SENDS_400 and not error_code else response

    return denied
