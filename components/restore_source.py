"""Rejects a restore under other key attributes than those of the source, which a restore keeps.

The AWS provider creates the table all the same, and wants to replace it with the next update.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
"""

from functools import partial
from typing import cast

import pulumi
import pulumi_aws as aws

from .current_table import CurrentTableError, looked_up
from .inputs import when_known
from .setting_types import region_of
from .settings_error import SettingsError
from .table_settings import TableSettings


def checked_source(
    table: str, settings: TableSettings, source: pulumi.Input[str], options: pulumi.InvokeOptions
) -> pulumi.Input[str]:
    """The ARN of the table to restore, after a look at its key attributes, if AWS allows it.

    Raises:
        SettingsError: the source has other key attributes.
    """
    return when_known(cast("str", source), partial(_check, table, settings, options))


def _check(table: str, settings: TableSettings, options: pulumi.InvokeOptions, arn: str) -> str:
    name, region = arn.rpartition("/")[2], region_of(arn)
    try:
        found = looked_up(arn, lambda: aws.dynamodb.get_table(name=name, region=region, opts=options))
    except CurrentTableError:  # the restore does not need this permission
        return arn
    keys = [(key.name, key.type) for key in (settings.partition_key, settings.sort_key) if key]
    if found and (present := _keys(found)) != keys:
        described = " and ".join(f"{attribute!r} ({kind})" for attribute, kind in present)
        raise SettingsError(
            f"table {table!r}: restoreFrom: the keys of {arn} are {described}, and a restore keeps them. "
            "Give the same partitionKey and sortKey."
        )
    return arn


def _keys(found: aws.dynamodb.GetTableResult) -> list[tuple[str, str]]:
    """The key attributes of a table, the partition key first, with their types."""
    types = {attribute["name"]: attribute["type"] for attribute in found.attributes}
    return [(name, types[name]) for name in (found.hash_key, found.range_key) if name]
