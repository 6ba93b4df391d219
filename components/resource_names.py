"""Types and names of the components' resources.

Names of child resources are unique in a program, whatever the names of tables, indexes and roles: the name of
a child ends with its subject, in a form that is unambiguous.
"""

from functools import reduce

import pulumi

from .per_program import PerProgram

PACKAGE = "encrypted-tables"
"""The name of the Pulumi package."""
NAMESPACE = "encrypted-tables"
"""The publisher of the package, which is the scope of its npm package."""
_EARLIER_PACKAGE = "dynamodb-kms"
_ROLE = "-_-"
_earlier_names = PerProgram[[], set[str]](set)


def type_token(component: str) -> str:
    """The type of a component: `encrypted-tables:index:EncryptedTable`."""
    return f"{PACKAGE}:index:{component}"


def earlier_type(component: str) -> pulumi.Alias:
    """The alias for the package's earlier name, so that existing stacks keep the component."""
    return pulumi.Alias(type_=f"{_EARLIER_PACKAGE}:index:{component}")


def about(name: str, subject: str) -> str:
    """The name of a child for an index or alias: `orders-alias[sales]`. Their names cannot contain
    brackets.
    """
    return f"{name}[{subject}]"


def about_role(name: str, role: str, number: int) -> str:
    """The name of a child for a role: `orders-read-_-shop`.

    IAM and KMS do not accept brackets. Underscores in the role's name are doubled, so that a single one marks
    the start of the role, or the number of another role with the same name.
    """
    return f"{name}{_ROLE}{role.replace('_', '__')}" + (f"-_{number}" if number > 1 else "")


def is_about_role(name: str) -> bool:
    """Whether the name has the form of a child for a role."""
    return _ROLE in name


def renamed(options: pulumi.ResourceOptions, earlier: str) -> pulumi.ResourceOptions:
    """The options of a child that had another name earlier, so that existing stacks keep the resource.

    Two children may have had the same name; the engine accepts it as an alias of only one.
    """
    if earlier in _earlier_names():
        return options
    _earlier_names().add(earlier)
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(aliases=[pulumi.Alias(name=earlier)]))


def merged(*options: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """Several options as one; later ones win."""
    return reduce(pulumi.ResourceOptions.merge, options)
