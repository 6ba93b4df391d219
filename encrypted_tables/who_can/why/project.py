"""Finds the stack config that declares a table."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from encrypted_tables.engine.project import project_name, stack_settings, tables_of
from encrypted_tables.errors import UserError
from encrypted_tables.iam.documents import Document
from encrypted_tables.who_can.evaluate import Subject

# The Sids that the strict profile of a key policy always has.
_STRICT_SIDS = {"KeyManagementByAccount", "KeyAdministration", "TableCreation", "KeyUsage"}


@dataclass(frozen=True)
class Project:
    """The config of a table."""

    file: str
    """The file, such as `Pulumi.dev.yaml`."""
    namespace: str | None
    """The project's name. None if unknown; Pulumi then accepts settings without it."""
    table: str
    """The table's name in the config, which may differ from its name in DynamoDB."""
    key_users: tuple[str, ...] = ()
    """The principals in `keyUsers`."""
    brings_key: bool = False
    """Whether the key is managed elsewhere (`keyArn`)."""

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.file.removeprefix("Pulumi.").removesuffix(".yaml")

    @property
    def tables(self) -> str:
        """The setting that holds the tables: `shop:tables`."""
        return f"{self.namespace}:tables" if self.namespace else "tables"

    def lines(self, setting: str, values: list[Any]) -> str:
        """The lines to add to the file, as YAML."""
        written = yaml.safe_dump(values, sort_keys=False, default_flow_style=False, width=1000)
        indented = "".join(f"        {line}\n" for line in written.splitlines())
        return f"config:\n  {self.tables}:\n    {self.table}:\n      {setting}:\n{indented}"


def project_of(subject: Subject, stack: str | None, directory: Path) -> Project | None:
    """The config that declares a table: of the given stack, or of the only file with the table.

    A table with a key policy of the strict profile belongs to this project even if no file is found.

    Args:
        subject: the table as AWS shows it.
        stack: the stack's name; None if not given.
        directory: the directory of the `Pulumi.STACK.yaml` files.

    Raises:
        UserError: the file of the stack cannot be read, or has no such table.
    """
    name = subject.table.name
    if stack is not None:
        file = directory / f"Pulumi.{stack}.yaml"
        found = _in_file(file, name, project_name(directory))
        if found is None:
            raise UserError(f"{file.name}: no table {name}. Give --stack with the stack whose config has it.")
        return found
    if not (directory / "Pulumi.yaml").exists():
        return Project("Pulumi.STACK.yaml", None, name) if _is_strict(subject) else None
    namespace = project_name(directory)
    configs = sorted(directory.glob("Pulumi.*.yaml"))
    files = [one for file in configs if (one := _in_file(file, name, namespace))]
    if len(files) == 1:
        return files[0]
    if files or _is_strict(subject):
        return Project("Pulumi.STACK.yaml", namespace, files[0].table if files else name)
    return None


def _in_file(file: Path, table: str, namespace: str) -> Project | None:
    for name, given in tables_of(stack_settings(file, namespace)).items():
        if given.get("tableName", name) == table:
            users = _principals(given.get("keyUsers"))
            return Project(file.name, namespace, name, users, "keyArn" in given)
    return None


def _principals(entries: Any) -> tuple[str, ...]:  # noqa: ANN401  # whatever is in the file
    """The principals of entries; an entry is a principal or a map with one."""
    listed = entries if isinstance(entries, list) else []
    return tuple(str(one.get("principal") if isinstance(one, dict) else one) for one in listed)


def _is_strict(subject: Subject) -> bool:
    policies = subject.key.policies if subject.key else ()
    sids = {
        statement.get("Sid")
        for policy in policies
        if isinstance(policy, Document)
        for statement in policy.statements
    }
    return len(sids & _STRICT_SIDS) > 1
