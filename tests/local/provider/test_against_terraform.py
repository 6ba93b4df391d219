"""Terraform's AWS provider creates the same in AWS from the same inputs, if it is on the machine."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from local.local_run import LocalRun

PROGRAM = """
import pulumi_aws as aws
key = aws.kms.Key("key", description="compared", enable_key_rotation=True, deletion_window_in_days=9)
aws.kms.Alias("alias", name="alias/by-pulumi", target_key_id=key.key_id)
aws.dynamodb.Table(
    "table", name="by-pulumi", billing_mode="PAY_PER_REQUEST", hash_key="id",
    attributes=[{"name": "id", "type": "S"}],
    server_side_encryption={"enabled": True, "kms_key_arn": key.arn},
    point_in_time_recovery={"enabled": True}, tags={"team": "orders"},
)
"""
CONFIGURATION = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
    "provider": {"aws": {}},
    "resource": {
        "aws_kms_key": {
            "key": {"description": "compared", "enable_key_rotation": True, "deletion_window_in_days": 9}
        },
        "aws_kms_alias": {
            "alias": {"name": "alias/by-terraform", "target_key_id": "${aws_kms_key.key.key_id}"}
        },
        "aws_dynamodb_table": {
            "table": {
                "name": "by-terraform",
                "billing_mode": "PAY_PER_REQUEST",
                "hash_key": "id",
                "attribute": [{"name": "id", "type": "S"}],
                "server_side_encryption": {"enabled": True, "kms_key_arn": "${aws_kms_key.key.arn}"},
                "point_in_time_recovery": {"enabled": True},
                "tags": {"team": "orders"},
            }
        },
    },
}
OF_THE_TABLE = ("KeySchema", "AttributeDefinitions", "BillingModeSummary", "DeletionProtectionEnabled")
OF_THE_KEY = ("Description", "KeySpec", "KeyUsage", "KeyManager", "KeyState", "MultiRegion", "Origin")


@pytest.fixture
def terraform(shared_run: LocalRun, tmp_path: Path) -> Path:
    """A directory in which Terraform has its AWS provider."""
    program = shutil.which("terraform")
    if program is None:
        pytest.skip("there is no terraform on PATH to compare with")
    (tmp_path / "main.tf.json").write_text(json.dumps(CONFIGURATION))
    plugins = os.environ.get("TERRAFORM_PLUGINS")
    options = [f"-plugin-dir={plugins}"] if plugins else []
    initialised = run_terraform(shared_run, tmp_path, "init", *options)
    if initialised.returncode:
        pytest.skip(
            "terraform has no AWS provider here; name a directory of plugins in TERRAFORM_PLUGINS: "
            + initialised.stderr.strip()
        )
    return tmp_path


def test_the_same_inputs_leave_the_same_in_aws(
    shared_run: LocalRun, terraform: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("program")
    (directory / "Pulumi.yaml").write_text("name: compared\nruntime: python\n")
    (directory / "__main__.py").write_text(PROGRAM)

    shared_run.stack("dev", directory).up().checked()
    applied = run_terraform(shared_run, terraform, "apply", "-auto-approve")

    assert applied.returncode == 0, applied.stderr
    assert facts(shared_run, "by-terraform") == facts(shared_run, "by-pulumi")
    assert run_terraform(shared_run, terraform, "plan", "-detailed-exitcode").returncode == 0


def run_terraform(run: LocalRun, directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["terraform", f"-chdir={directory}", *arguments, "-input=false", "-no-color"],
        env=run.environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def facts(run: LocalRun, name: str) -> Mapping[str, Any]:
    """The AWS description of a table and its key, without values that are unique to each."""
    dynamodb, kms = run.aws.client("dynamodb"), run.aws.client("kms")
    table = dynamodb.describe_table(TableName=name)["Table"]
    key = kms.describe_key(KeyId=f"alias/{name}")["KeyMetadata"]
    recovery = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    return {
        "table": {field: table.get(field) for field in OF_THE_TABLE},
        "encryption": table["SSEDescription"]["Status"],
        "is the alias's key": table["SSEDescription"]["KMSMasterKeyArn"] == key["Arn"],
        "recovery": recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
        "tags": dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"],
        "key": {field: key.get(field) for field in OF_THE_KEY},
        "policy": json.loads(kms.get_key_policy(KeyId=key["Arn"])["Policy"])["Statement"],
        "rotation": kms.get_key_rotation_status(KeyId=key["Arn"])["KeyRotationEnabled"],
    }
