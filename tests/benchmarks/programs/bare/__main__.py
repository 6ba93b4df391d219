"""The same tables as with the component, in the smallest component: no checks, no settings, only resources.

Resources have the inputs and options of the component's, except for its hooks, which are checks.
"""

import pulumi
import pulumi_aws as aws
from resources import NAMES, key_inputs, table_inputs  # type: ignore[import-not-found]  # linked

EARLIER_TYPE = pulumi.Alias(type_="benchmark:index:EarlierTable")
SOURCES = [
    "restore_source_table_arn",
    "restore_date_time",
    "restore_to_latest_time",
    "restore_backup_arn",
    "import_table",
]


class BareTable(pulumi.ComponentResource):
    """Key, alias and table, and the outputs of the real component."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "benchmark:index:BareTable", name, {}, pulumi.ResourceOptions(aliases=[EARLIER_TYPE])
        )

        def child(ignored: list[str] | None = None) -> pulumi.ResourceOptions:
            return pulumi.ResourceOptions(
                parent=self, protect=False, retain_on_delete=False, ignore_changes=ignored
            )

        key = aws.kms.Key(f"{name}-key", **key_inputs(name), opts=child(["is_enabled"]))
        aws.kms.Alias(f"{name}-alias", name=f"alias/{name}", target_key_id=key.key_id, opts=child())
        table = aws.dynamodb.Table(
            f"{name}-table", **table_inputs(name, key.arn), opts=child([*SOURCES, "ttl.attributeName"])
        )
        self.register_outputs(
            {
                "tableName": table.name,
                "tableArn": table.arn,
                "keyArn": key.arn,
                "keyId": key.key_id,
                "keyAlias": f"alias/{name}",
                "streamArn": table.stream_arn,
                "replicaKeyArns": {},
                "alarmTargetArns": {},
            }
        )


for name in NAMES:
    BareTable(name)
