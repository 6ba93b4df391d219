"""Writes the import file for existing tables and keys.

Finds the program's tables and keys in AWS by their names. Nothing changes until `pulumi import` reads the
file.
"""

import json
from pathlib import Path
from typing import Any

import boto3

from encrypted_tables.engine.find import find_engine
from encrypted_tables.engine.preview import Preview, read_preview
from encrypted_tables.engine.remedies import with_remedy
from encrypted_tables.engine.run_preview import AS_EVENTS, EngineError, messages_of
from encrypted_tables.engine.stack import Stack
from encrypted_tables.environments.existing import Capacity, Existing, TableInAws, existing

COMPONENT, PARENT = "component", "parent"


class AwsInRegion:
    """Calls AWS with the credentials of the environment."""

    def __init__(self, region: str | None) -> None:
        self._dynamodb = boto3.client("dynamodb", region_name=region)

    def table(self, name: str) -> TableInAws | None:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html"""
        try:
            table = self._dynamodb.describe_table(TableName=name)["Table"]
        except self._dynamodb.exceptions.ResourceNotFoundException:
            return None
        arn = table.get("SSEDescription", {}).get("KMSMasterKeyArn")
        is_own = arn is not None and _is_customer_managed(arn)
        words = arn if is_own else "the AWS owned key" if arn is None else "the AWS managed key"
        replicas = {
            replica["RegionName"]: replica["KMSMasterKeyId"]
            for replica in table.get("Replicas", ())
            if "KMSMasterKeyId" in replica and _is_customer_managed(replica["KMSMasterKeyId"])
        }
        return TableInAws(words, arn if is_own else None, replicas)

    def key_of_alias(self, name: str) -> str | None:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html"""
        kms = boto3.client("kms", region_name=self._dynamodb.meta.region_name)
        try:
            arn: str = kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"]
        except kms.exceptions.NotFoundException:
            return None
        return arn

    def is_scaled(self, capacity: Capacity) -> bool:
        """https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html"""
        return bool(
            self._scaling().describe_scalable_targets(
                ServiceNamespace="dynamodb",
                ResourceIds=[capacity.resource_id],
                ScalableDimension=capacity.dimension,
            )["ScalableTargets"]
        )

    def scaling_policy(self, capacity: Capacity, metric: str) -> str | None:
        """https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingPolicies.html"""
        pages = self._scaling().get_paginator("describe_scaling_policies")
        found = pages.paginate(
            ServiceNamespace="dynamodb",
            ResourceId=capacity.resource_id,
            ScalableDimension=capacity.dimension,
        )
        for policy in (policy for page in found for policy in page["ScalingPolicies"]):
            tracking = policy.get("TargetTrackingScalingPolicyConfiguration", {})
            if tracking.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType") == metric:
                return str(policy["PolicyName"])
        return None

    def _scaling(self) -> Any:  # noqa: ANN401  # boto3 makes its clients at run time
        return boto3.client("application-autoscaling", region_name=self._dynamodb.meta.region_name)


def _is_customer_managed(arn: str) -> bool:
    """Whether the key, in the Region of its ARN, is customer managed."""
    kms = boto3.client("kms", region_name=arn.split(":")[3])
    return bool(kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyManager"] == "CUSTOMER")


def adopt(stack: str, file: Path) -> Existing:
    """Write the import file for the resources that exist in AWS; no file if there are none.

    Raises:
        UserError: the preview failed, or an alias names another key than the table uses.
    """
    engine = find_engine()
    reached = Stack(stack, Path.cwd(), engine.pulumi, engine.environment())
    preview, template = _previewed(reached, file)
    own_region = _region(reached)
    found = existing(preview, lambda region: AwsInRegion(region or own_region))
    if found.found:
        file.write_text(json.dumps(import_file(template, found), indent=2) + "\n", encoding="utf-8")
    else:
        file.unlink()
    return found


def import_file(template: dict[str, Any], found: Existing) -> dict[str, Any]:
    """The engine's list of resources to create, reduced to those that exist and their parent components."""
    ids = {(one.resource.type, one.resource.name): one.id for one in found.found}
    resources = template.get("resources", [])
    kept = [one for one in resources if (one["type"], one["name"]) in ids]
    around = {one[PARENT] for one in kept if PARENT in one}
    while more := {r[PARENT] for r in resources if r["name"] in around and PARENT in r} - around:
        around |= more
    components = [one for one in resources if one.get(COMPONENT) and one["name"] in around]
    known = [{**one, "id": ids[one["type"], one["name"]]} for one in kept]
    return {**template, "resources": [*components, *known]}


def _previewed(stack: Stack, file: Path) -> tuple[Preview, dict[str, Any]]:
    plan = file.with_suffix(".plan.json")
    try:
        options = ["--save-plan", str(plan), "--import-file", str(file)]
        result = stack.captured("preview", "--json", *options, variables=AS_EVENTS)
        if result.returncode:
            raise EngineError(f"the preview of {stack.name} failed:\n{with_remedy(messages_of(result))}")
        preview = read_preview(result.stdout, plan.read_text(encoding="utf-8"))
    finally:
        plan.unlink(missing_ok=True)
    return preview, json.loads(file.read_text(encoding="utf-8"))


def _region(stack: Stack) -> str | None:
    """The Region in the stack's config; None for the environment's Region, as in the AWS provider."""
    result = stack.captured("config", "get", "aws:region")
    return result.stdout.strip() or None
