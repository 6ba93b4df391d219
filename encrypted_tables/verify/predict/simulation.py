"""What IAM policies say, as iam:SimulatePrincipalPolicy answers.

It takes no resource policy for roles and knows no grants, so those are evaluated elsewhere.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from dataclasses import dataclass
from typing import NamedTuple

from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.observe import Key, Unknown, attempt
from encrypted_tables.verify.predict.arns import account_of
from encrypted_tables.verify.predict.conditions import Context

_SIMULATE = "iam:SimulatePrincipalPolicy"


@dataclass(frozen=True)
class IamView:
    """What IAM policies say to an action."""

    decision: str
    """The simulator's word: allowed, implicitDeny or explicitDeny; or unknown, with the reason."""
    reason: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the simulator answered."""
        return self.decision != "unknown"


class Resource(NamedTuple):
    """What an action is simulated on."""

    arn: str
    account: str


def on_key(key: Key) -> Resource:
    """A key as the resource of a simulation."""
    return Resource(key.arn, key.account)


def simulate(
    connections: Connections, principal: str, actions: list[str], resource: Resource, context: Context
) -> dict[str, IamView]:
    """What the IAM policies of a user or role say to each action, as the simulator of its account answers."""
    if account_of(principal) != resource.account:
        return dict.fromkeys(actions, IamView("unknown", f"IAM of account {account_of(principal)} decides"))

    def ask() -> dict[str, IamView]:
        iam = connections.client("iam")
        answer = iam.simulate_principal_policy(
            PolicySourceArn=principal,
            ActionNames=actions,
            ResourceArns=[resource.arn],
            ContextEntries=[
                {"ContextKeyName": name, "ContextKeyType": "string", "ContextKeyValues": [value]}
                for name, value in context.items()
                if isinstance(value, str)
            ],
        )
        return {one["EvalActionName"]: IamView(one["EvalDecision"]) for one in answer["EvaluationResults"]}

    answer = attempt(_SIMULATE, ask)
    if isinstance(answer, Unknown):
        return dict.fromkeys(actions, IamView("unknown", answer.words))
    return {action: answer.get(action, IamView("unknown", f"{_SIMULATE} left it out")) for action in actions}
