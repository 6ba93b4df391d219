"""Rejects another definition of a local secondary index, which DynamoDB only creates with its table.

The AWS provider compares local indexes by name: it would find no change, and make none.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi_aws as aws

from .settings_error import SettingsError

_DEFINITION = ("range_key", "projection_type", "non_key_attributes")


def reject_local_index_changes(
    table: str, found: aws.dynamodb.GetTableResult | None, wanted: Sequence[Mapping[str, Any]]
) -> None:
    """Compare the local indexes of a table, if it exists, with the inputs for them.

    Raises:
        SettingsError: an index has another sort key or projection.
    """
    present = {index["name"]: index for index in (found.local_secondary_indexes if found else None) or ()}
    for index in wanted:
        name = index["name"]
        if name in present and _definition(present[name]) != _definition(index):
            raise SettingsError(
                f"table {table!r}: the local index {name!r} would change, but DynamoDB only creates local "
                "indexes with their table. Keep its sortKey, projectionType and nonKeyAttributes, use a "
                "global index, or add a second table with the index and copy the items."
            )


def _definition(index: Mapping[str, Any]) -> list[Any]:
    range_key, projection, attributes = (index.get(name) for name in _DEFINITION)
    return [range_key, projection, sorted(attributes or ())]
