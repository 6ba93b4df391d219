"""Predicts the access of a principal without credentials, from policies, grants and IAM's simulator."""

import json
from dataclasses import dataclass
from typing import Any

from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.observe import Key, Table, Unknown, attempt
from encrypted_tables.verify.compare.expectation import ITEM_CALLS
from encrypted_tables.verify.predict.arns import account_of, identity
from encrypted_tables.verify.predict.decide import View, combine, decide_key, decide_table, iam_allows
from encrypted_tables.verify.predict.grants import decryption_granted
from encrypted_tables.verify.predict.key_policy import encryption_context, item_request, key_request
from encrypted_tables.verify.predict.policy import Decision, evaluate, request_by
from encrypted_tables.verify.predict.simulation import IamView, Resource, on_key, simulate
from encrypted_tables.verify.probe.classify import Outcome


@dataclass(frozen=True)
class Prediction:
    """What a call would answer, and the reason."""

    table: str
    region: str
    principal: str
    call: str
    outcome: Outcome
    reason: str


def predict_item_calls(
    connections: Connections, table: Table, key: Key | Unknown | None, principal: str
) -> list[Prediction]:
    """What each item call of a principal would answer on a table."""
    actions = [f"dynamodb:{call}" for call in ITEM_CALLS]
    iam = simulate(connections, principal, actions, Resource(table.arn, table.account), {})
    key_view = _key_view(connections, table, key, principal)
    results = []
    for call, action in zip(ITEM_CALLS, actions, strict=True):
        view = combine(_table_view(table, principal, action, iam[action]), key_view)
        results.append(Prediction(table.name, table.region, principal, call, view.outcome, view.reason))
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


def _table_view(table: Table, principal: str, action: str, iam: IamView) -> View:
    if isinstance(table.policy, Unknown):
        return View(Outcome.COULD_NOT_TELL, table.policy.words)
    document: dict[str, Any] = json.loads(table.policy) if table.policy else {}
    decision = evaluate(document, request_by(principal, action, table.arn), iam_allows(iam))
    return decide_table(decision, iam, same_account=account_of(principal) == table.account)


def _key_view(connections: Connections, table: Table, key: Key | Unknown | None, principal: str) -> View:
    if key is None:
        return View(Outcome.ALLOWED, "AWS's own key serves every caller that DynamoDB lets in")
    if isinstance(key, Unknown):
        return View(Outcome.COULD_NOT_TELL, key.words)
    if key.state in UNUSABLE:
        return View(UNUSABLE[key.state], f"the key is {key.state}")
    if isinstance(key.policy, Unknown):
        return View(Outcome.COULD_NOT_TELL, key.policy.words)
    request = item_request(principal, key.arn, table.name, table.account, table.region)
    iam = simulate(connections, principal, [request.action], on_key(key), request.context)[request.action]
    decision = evaluate(json.loads(key.policy), request, _granted(key, table, principal))
    return decide_key(decision, iam, same_account=account_of(principal) == key.account)


def _granted(key: Key, table: Table, principal: str) -> Decision:
    if isinstance(key.grants, Unknown):
        return Decision.UNKNOWN
    return decryption_granted(key.grants, principal, encryption_context(table.name, table.account))


UNUSABLE = {
    "Disabled": Outcome.KEY_DISABLED,
    "PendingDeletion": Outcome.KEY_PENDING_DELETION,
    "PendingReplicaDeletion": Outcome.KEY_PENDING_DELETION,
}


def role_with_path(connections: Connections, arn: str) -> str | Unknown:
    """The full ARN of a user or role: the one that follows from an assumed role's session lacks the path."""
    who = identity(arn)
    if who is None or who.kind != "role":
        return arn
    iam = connections.client("iam")
    return attempt("iam:GetRole", lambda: str(iam.get_role(RoleName=who.name)["Role"]["Arn"]))
