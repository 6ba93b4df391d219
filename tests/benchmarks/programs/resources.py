"""The inputs of the resources that the component makes with its defaults, written out.

KEY_POLICY is the key policy of the table TABLE in ACCOUNT, as somebody would have it in a file.
"""

import os
from typing import Any

import pulumi
import pulumi_aws as aws

ACCOUNT = aws.get_caller_identity().account_id
POLICY = os.environ["KEY_POLICY"].replace("ACCOUNT", ACCOUNT)
NAMES = [f"table-{number:04}" for number in range(int(os.environ["TABLES"]))]


def key_inputs(name: str) -> dict[str, Any]:
    """The inputs of the key of a table."""
    return {
        "description": f"Encrypts the DynamoDB table {name}.",
        "policy": POLICY.replace("TABLE", name),
        "bypass_policy_lockout_safety_check": False,
        "enable_key_rotation": True,
        "rotation_period_in_days": 365,
        "deletion_window_in_days": 7,
        "multi_region": False,
        "tags": {},
    }


def table_inputs(name: str, key_arn: pulumi.Output[str]) -> dict[str, Any]:
    """The inputs of a table that is encrypted with a key."""
    return {
        "name": name,
        "hash_key": "id",
        "attributes": [{"name": "id", "type": "S"}],
        "global_secondary_indexes": [],
        "local_secondary_indexes": [],
        "ttl": {"enabled": False},
        "billing_mode": "PAY_PER_REQUEST",
        "table_class": "STANDARD",
        "deletion_protection_enabled": False,
        "server_side_encryption": {"enabled": True, "kms_key_arn": key_arn},
        "point_in_time_recovery": {"enabled": True, "recovery_period_in_days": 35},
    }
