"""Outcomes about settings of a table that are on, off or unknown."""

from policies.declared.tables import Table
from policies.declared.values import UNKNOWN, Value, as_boolean, in_sentence, stated
from policies.judging.outcome import PROVEN, Outcome, disproved, pending

# The property of an aws.dynamodb.Table that each switch is.
PROPERTIES = {
    "point-in-time recovery": "pointInTimeRecovery",
    "deletion protection": "deletionProtectionEnabled",
}


def switch_outcome(table: Table, name: str, value: Value) -> Outcome:
    """Whether a setting of a table is on; it is off if not set."""
    on = as_boolean(value)
    where = table.property if table.is_replica else PROPERTIES[name]
    if on is True:
        return PROVEN
    if on is UNKNOWN:
        return pending(f"The {name} of {in_sentence(table.place)} is unknown", where)
    return disproved(
        f"{name.capitalize()} of {in_sentence(table.place)} is {stated(value)}. Set it to true.", where
    )
