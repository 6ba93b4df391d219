"""Moves resources of a program into a component: an alias lets Pulumi keep each one.

https://www.pulumi.com/docs/iac/concepts/options/aliases/
"""

import re
from collections.abc import Mapping

import pulumi

from .regions import REGION
from .resource_names import is_about_role
from .settings_error import SettingsError

_REGION = rf"(-{REGION})?"
_ABOUT = r"(\[.+\])?"
_CHILD = re.compile(
    rf"-(table|policy|key(-\d+)?{_REGION}|alias{_REGION}{_ABOUT}|(read|write)-(capacity|utilization){_ABOUT}"
    rf"|(losses|access)(-target)?{_REGION}|alarms{_REGION})"
)


def is_name_of_child(child: str, name: str) -> bool:
    """Whether a component with this name can have such a child."""
    is_its = child.startswith(f"{name}-")
    return is_its and bool(is_about_role(child) or _CHILD.fullmatch(child.removeprefix(name)))


class FormerNames:
    """The former names of a component's children.

    Args:
        names: the former name or URN of a resource by its present name.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._children: set[str] = set()

    @property
    def transformations(self) -> list[pulumi.ResourceTransformation]:
        """The transformations of the component, which give its children their aliases."""
        return [self._with_alias] if self._names else []

    def check(self, what: str) -> None:
        """Check that each name belongs to a child.

        Raises:
            SettingsError: a name belongs to no child.
        """
        unknown = [n for n in self._names if n not in self._children and not is_about_role(n)]
        if unknown:
            raise SettingsError(
                f"{what}: formerNames: the component has no resource {', '.join(map(repr, unknown))}; it has "
                f"{', '.join(sorted(self._children))}."
            )

    def _with_alias(
        self, args: pulumi.ResourceTransformationArgs
    ) -> pulumi.ResourceTransformationResult | None:
        if isinstance(args.resource, pulumi.CustomResource):
            self._children.add(args.name)
        former = self._names.get(args.name)
        if former is None:
            return None
        alias: str | pulumi.Alias = former
        if not former.startswith("urn:pulumi:"):
            alias = pulumi.Alias(name=former, parent=pulumi.ROOT_STACK_RESOURCE)
        options = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(aliases=[alias]))
        return pulumi.ResourceTransformationResult(args.props, options)
