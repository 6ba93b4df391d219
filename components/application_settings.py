"""Applications in settings: a role and its access to items."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator

from .principals import check_principal
from .problems import Path
from .setting_types import OrOutput, Settings, matching


def _is_role(principal: str) -> str:
    if ":role/" not in principal and not principal.startswith("role/"):
        raise ValueError(f"{principal!r} is not a role; name users and accounts under keyUsers")
    return principal


class ApplicationAccess(Settings):
    """The access of an application. `ApplicationAccessArgs` describes each setting."""

    role: Annotated[str, AfterValidator(check_principal), AfterValidator(_is_role), OrOutput]
    access: Literal["READ", "WRITE", "READ_WRITE", "READ_STREAM"]


ApplicationName = Annotated[
    str, matching(r"[a-zA-Z0-9_-]{1,64}", "a name for an application: up to 64 letters, digits, `_` and `-`")
]


def application_roles(applications: Mapping[str, ApplicationAccess]) -> Mapping[Path, object]:
    """The role of each application, by the path of its setting."""
    return {("applicationAccess", name, "role"): one.role for name, one in applications.items()}
