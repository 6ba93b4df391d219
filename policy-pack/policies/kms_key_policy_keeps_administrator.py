"""Someone in the key's account can change its policy. Otherwise only AWS Support can recover the key.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
"""

from collections.abc import Sequence

from pulumi_policy import EnforcementLevel, Severity

from policies.declared.documents import Statement
from policies.declared.keys import KEY_POLICY_TYPES, declared_key_policies
from policies.declared.resource import Resource
from policies.judging.administrators import ADMINISTERS, has_administrator
from policies.judging.branches import in_every_branch
from policies.judging.documents import CheckStatements, HiddenError, document_outcome
from policies.judging.outcome import Outcome
from policies.judging.rule import ResourceRule, Settings


def check(resource: Resource, _: Settings) -> Sequence[Outcome]:
    """One outcome for each key policy; AWS's default policy allows the account's administrators."""
    return in_every_branch(
        declared_key_policies(resource),
        lambda one: [document_outcome(one.place, one.property, one.policy, _fault(one.account))],
    )


def _fault(account: str | None) -> CheckStatements:
    """A check whether nobody in the key's account can change the key policy."""

    def fault(statements: Sequence[Statement]) -> str | None:
        if has_administrator(statements, account, in_favour=False):
            return None
        if has_administrator(statements, account, in_favour=True):
            raise HiddenError
        allowing = [one for one in statements if one.allows]
        denial = next((one for one in statements if not one.allows and one.covers(ADMINISTERS)), None)
        who = f" in the key's account {account}" if account else ""
        if denial and has_administrator(allowing, account, in_favour=True):
            return (
                f"denies {ADMINISTERS} to every principal that it allows to call it{who} ({denial.label}). "
                "Exempt an administrator, together with the administrator's account."
            )
        return (
            f"locks everybody out: no statement allows {ADMINISTERS} to an account, role or user{who}. "
            "Add one."
        )

    return fault


RULE = ResourceRule(
    name="kms-key-policy-keeps-administrator",
    description="Somebody in the key's account can change each key policy.",
    level=EnforcementLevel.MANDATORY,
    severity=Severity.HIGH,
    remediation="Allow kms:* to the account (arn:aws:iam::<account>:root), or kms:PutKeyPolicy to a role.",
    url="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
    types=KEY_POLICY_TYPES,
    check=check,
)
