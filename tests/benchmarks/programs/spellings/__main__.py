"""A table for each spelling in the file that SPELLINGS names."""

import json
import os
from pathlib import Path

import pulumi
import pulumi_aws as aws

for name, inputs in json.loads(Path(os.environ["SPELLINGS"]).read_text()).items():
    aws.dynamodb.Table(
        name,
        name=name,
        hash_key="id",
        attributes=[{"name": "id", "type": "S"}],
        billing_mode="PAY_PER_REQUEST",
        deletion_protection_enabled=True,
        point_in_time_recovery={"enabled": True},
        **inputs,
        opts=pulumi.ResourceOptions(protect=True),
    )
