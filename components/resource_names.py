"""Types and names of the components' resources.

Names of children are unique in a program, whatever tables, indexes and roles are named: the subject of a
child is at the end of its name, where it can be read in one way only.
"""

import pulumi

PACKAGE = "encrypted-tables"
"""The name of the Pulumi package."""
_EARLIER_PACKAGE = "dynamodb-kms"


def type_token(component: str) -> str:
    """The type of a component: `encrypted-tables:index:EncryptedTable`."""
    return f"{PACKAGE}:index:{component}"


def with_earlier_type(component: str, options: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """The options of a component, so that stacks with the package's first name keep the resource."""
    earlier = pulumi.Alias(type_=f"{_EARLIER_PACKAGE}:index:{component}")
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(aliases=[earlier]))


def about(name: str, subject: str) -> str:
    """The name of a child about an index or alias, whose names have no brackets: `orders-alias[sales]`."""
    return f"{name}[{subject}]"


def about_role(name: str, role: str, number: int) -> str:
    """The name of a child about a role: `orders-read-_-shop`.

    IAM and KMS take a name without brackets. Underscores of the role are doubled, so that a single one
    begins the role, and the number of a further role of the same name.
    """
    return f"{name}-_-{role.replace('_', '__')}" + (f"-_{number}" if number > 1 else "")


def renamed(options: pulumi.ResourceOptions, earlier: str) -> pulumi.ResourceOptions:
    """The options of a child that had another name at first: existing stacks keep the resource."""
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(aliases=[pulumi.Alias(name=earlier)]))
