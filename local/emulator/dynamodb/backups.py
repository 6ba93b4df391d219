"""Point-in-time recovery: period and earliest time, which ministack lacks.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoverySpecification.html
"""

from collections.abc import Mapping
from typing import Any

from .. import clock
from ..arns import TableName
from ..errors import out_of_constraint

LEAST_DAYS, MOST_DAYS = 1, 35
DAY_SECONDS = 24 * 60 * 60
OPERATIONS = frozenset({"DescribeContinuousBackups", "UpdateContinuousBackups"})


def check(request: Mapping[str, Any]) -> None:
    """Raise if AWS would reject the recovery period.

    Raises:
        ServiceError: it is not 1 to 35 days.
    """
    days = (request.get("PointInTimeRecoverySpecification") or {}).get("RecoveryPeriodInDays")
    if days is not None and not LEAST_DAYS <= days <= MOST_DAYS:
        bound = (
            f"greater than or equal to {LEAST_DAYS}"
            if days < LEAST_DAYS
            else f"less than or equal to {MOST_DAYS}"
        )
        field = "pointInTimeRecoverySpecification.recoveryPeriodInDays"
        raise out_of_constraint(field, days, f"Member must have value {bound}")


def complete(table: TableName, request: Mapping[str, Any], answer: dict[str, Any]) -> None:
    """Store the recovery period of an update, and add it to the answer."""
    record = table.record
    if record is None:
        return
    specification = request.get("PointInTimeRecoverySpecification")
    if specification is not None:
        record["_recovery_days"] = specification.get("RecoveryPeriodInDays", MOST_DAYS)
        if not specification.get("PointInTimeRecoveryEnabled"):
            record.pop("_recovery_since", None)
        else:
            record.setdefault("_recovery_since", clock.now())
    shown = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    if shown["PointInTimeRecoveryStatus"] == "ENABLED":
        days = record.get("_recovery_days", MOST_DAYS)
        now = clock.now()
        shown["RecoveryPeriodInDays"] = days
        shown["EarliestRestorableDateTime"] = max(
            record.get("_recovery_since", now), now - days * DAY_SECONDS
        )
        shown["LatestRestorableDateTime"] = now
