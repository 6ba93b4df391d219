"""Reads a table and the users and roles of its account from AWS, and evaluates who has access."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from encrypted_tables.errors import UserError
from encrypted_tables.iam.actions import DECRYPT
from encrypted_tables.iam.answer import NO, YES
from encrypted_tables.iam.documents import Document
from encrypted_tables.iam.policy import ended_statements, orphaned_ids
from encrypted_tables.iam.principals import parse_principal
from encrypted_tables.verify.collect.account import Account, read_account
from encrypted_tables.verify.collect.credentials import Principal as WithCredentials
from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.collect.observe import Table, Unknown
from encrypted_tables.verify.collect.organization import limited, not_covered, read_control_policies
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.verify.predict.predict import UNUSABLE, key_facts, stream_facts, table_facts
from encrypted_tables.verify.probe.classify import Outcome
from encrypted_tables.verify.probe.probe import ProbeResult
from encrypted_tables.who_can.evaluate import Subject, rows, with_access
from encrypted_tables.who_can.report import TableRows
from encrypted_tables.who_can.row import Row

GET_ITEM = "dynamodb:GetItem"


@dataclass(frozen=True)
class Inventory:
    """The users and roles of an account, read once for all of its tables."""

    account: Account
    limits: tuple[str, ...] = ()
    """What could not be read, and what the answers therefore do not cover."""


def inventory_of_caller(caller: WithCredentials, parallel: Parallel) -> Inventory:
    """The users and roles of the caller's account, with the control policies of its organization.

    Raises:
        UserError: the users and roles cannot be listed.
    """
    account = account_of_caller(caller, parallel)
    controls = read_control_policies(caller.connections, caller.account)
    if isinstance(controls, Unknown):
        return Inventory(account, (not_covered(controls),))
    return Inventory(limited(account, controls))


def account_of_caller(caller: WithCredentials, parallel: Parallel | None = None) -> Account:
    """The users and roles of the caller's account.

    Raises:
        UserError: they cannot be listed.
    """
    account = read_account(caller.connections, caller.account, parallel)
    if isinstance(account, Unknown):
        raise UserError(
            f"the users and roles of account {caller.account} cannot be listed, "
            f"so a reader could be overlooked: {account.words}. Allow this call to {caller.arn}."
        )
    return account


def subject_of(place: Place) -> Subject:
    """A table and its key, as they were read.

    Raises:
        UserError: the table could not be read.
    """
    if isinstance(place.table, Unknown):
        raise UserError(f"{place.name} in {place.region}: {place.table.words}")
    table, key = place.table, place.key
    found = Subject(
        table_facts(table), None, "", "", table.indexes, table.vector_indexes, stream_facts(table)
    )
    if isinstance(key, Unknown):
        return replace(found, unknown=key.words)
    if key is None or key.manager == "AWS":
        return replace(found, is_aws_managed=key is not None)
    unusable = f"the key is {key.state}" if key.state in UNUSABLE else ""
    return replace(found, key=key_facts(key), unusable=unusable)


def look(inventory: Inventory, place: Place, proofs: Mapping[str, bool], parallel: Parallel) -> TableRows:
    """Everyone who has any access to the table.

    Args:
        inventory: the users and roles of the table's account.
        place: the table and its key.
        proofs: by the ARN of a principal, whether a read with its credentials was allowed.
        parallel: shows the progress.
    """
    subject, account = subject_of(place), inventory.account
    everyone = rows(account, subject, datetime.now(UTC))
    found = list(parallel.track(f"evaluating {place.name}", everyone, len(account.members) + 1))
    proven = [_proven(row, proofs) for row in found]
    limits = (*inventory.limits, *_admits_nobody(subject, datetime.now(UTC)))
    return TableRows(place.name, place.region, len(found), with_access(proven), limits)


def _admits_nobody(subject: Subject, now: datetime) -> Iterator[str]:
    """Notes on deleted users and roles that a policy still names, and on statements whose time is over."""
    of_key = subject.key.policies if subject.key else ()
    actions = [
        *((policy, GET_ITEM) for policy in subject.table.policies),
        *((one, DECRYPT) for one in of_key),
    ]
    for policy, action in actions:
        if isinstance(policy, Document):
            for unique_id in sorted(orphaned_ids(policy)):
                yield f"{policy.label} names {unique_id}, which was deleted: that entry allows nobody."
            for place, until in ended_statements(policy, action, now).items():
                yield f"{place} ended at {until}: it allows nobody any more. Remove it."


def _proven(row: Row, proofs: Mapping[str, bool]) -> Row:
    allowed = proofs.get(row.principal.arn)
    if allowed is None:
        return row
    return replace(row, read=(YES if allowed else NO).by("a read with its credentials"), is_proven=True)


def proofs_of(account: Account, table: Table, results: list[ProbeResult]) -> dict[str, bool]:
    """By ARN, whether any read of the table was allowed. Principals without a conclusive answer are
    omitted.
    """
    found: dict[str, bool] = {}
    for result in results:
        who = parse_principal(result.principal)
        member = account.member(who) if who else None
        conclusive = result.outcome is Outcome.ALLOWED or result.outcome.is_denied
        if member and result.table == table.name and result.region == table.region and conclusive:
            arn = member.principal.arn
            found[arn] = found.get(arn, False) or result.outcome is Outcome.ALLOWED
    return found
