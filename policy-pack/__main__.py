"""The policy pack, as the engine starts it."""

from pulumi_policy import EnforcementLevel, PolicyPack

from policies import POLICIES
from policies.judging.convert_once import convert_once

convert_once()
PolicyPack(
    name="encrypted-tables-policies",
    display_name="DynamoDB encryption",
    description="DynamoDB tables are encrypted with customer managed KMS keys, and the keys are protected",
    policies=POLICIES,
    enforcement_level=EnforcementLevel.ADVISORY,
    provider="aws",
)
