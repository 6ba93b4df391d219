"""Evaluates service and resource control policies for a request.

At every level, from the root of the organization to the account, a service control policy must allow it.
Resource control policies only deny. Neither applies to the management account.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .. import ministack_adapter as ms
from ..iam.evaluation import first_match
from ..iam.principals import is_service_linked
from ..ministack_adapter import EvalContext, ParsedStatement

SERVICE, RESOURCE = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
WORDS = {SERVICE: "service control policy", RESOURCE: "resource control policy"}


class Refusal(NamedTuple):
    """A request that control policies do not allow."""

    kind: str
    """A description of the type of policy that denies it."""
    is_explicit: bool


def refusal(context: EvalContext, owner: str) -> Refusal | None:
    """The control policies that do not allow a request; None if all do.

    Args:
        context: the request.
        owner: the account of the resource.
    """
    if is_service_linked(context.principal_arn):
        return None
    for level in _levels(context.principal_account, SERVICE):
        if first_match(context, level, "Deny"):
            return Refusal(WORDS[SERVICE], is_explicit=True)
        if not first_match(context, level, "Allow"):
            return Refusal(WORDS[SERVICE], is_explicit=False)
    if any(first_match(context, level, "Deny") for level in _levels(owner, RESOURCE)):
        return Refusal(WORDS[RESOURCE], is_explicit=True)
    return None


def _levels(account: str, kind: str) -> Iterator[list[ParsedStatement]]:
    """The statements of each level, from the root to the account."""
    member = ms.membership(account)
    if member is None or member.management_account == account:
        return
    for target in member.path:
        yield list(_statements(ms.control_policies(member.management_account, target, kind)))


def _statements(documents: Iterable[str]) -> Iterator[ParsedStatement]:
    for document in documents:
        yield from ms.parse_policy(document)
