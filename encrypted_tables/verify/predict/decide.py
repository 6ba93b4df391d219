"""Combines what a table's policy, the key policy, grants and IAM say, as AWS combines them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from dataclasses import dataclass

from encrypted_tables.verify.predict.policy import Decision
from encrypted_tables.verify.predict.simulation import IamView
from encrypted_tables.verify.probe.classify import Outcome


@dataclass(frozen=True)
class View:
    """What one of the two that are asked, the table or its key, is predicted to say to an item call."""

    outcome: Outcome
    reason: str


_IF_THEIR_IAM_DOES = ", if the other account's IAM policies do"


def decide_key(decision: Decision, iam: IamView, *, same_account: bool) -> View:
    """What the key says, by its policy and grants together and by IAM.

    In the key's own account their word suffices unless IAM denies explicitly; a policy that
    delegates needs IAM's allow; another account needs both, and its IAM cannot be seen from here.
    """
    if iam.decision == "explicitDeny":
        return View(Outcome.DENIED_BY_KMS, "an IAM policy denies it explicitly")
    if decision in _NOT_BY_KEY:
        return _NOT_BY_KEY[decision]
    if decision is Decision.ALLOWED or not same_account:
        reason = "the key policy or a grant allows it"
        return View(Outcome.ALLOWED, reason if same_account else reason + _IF_THEIR_IAM_DOES)
    return _delegated(decision, iam)


_NOT_BY_KEY = {
    Decision.UNKNOWN: View(Outcome.COULD_NOT_TELL, "it depends on a condition or a grant that is not known"),
    Decision.DENIED: View(Outcome.DENIED_BY_KMS, "the key policy denies it explicitly"),
    Decision.NOT_ALLOWED: View(Outcome.DENIED_BY_KMS, "neither the key policy nor a grant allows it"),
}


def _delegated(decision: Decision, iam: IamView) -> View:
    if iam.decision == "allowed":
        return View(Outcome.ALLOWED, "the key policy leaves it to IAM, which allows it")
    if not iam.is_known:
        return View(Outcome.COULD_NOT_TELL, f"the key policy leaves it to IAM, and {iam.reason}")
    if decision is Decision.DELEGATED_OR_ALLOWED:
        return _NOT_BY_KEY[Decision.UNKNOWN]
    return View(Outcome.DENIED_BY_KMS, "the key policy leaves it to IAM, which does not allow it")


def iam_allows(iam: IamView) -> Decision:
    """IAM's allow, which in the table's own account suffices beside a table policy that does not deny."""
    return Decision.ALLOWED if iam.decision == "allowed" else Decision.NOT_ALLOWED


def decide_table(decision: Decision, iam: IamView, *, same_account: bool) -> View:
    """What DynamoDB says before it asks the key, by the table's policy and IAM together.

    In the table's own account an allow of either suffices unless the other denies explicitly; another
    account needs both, and its IAM cannot be seen from here.
    """
    if iam.decision == "explicitDeny":
        return View(Outcome.DENIED_BY_IAM, "an IAM policy denies it explicitly")
    if decision in _NOT_BY_TABLE:
        return _NOT_BY_TABLE[decision]
    if same_account:
        return _in_own_account(decision, iam)
    if decision is Decision.NOT_ALLOWED:
        return View(Outcome.DENIED_BY_IAM, "no policy of the table lets the other account in")
    return View(Outcome.ALLOWED, "the table's policy allows it" + _IF_THEIR_IAM_DOES)


_CONDITIONAL = View(Outcome.COULD_NOT_TELL, "the table's policy has a condition whose value is not known")
_NOT_BY_TABLE = {
    Decision.UNKNOWN: _CONDITIONAL,
    Decision.DENIED: View(Outcome.DENIED_BY_IAM, "the table's policy denies it explicitly"),
}


def _in_own_account(decision: Decision, iam: IamView) -> View:
    if not iam.is_known:
        return View(Outcome.COULD_NOT_TELL, f"for the item call itself, {iam.reason}")
    if decision is Decision.ALLOWED:
        return View(Outcome.ALLOWED, "IAM or the table's policy allows it")
    if decision is Decision.DELEGATED_OR_ALLOWED:
        return _CONDITIONAL
    return View(Outcome.DENIED_BY_IAM, "neither IAM nor the table's policy allows it")


def combine(table: View, key: View) -> View:
    """DynamoDB lets the caller in first and then asks the key."""
    if table.outcome.is_denied:
        return table
    if key.outcome is not Outcome.ALLOWED:
        return key
    return View(table.outcome, f"{table.reason}; {key.reason}")
