"""The config of a stack of this project that makes a table, as files show it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from encrypted_tables.errors import UserError
from encrypted_tables.iam.documents import Document
from encrypted_tables.who_can.evaluate import Subject

_TABLES = ":tables"
NAMESPACE = "encrypted-tables"
# The statements that the strict profile of a key policy always has.
_STRICT_SIDS = {"KeyManagementByAccount", "KeyAdministration", "TableCreation", "KeyUsage"}


@dataclass(frozen=True)
class Project:
    """Where the config of a table is."""

    file: str
    """As `Pulumi.dev.yaml`."""
    namespace: str
    table: str
    """The table's name in the config, which may differ from that in DynamoDB."""
    key_users: tuple[str, ...] = ()
    """The principals that `keyUsers` names."""
    brings_key: bool = False
    """Whether the key is managed elsewhere (`keyArn`)."""

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.file.removeprefix("Pulumi.").removesuffix(".yaml")

    def lines(self, setting: str, values: list[Any]) -> str:
        """What to add to the file, as YAML."""
        written = yaml.safe_dump(values, sort_keys=False, default_flow_style=False, width=1000)
        indented = "".join(f"        {line}\n" for line in written.splitlines())
        return f"config:\n  {self.namespace}{_TABLES}:\n    {self.table}:\n      {setting}:\n{indented}"


def project_of(subject: Subject, stack: str | None, directory: Path) -> Project | None:
    """The config that makes a table: of the stack, or of the only file that has the table.

    A table with a key policy of the strict profile is of this project even where no file is found.

    Args:
        subject: the table as AWS shows it.
        stack: the stack's name; None where it was not given.
        directory: where the `Pulumi.STACK.yaml` files are.

    Raises:
        UserError: the file of the stack cannot be read, or has no such table.
    """
    name = subject.table.name
    if stack is not None:
        file = directory / f"Pulumi.{stack}.yaml"
        found = _in_file(file, name)
        if found is None:
            raise UserError(f"{file.name}: no table {name}. Give the --stack whose config has it.")
        return found
    files = [one for file in sorted(directory.glob("Pulumi.*.yaml")) if (one := _in_file(file, name))]
    if len(files) == 1:
        return files[0]
    if files or _is_strict(subject):
        return Project("Pulumi.STACK.yaml", NAMESPACE, files[0].table if files else name)
    return None


def _in_file(file: Path, table: str) -> Project | None:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"{file.name} cannot be read: {error}") from None
    config = content.get("config") if isinstance(content, dict) else None
    for name, tables in config.items() if isinstance(config, dict) else ():
        if str(name).endswith(_TABLES) and isinstance(tables, dict):
            for key, settings in tables.items():
                given = settings if isinstance(settings, dict) else {}
                if given.get("tableName", key) == table:
                    namespace = str(name).removesuffix(_TABLES)
                    users = _principals(given.get("keyUsers"))
                    return Project(file.name, namespace, str(key), users, "keyArn" in given)
    return None


def _principals(entries: Any) -> tuple[str, ...]:  # noqa: ANN401  # whatever is in the file
    """Who is named by entries, each a principal or a map with one."""
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
