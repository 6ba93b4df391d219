"""Describes the effect of each gate in a sentence. Pure functions."""

from encrypted_tables.who_can.why.advice import statement_name
from encrypted_tables.who_can.why.case import Gate
from encrypted_tables.who_can.why.reasons import How, Reason

_WITH_STATEMENT = {
    How.ALLOWS: "{statement} of {policy} allows {action}.",
    How.DENIES: "{statement} of {policy} denies {action}.",
    How.MAY_DENY: "{statement} of {policy} denies {action}, where {detail}.",
    How.CONDITION: "{statement} of {policy} allows {action} under a condition that is not met: {detail}.",
    How.LEAVES_TO_IAM: "{statement} of {policy} leaves {action} to IAM policies.",
    How.NAMES_OTHERS: "{statement} of {policy} leaves {action} to IAM policies; no statement names {name}.",
}
_WITHOUT = {
    (Gate.IDENTITY_POLICY, How.ALLOWS_NOTHING): "no IAM policy of {name} allows {action}.",
    (Gate.IDENTITY_POLICY, How.UNKNOWN): "whether {detail} allow {action} is unknown.",
    (Gate.BOUNDARY, How.ALLOWS_NOTHING): "the boundary of {name}, {policy}, does not allow {action}.",
    (Gate.SESSION_POLICY, How.ALLOWS_NOTHING): "the {policy} does not allow {action}.",
    (Gate.SCP, How.ALLOWS_NOTHING): "no policy at level {level} of the organization allows {action}.",
    (Gate.RCP, How.ALLOWS_NOTHING): "no policy at level {level} of the organization allows {action}.",
    (Gate.TABLE_POLICY, How.ALLOWS_NOTHING): "{name} is in another account and is not allowed {action}.",
    (
        Gate.KEY_POLICY,
        How.ALLOWS_NOTHING,
    ): "it does not allow {action} to {name}, and does not let IAM policies allow it.",
    (Gate.GRANT, How.ALLOWS): "{policy} allows {action}.",
    (Gate.GRANT, How.CONDITION): "{policy} names {name}, but {detail}.",
    (Gate.GRANT, How.UNKNOWN): "{policy} may allow {action}: {detail}.",
    (Gate.KEY_STATE, How.STATE): "DynamoDB cannot use the key for anyone: {detail}.",
    (Gate.KEY_STATE, How.UNKNOWN): "the key could not be read: {detail}.",
}


def sentence(reason: Reason, name: str) -> str:
    """The effect of a gate on a principal, as a sentence."""
    template = (
        _WITH_STATEMENT[reason.how]
        if reason.statement is not None
        else _WITHOUT.get((reason.gate, reason.how), "a policy could not be read: {detail}.")
    )
    return template.format(
        statement=statement_name(reason.statement or {}, reason.number),
        policy=reason.policy,
        action=reason.action,
        detail=reason.detail,
        name=name,
        level=reason.place.level + 1 if reason.place else 1,
    )
