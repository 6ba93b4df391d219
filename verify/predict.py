"""Predicts the access of a principal without credentials, from the key policy, grants and IAM's simulator.

iam:SimulatePrincipalPolicy takes no key policy for roles and knows no grants, so the key policy is evaluated
here and the two are combined as AWS combines them.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

import json
from dataclasses import dataclass
from typing import NamedTuple

from verify.arns import account_of, identity, same_principal
from verify.classify import Outcome
from verify.conditions import Context
from verify.connections import Connections
from verify.expectation import ITEM_CALLS
from verify.key_policy import KeyDecision, KeyRequest, evaluate, item_request, key_request
from verify.observe import Grant, Key, Table, Unknown, attempt

_SIMULATE = "iam:SimulatePrincipalPolicy"


@dataclass(frozen=True)
class Prediction:
    """What a call would answer, and the reason."""

    table: str
    region: str
    principal: str
    call: str
    outcome: Outcome
    reason: str


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


def predict_item_calls(
    connections: Connections, table: Table, key: Key | Unknown | None, principal: str
) -> list[Prediction]:
    """What each item call of a principal would answer on a table."""
    actions = [f"dynamodb:{call}" for call in ITEM_CALLS]
    iam = simulate(connections, principal, actions, Resource(table.arn, table.account), {})
    key_view = _key_view(connections, table, key, principal)
    results = []
    for call in ITEM_CALLS:
        outcome, reason = _combine(iam[f"dynamodb:{call}"], key_view)
        results.append(Prediction(table.name, table.region, principal, call, outcome, reason))
    return results


def may_change_key_policy(connections: Connections, key: Key, principal: str) -> bool:
    """Whether a principal is predicted to be able to give itself any access, by kms:PutKeyPolicy."""
    if isinstance(key.policy, Unknown):
        return False
    request = key_request("kms:PutKeyPolicy", principal, key.arn)
    iam = simulate(connections, principal, [request.action], on_key(key), {})[request.action]
    decision = evaluate(json.loads(key.policy), request)
    view = decide_key(decision, iam, same_account=account_of(principal) == key.account)
    return view.outcome is Outcome.ALLOWED


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
        reason = f"{answer.call}: {answer.code}: {answer.reason}"
        return dict.fromkeys(actions, IamView("unknown", reason))
    return {action: answer.get(action, IamView("unknown", f"{_SIMULATE} left it out")) for action in actions}


@dataclass(frozen=True)
class KeyView:
    """What the key is predicted to say to the Decrypt behind an item call."""

    outcome: Outcome
    reason: str
    other_account: bool = False
    """Whether the principal's IAM policies are another account's, and so for that account to know."""


_NOT_BY_POLICY = {
    KeyDecision.UNKNOWN: KeyView(
        Outcome.COULD_NOT_TELL, "the key policy has a condition whose value is not known"
    ),
    KeyDecision.DENIED: KeyView(Outcome.DENIED_BY_KMS, "the key policy denies it explicitly"),
    KeyDecision.NOT_ALLOWED: KeyView(Outcome.DENIED_BY_KMS, "the key policy does not allow it"),
}
_BY_IAM = {
    "allowed": KeyView(Outcome.ALLOWED, "the key policy leaves it to IAM, which allows it"),
    "implicitDeny": KeyView(
        Outcome.DENIED_BY_KMS, "the key policy leaves it to IAM, which does not allow it"
    ),
}


def decide_key(decision: KeyDecision, iam: IamView, *, same_account: bool) -> KeyView:
    """Combine the key policy's word with IAM's.

    In the key's own account the key policy's word suffices unless IAM denies explicitly; a policy that
    delegates needs IAM's allow; another account needs both, and its IAM cannot be seen from here.
    """
    if iam.decision == "explicitDeny":
        return KeyView(Outcome.DENIED_BY_KMS, "an IAM policy denies it explicitly")
    if decision in _NOT_BY_POLICY:
        return _NOT_BY_POLICY[decision]
    if not same_account:
        reason = "the key policy allows it, if the other account's IAM policies do"
        return KeyView(Outcome.ALLOWED, reason, other_account=True)
    if decision is KeyDecision.ALLOWED:
        return KeyView(Outcome.ALLOWED, "the key policy allows it")
    unknown = KeyView(Outcome.COULD_NOT_TELL, f"the key policy leaves it to IAM, and {iam.reason}")
    return _BY_IAM.get(iam.decision, unknown)


def _key_view(connections: Connections, table: Table, key: Key | Unknown | None, principal: str) -> KeyView:
    if key is None:
        return KeyView(Outcome.ALLOWED, "AWS's own key serves every caller that DynamoDB lets in")
    if isinstance(key, Unknown):
        return KeyView(Outcome.COULD_NOT_TELL, f"{key.call}: {key.code}: {key.reason}")
    if key.state in UNUSABLE:
        return KeyView(UNUSABLE[key.state], f"the key is {key.state}")
    request = item_request(principal, key.arn, table.name, table.account, table.region)
    if _has_grant(key.grants, request, table.name):
        return KeyView(Outcome.ALLOWED, "a grant on the key allows it")
    if isinstance(key.policy, Unknown):
        return KeyView(Outcome.COULD_NOT_TELL, f"{key.policy.call}: {key.policy.code}: {key.policy.reason}")
    iam = simulate(connections, principal, [request.action], on_key(key), request.context)[request.action]
    same_account = account_of(principal) == key.account
    return decide_key(evaluate(json.loads(key.policy), request), iam, same_account=same_account)


UNUSABLE = {
    "Disabled": Outcome.KEY_DISABLED,
    "PendingDeletion": Outcome.KEY_PENDING_DELETION,
    "PendingReplicaDeletion": Outcome.KEY_PENDING_DELETION,
}


def _has_grant(grants: tuple[Grant, ...] | Unknown, request: KeyRequest, table_name: str) -> bool:
    return not isinstance(grants, Unknown) and any(
        same_principal(grant.grantee, request.principal)
        and "Decrypt" in grant.operations
        and grant.table_name in {None, table_name}
        for grant in grants
    )


def _combine(iam: IamView, key_view: KeyView) -> tuple[Outcome, str]:
    """DynamoDB asks IAM first and then the key."""
    if iam.is_known and iam.decision != "allowed":
        return Outcome.DENIED_BY_IAM, f"IAM policies: {iam.decision}"
    if iam.is_known or key_view.other_account or key_view.outcome is not Outcome.ALLOWED:
        return key_view.outcome, key_view.reason
    return Outcome.COULD_NOT_TELL, f"{key_view.reason}; for the item call itself, {iam.reason}"


def role_with_path(connections: Connections, arn: str) -> str | Unknown:
    """The full ARN of a user or role: the one that follows from an assumed role's session lacks the path."""
    who = identity(arn)
    if who is None or who.kind != "role":
        return arn
    iam = connections.client("iam")
    return attempt("iam:GetRole", lambda: str(iam.get_role(RoleName=who.name)["Role"]["Arn"]))
