"""A policy pack that does nothing: a pack without any policy is refused."""

from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

PolicyPack(
    name="benchmark-empty",
    policies=[
        ResourceValidationPolicy(
            name="nothing",
            description="Looks at each resource and says nothing.",
            enforcement_level=EnforcementLevel.MANDATORY,
            validate=lambda _args, _report: None,
        )
    ],
)
