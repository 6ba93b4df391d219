"""Reads an evidence folder: the subject, and who had which access to which table."""

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from encrypted_tables.errors import UserError
from encrypted_tables.iam.principals import distinct
from encrypted_tables.report.checksums import read_with_checksums
from encrypted_tables.report.subject import Subject
from encrypted_tables.verify.collect.declared import DeclaredAccess
from encrypted_tables.verify.compare.expectation import READ_CALLS, WRITE_CALLS
from encrypted_tables.verify.probe.classify import Outcome

REPORT = "report.json"
_FORMAT = re.compile(r"2\.[1-9]\d*")  # 2.0 lacks the rights besides item calls


class Right(StrEnum):
    """Whether a principal could do something with a table."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"
    NOT_TRIED = "not tried"


@dataclass(frozen=True)
class Access:
    """One principal's access to one table in a report."""

    principal: str
    read: Right = Right.NO
    write: Right = Right.NO
    use_key: Right = Right.NO
    """Whether it could decrypt with the key outside DynamoDB."""
    administer: Right = Right.NO
    """Whether it could give itself access."""
    copy: Right = Right.NO
    """Whether it could copy items elsewhere."""
    roles: tuple[str, ...] = ()
    """The roles that the stack declares."""
    is_proven: bool = False
    """Whether the principal's own calls showed that it can read or write."""

    @property
    def has_items(self) -> bool:
        """Whether the principal could read or write, or it is unknown."""
        return bool({self.read, self.write} & _OPEN)

    @property
    def is_open(self) -> bool:
        """Whether the principal could do anything, or it is unknown.

        An unknown right to copy does not count alone, because AWS does not document whether copies need the
        key.
        """
        return self.has_items or bool({self.use_key, self.administer} & _OPEN) or self.copy is Right.YES

    @property
    def rights(self) -> dict[str, Right]:
        """All rights, by name."""
        names = ("read", "write", "use_key", "administer", "copy")
        return {name: getattr(self, name) for name in names}


_OPEN = frozenset({Right.YES, Right.CANNOT_TELL})


class Key(NamedTuple):
    """The principal and the table of an access."""

    table: str
    region: str
    principal: Hashable
    """Equal for all ARNs of one user or role."""


@dataclass(frozen=True)
class Evidence:
    """The content of an evidence folder."""

    folder: Path
    checksum: str
    """The SHA-256 of its SHA256SUMS."""
    subject: Subject
    access: dict[Key, Access]
    tables: frozenset[tuple[str, str]]
    """The tables that were read, each with its Region."""
    account_read: bool
    """Whether all users and roles of the account could be listed."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Cell(_Model):
    table: str
    region: str
    principal: str
    call: str
    actual: Outcome
    basis: Literal["proven", "predicted"]


class _Rights(_Model):
    table: str
    region: str
    principal: str
    use_key: Right
    administer: Right
    copy_: Right = Field(alias="copy")


class _Declared(_Model):
    access: tuple[DeclaredAccess, ...]


class _Place(_Model):
    name: str
    region: str
    table: dict[str, Any]
    declared: _Declared | None


class _Finding(_Model):
    kind: str


class _Report(_Model):
    subject: Subject
    tables: tuple[_Place, ...]
    access: tuple[_Cell, ...]
    rights: tuple[_Rights, ...]
    findings: tuple[_Finding, ...]


class _Versioned(_Model):
    schema_version: str


def read_evidence(folder: Path) -> Evidence:
    """Read a folder that `verify --evidence` wrote.

    Raises:
        UserError: a file was changed, or it is not an evidence folder of a supported format.
    """
    files, checksum = read_with_checksums(folder)
    if REPORT not in files:
        raise UserError(f"{folder}: no {REPORT}. Give a folder that `verify --evidence` wrote.")
    try:
        version = _Versioned.model_validate_json(files[REPORT]).schema_version
        if not _FORMAT.fullmatch(version):
            raise UserError(
                f"{folder / REPORT}: format {version} is not supported; run verify again (2.1 or a later "
                "2.x is needed)."
            )
        report = _Report.model_validate_json(files[REPORT])
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        where = ".".join(map(str, fault["loc"]))
        raise UserError(f"{folder / REPORT}: {where}: {fault['msg']}.") from None
    places = {(one.name, one.region): one for one in report.tables}
    return Evidence(
        folder,
        checksum,
        report.subject,
        _with_rights(
            {key: _access(cells, places.get(key[:2])) for key, cells in _by_key(report.access)},
            report.rights,
        ),
        frozenset(where for where, one in places.items() if "arn" in one.table),
        all(one.kind != "account-not-read" for one in report.findings),
    )


def _with_rights(access: dict[Key, Access], rights: Iterable[_Rights]) -> dict[Key, Access]:
    found = dict(access)
    for one in rights:
        key = Key(one.table, one.region, distinct(one.principal))
        known = found.get(key) or Access(one.principal)
        found[key] = replace(known, use_key=one.use_key, administer=one.administer, copy=one.copy_)
    return found


def _by_key(cells: Iterable[_Cell]) -> Iterable[tuple[Key, list[_Cell]]]:
    found: dict[Key, list[_Cell]] = {}
    for cell in cells:
        found.setdefault(Key(cell.table, cell.region, distinct(cell.principal)), []).append(cell)
    return found.items()


def _access(cells: list[_Cell], place: _Place | None) -> Access:
    principal = cells[0].principal
    declared = place.declared.access if place and place.declared else ()
    of_items = [cell for cell in cells if cell.call in READ_CALLS + WRITE_CALLS]
    return Access(
        principal,
        _right(cell.actual for cell in of_items if cell.call in READ_CALLS),
        _right(cell.actual for cell in of_items if cell.call in WRITE_CALLS),
        roles=tuple(sorted({one.role for one in declared if one.means(principal)})),
        is_proven=any(cell.basis == "proven" for cell in of_items),
    )


def _right(outcomes: Iterable[Outcome]) -> Right:
    found = set(outcomes)
    if not found:
        return Right.NOT_TRIED
    if Outcome.ALLOWED in found:
        return Right.YES
    return Right.NO if all(one.is_denied for one in found) else Right.CANNOT_TELL
