"""Would anybody still be able to change a key policy? Asked before KMS is.

KMS asks whether the caller can; nobody asks whether anybody can whom one cannot delete. A key that
nobody can manage is recovered by AWS Support alone.
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#allow-managing-key
"""

from collections.abc import Iterable

from .key_policy import Document
from .principals import Scope
from .statements import Statement, covers, named


def lockout(document: Document, caller: str, scope: Scope) -> str | None:
    """Why this policy would lock people out, or None if it does not.

    Args:
        document: the key policy.
        caller: the deploying principal's ARN.
        scope: its account; the account's root stands for IAM policies of the account, which no key
            policy's deletion of people can take away.
    """
    about = [s for s in document["Statement"] if covers(s, "kms:PutKeyPolicy")]
    allowed = {p for s in about if _allows(s) for p in _named(s, scope)}
    denied = [s for s in about if s["Effect"] == "Deny"]
    root = scope.root
    if not {caller, root} & allowed:
        return f"{caller}, which deploys it, could not change the policy again"
    if root not in allowed:
        return (
            f"only principals that can be deleted could change the policy ({', '.join(sorted(allowed))}); "
            f"with them gone, nobody could, not even {root}"
        )
    for statement in denied:
        if _denies({caller, root}, statement, scope):
            name = statement.get("Sid", "without Sid")
            return f"statement {name!r} denies kms:PutKeyPolicy to {caller} or to all"
    return None


def _allows(statement: Statement) -> bool:
    """A condition may not hold when it matters: such a statement is not relied on."""
    return statement["Effect"] == "Allow" and not statement.get("Condition")


def _denies(needed: set[str], statement: Statement, scope: Scope) -> bool:
    """Whether a denial names one of those needed; a condition may hold when it matters."""
    if "NotPrincipal" in statement:
        return not needed <= set(_named(statement, scope, "NotPrincipal"))
    return bool({*needed, "*"} & set(_named(statement, scope)))


def _named(statement: Statement, scope: Scope, element: str = "Principal") -> Iterable[str]:
    """Everyone in a statement; an account's id and its root are the same."""
    return [scope.root if name == scope.account_id else name for name in named(statement, element)]
