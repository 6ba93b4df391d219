"""Checks whether anybody could still change a key policy, before KMS is called.

KMS checks only the caller. This check also asks whether somebody could change the policy after users and
roles are deleted. Only AWS Support can recover a key that nobody can manage.
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#allow-managing-key
"""

from collections.abc import Iterable

from .key_policy import Document
from .principals import Scope
from .statements import Statement, covers, named


def lockout(document: Document, caller: str, scope: Scope) -> str | None:
    """Why nobody, or not the caller, could change this policy again; None if they could.

    Args:
        document: the key policy.
        caller: the deploying principal's ARN.
        scope: its account. A statement for the account's root lasts: unlike users and roles, the root cannot
            be deleted.
    """
    about = [s for s in document["Statement"] if covers(s, "kms:PutKeyPolicy")]
    allowed = {p for s in about if _allows(s) for p in _named(s, scope)}
    denied = [s for s in about if s["Effect"] == "Deny"]
    root = scope.root
    if not {caller, root} & allowed:
        return f"the deploying principal, {caller}, could not change the policy again"
    if root not in allowed:
        return (
            f"only principals that can be deleted could change the policy "
            f"({', '.join(sorted(allowed))}); without them nobody could, not even {root}"
        )
    for statement in denied:
        if _denies({caller, root}, statement, scope):
            name = statement.get("Sid", "without Sid")
            return f"statement {name!r} denies kms:PutKeyPolicy to {caller} or to all"
    return None


def _allows(statement: Statement) -> bool:
    """Whether it is an Allow statement without a condition. A condition might not be met when it matters."""
    return statement["Effect"] == "Allow" and not statement.get("Condition")


def _denies(needed: set[str], statement: Statement, scope: Scope) -> bool:
    """Whether it denies one of the needed principals. A condition is ignored, because it might be met."""
    if "NotPrincipal" in statement:
        return not needed <= set(_named(statement, scope, "NotPrincipal"))
    return bool({*needed, "*"} & set(_named(statement, scope)))


def _named(statement: Statement, scope: Scope, element: str = "Principal") -> Iterable[str]:
    """All principals of a statement. An account's id is read as its root."""
    return [scope.root if name == scope.account_id else name for name in named(statement, element)]
