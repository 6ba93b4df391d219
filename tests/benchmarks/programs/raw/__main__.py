"""The same tables as the component's, written with raw resources: key, alias and table each."""

import pulumi_aws as aws
from resources import NAMES, key_inputs, table_inputs  # type: ignore[import-not-found]  # linked

for name in NAMES:
    key = aws.kms.Key(f"{name}-key", **key_inputs(name))
    aws.kms.Alias(f"{name}-alias", name=f"alias/{name}", target_key_id=key.key_id)
    aws.dynamodb.Table(f"{name}-table", **table_inputs(name, key.arn))
