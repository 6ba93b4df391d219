"""The values of global condition keys in a request to the local AWS.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from .. import clock
from .. import ministack_adapter as ms
from ..arns import parse
from ..iam.conditions import Unknown
from ..iam.principals import role_of
from ..ministack_adapter import EvalContext

# Condition keys of every request, unless the call sets them. The local AWS stands in for endpoints that
# AWS's SDKs reach over TLS.
ALWAYS = {"aws:securetransport": "true", "aws:principalisawsservice": "false", "aws:viaawsservice": "false"}
TYPES = {"Root": "Account"}  # aws:PrincipalType, where ministack has another word
# Keys that requests to AWS can have, with values that the emulator does not know.
NOT_KNOWN = frozenset({"aws:useragent", "aws:referer"})
# Keys of the caller's network, which a service does not pass on in its own calls.
OF_THE_CALLERS_NETWORK = frozenset({"aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce"})


def _organization_id(account: str) -> str | None:
    member = ms.membership(account)
    return str(ms.organization(member.management_account)["Id"]) if member else None


def _organization_paths(account: str) -> list[str] | None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths"""
    member = ms.membership(account)
    return ["/".join([str(_organization_id(account)), *member.path[:-1], ""])] if member else None


def _owner(context: EvalContext) -> str:
    arn = parse(context.resource_arn)
    return arn.account if arn else str(context.principal_account)


COMPUTED: Mapping[str, Callable[[EvalContext], Any]] = {
    "aws:principalarn": lambda context: role_of(context.principal_arn) or context.principal_arn,
    "aws:principaltype": lambda context: TYPES.get(context.principal_type, context.principal_type),
    "aws:principalorgid": lambda context: _organization_id(context.principal_account),
    "aws:principalorgpaths": lambda context: _organization_paths(context.principal_account),
    "aws:resourceorgid": lambda context: _organization_id(_owner(context)),
    "aws:resourceorgpaths": lambda context: _organization_paths(_owner(context)),
    "aws:currenttime": lambda _: datetime.datetime.fromtimestamp(clock.now(), datetime.UTC).isoformat(),
    "aws:epochtime": lambda _: str(int(clock.now())),
}


class SimulatedContext(EvalContext):  # type: ignore[misc]  # of ministack, which has no types
    """The request of a simulation, which has the keys of its principal and those that the caller gives."""

    def value(self, name: str) -> Any:  # noqa: ANN401  # condition keys have values of any kind
        """The value of a condition key, in lower case; None if absent."""
        of_principal = {
            "aws:principalarn": role_of(self.principal_arn) or self.principal_arn,
            "aws:principalaccount": self.principal_account,
            **self.principal_keys,
        }
        return self.service_context.get(name, of_principal.get(name))

    def knows(self, key: str) -> bool:
        """Whether the simulation has a value of a condition key."""
        return self.value(key.lower()) is not None


def value_of(key: str, context: EvalContext) -> Any:  # noqa: ANN401  # condition keys have values of any kind
    """The value of a condition key: None if absent, a list if multivalued, `Unknown.VALUE` if not known."""
    name = key.lower()
    return context.value(name) if isinstance(context, SimulatedContext) else _of_request(name, key, context)


def _of_request(name: str, key: str, context: EvalContext) -> Any:  # noqa: ANN401  # as above
    given = context.service_context
    if name in COMPUTED:
        return COMPUTED[name](context)
    if name in NOT_KNOWN or (name in OF_THE_CALLERS_NETWORK and given.get("aws:viaawsservice") == "true"):
        return Unknown.VALUE
    if name in ALWAYS:
        return given.get(name, ALWAYS[name])
    return ms.condition_value(key, context)
