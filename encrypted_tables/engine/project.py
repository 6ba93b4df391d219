"""A Pulumi project in a directory: its name, and the settings in a stack's config file."""

from pathlib import Path
from typing import Any

import yaml

from encrypted_tables.errors import UserError


def project_name(project: Path) -> str:
    """The name in Pulumi.yaml.

    Raises:
        UserError: there is no Pulumi.yaml, or it has no name.
    """
    file = project / "Pulumi.yaml"
    try:
        settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(
            f"there is no Pulumi.yaml in {project.resolve()}; run this in the project's directory"
        ) from None
    except yaml.YAMLError as error:
        raise UserError(f"{file.resolve()} is not YAML: {error}") from error
    name = settings.get("name") if isinstance(settings, dict) else None
    if not isinstance(name, str):
        raise UserError(f"{file.resolve()} has no project name; add `name: ...`")
    return name


def stack_config(file: Path) -> dict[str, Any]:
    """All settings in a stack's config file, by name with namespace, such as `aws:region`.

    Raises:
        UserError: the file cannot be read, or is not YAML.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"{file.name} cannot be read: {error}") from None
    config = content.get("config") if isinstance(content, dict) else None
    return {str(name): value for name, value in config.items()} if isinstance(config, dict) else {}


def stack_settings(file: Path, project: str) -> dict[str, Any]:
    """The project's settings in a stack's config file, by name without namespace.

    Settings of providers (`aws:region`) are omitted. Pulumi also accepts a project's settings without a
    namespace: https://www.pulumi.com/docs/iac/concepts/config/

    Raises:
        UserError: the file cannot be read, or is not YAML.
    """
    settings = {}
    for key, value in stack_config(file).items():
        namespace, colon, name = key.partition(":")
        if not colon or namespace == project:
            settings[name if colon else namespace] = value
    return settings


def tables_of(settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The tables in a stack's settings by name, including the one in `firstTable`."""
    tables = settings.get("tables")
    found = {
        str(name): table if isinstance(table, dict) else {}
        for name, table in (tables.items() if isinstance(tables, dict) else ())
    }
    if first := settings.get("firstTable"):
        found.setdefault(str(first), {})
    return found
