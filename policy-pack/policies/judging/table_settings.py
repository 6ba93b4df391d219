"""Outcomes for boolean settings of a table."""

from policies.declared.tables import Table
from policies.declared.values import UNKNOWN, Value, as_boolean, in_sentence, stated
from policies.judging.outcome import PROVEN, Outcome, disproved, pending

# The property of aws.dynamodb.Table for each setting.
PROPERTIES = {
    "point-in-time recovery": "pointInTimeRecovery",
    "deletion protection": "deletionProtectionEnabled",
}


def switch_outcome(table: Table, name: str, value: Value) -> Outcome:
    """The outcome for a setting of a table, which is off by default."""
    on = as_boolean(value)
    where = table.property if table.is_replica else PROPERTIES[name]
    if on is True:
        return PROVEN
    if on is UNKNOWN:
        return pending(f"The {name} of {in_sentence(table.place)} is unknown", where)
    return disproved(
        f"{name.capitalize()} of {in_sentence(table.place)} is {stated(value)}. Set it to true.", where
    )
