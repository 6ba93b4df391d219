"""The values of global condition keys in a request to the local AWS.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import datetime
from typing import Any

from local.emulator import clock
from local.emulator import ministack_adapter as ms
from local.emulator.iam.conditions import Unknown
from local.emulator.iam.principals import role_of
from local.emulator.ministack_adapter import EvalContext

# Condition keys of every request, unless the call sets them. The local AWS stands in for endpoints that
# AWS's SDKs reach over TLS.
ALWAYS = {"aws:securetransport": "true", "aws:principalisawsservice": "false", "aws:viaawsservice": "false"}
ACCOUNT = "Account"  # the type of a root user
# Keys that requests to AWS can have, with values that the emulator does not know.
NOT_KNOWN = frozenset({"aws:useragent", "aws:referer"})
# Keys of the caller's network, which a service does not pass on in its own calls.
OF_THE_CALLERS_NETWORK = frozenset({"aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce"})


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
    if name == "aws:principalarn":
        return role_of(context.principal_arn) or context.principal_arn
    if name == "aws:currenttime":
        return datetime.datetime.fromtimestamp(clock.now(), datetime.UTC).isoformat()
    if name == "aws:epochtime":
        return str(int(clock.now()))
    if name in NOT_KNOWN or (name in OF_THE_CALLERS_NETWORK and given.get("aws:viaawsservice") == "true"):
        return Unknown.VALUE
    if name in ALWAYS:
        return given.get(name, ALWAYS[name])
    value = ms.condition_value(key, context)
    return ACCOUNT if (name, value) == ("aws:principaltype", "Root") else value
