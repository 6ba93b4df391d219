"""Names of a component's children: unique in a program, whatever tables, indexes and roles are named.

The subject of a child is at the end of its name, where it can be read in one way only.
"""

import pulumi


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
    """The options of a child that had another name in version 1.0: existing stacks keep the resource."""
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(aliases=[pulumi.Alias(name=earlier)]))
