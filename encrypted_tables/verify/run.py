"""One verification from end to end: read, try, predict, compare."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import boto3

from encrypted_tables.report.run import now, subject_of_run
from encrypted_tables.verify.collect.account import CALL, Account, read_account
from encrypted_tables.verify.collect.credentials import (
    CredentialSources,
    Principal,
    Untried,
    caller_principal,
    gather,
)
from encrypted_tables.verify.collect.declared import StackOutputs
from encrypted_tables.verify.collect.inventory import Place, Target, survey
from encrypted_tables.verify.collect.observe import Table, Unknown
from encrypted_tables.verify.collect.organization import (
    ControlPolicies,
    limited,
    not_covered,
    read_control_policies,
)
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.verify.compare.expectation import ITEM_CALLS, Expectation, expected
from encrypted_tables.verify.compare.findings import AccessCell, Finding, Severity, access_findings
from encrypted_tables.verify.compare.in_force import declaration_findings, in_force
from encrypted_tables.verify.compare.matrix import PREDICTED, Declarations, access_cells
from encrypted_tables.verify.compare.other_ways import OtherWays
from encrypted_tables.verify.compare.settings_findings import settings_findings
from encrypted_tables.verify.predict.everyone import predictions_of, rows_of
from encrypted_tables.verify.predict.predict import Prediction
from encrypted_tables.verify.probe.classify import Outcome
from encrypted_tables.verify.probe.prove import Leftover, prove
from encrypted_tables.verify.report.report import (
    SCHEMA_VERSION,
    PrincipalRow,
    Report,
    Rights,
    verdict_of,
)
from encrypted_tables.who_can.evaluate import policy_changers
from encrypted_tables.who_can.look import subject_of
from encrypted_tables.who_can.row import Row, Verdict, reasons, verdict


@dataclass(frozen=True)
class Options:
    """How to verify."""

    read_only: bool = False
    """Whether to skip PutItem; default False."""
    require_proof: bool = False
    """Whether to count predicted cells as "cannot tell"; default False."""
    workers: int = 16
    """Number of parallel calls; default 16."""
    sources: CredentialSources = field(default_factory=CredentialSources)
    stack: str | None = None
    """The stack to name in the report; default None."""


def targets_of(outputs: StackOutputs) -> list[Target]:
    """The tables that a stack declares."""
    return [Target(table.table_name, table.region, table) for table in outputs.tables.values()]


def verify(
    targets: list[Target], outputs: StackOutputs | None, options: Options, parallel: Parallel
) -> Report:
    """Verify the tables with the caller's credentials from the AWS environment.

    Raises:
        UserError: there is no usable caller.
    """
    started = now()
    region = targets[0].region
    caller = caller_principal(boto3.Session(), region, options.workers)
    principals, untried = gather(caller, outputs, options.sources, region, options.workers)
    places = survey(caller.connections, targets, parallel)
    tables = [place.table for place in places if isinstance(place.table, Table)]
    proof = prove(tables, principals, parallel, read_only=options.read_only)
    account = read_account(caller.connections, caller.account, parallel)
    controls = read_control_policies(caller.connections, caller.account)
    if isinstance(account, Account) and isinstance(controls, ControlPolicies):
        account = limited(account, controls)
    moment = datetime.now(UTC)
    declarations = _declarations(places, account, moment)
    everyone = [rows_of(place, account, moment) for place in places]
    predictions = predictions_of(
        zip(places, everyone, strict=True), principals, account, declarations, moment
    )
    cells = access_cells(proof.results, predictions, declarations)
    findings = [
        *settings_findings(places),
        *declaration_findings(places, account, moment),
        *access_findings(cells),
        *_manager_notes(cells, declarations),
        *(
            finding
            for place, rows in zip(places, everyone, strict=True)
            for finding in OtherWays(place, declarations, cells).findings(rows)
        ),
        *_probing_findings(places[0], untried, proof.leftovers),
        *_inventory_findings(places[0], account),
        *_control_findings(places[0], controls),
    ]
    if options.require_proof:
        findings += _unproven(predictions, declarations)
    return Report(
        schema_version=SCHEMA_VERSION,
        verdict=verdict_of(findings, is_declared=any(place.declared for place in places)),
        subject=subject_of_run(caller, (place.region for place in places), started, options.stack),
        read_only=options.read_only,
        principals=tuple(_rows(principals, predictions, declarations)),
        untried=tuple(untried),
        tables=tuple(places),
        access=tuple(cells),
        rights=tuple(
            right for place, rows in zip(places, everyone, strict=True) for right in _rights(place, rows)
        ),
        findings=tuple(sorted(findings, key=lambda one: list(Severity).index(one.severity))),
    )


def _declarations(places: list[Place], account: Account | Unknown, now: datetime) -> Declarations:
    tables = {
        (place.name, place.region): in_force(place.declared, account, now) if place.declared else None
        for place in places
    }
    managers = {
        (place.name, place.region, principal)
        for place in places
        if isinstance(place.table, Table) and isinstance(account, Account)
        for principal in policy_changers(account, subject_of(place))
    }
    return Declarations(tables, frozenset(managers))


def _manager_notes(cells: Iterable[AccessCell], declarations: Declarations) -> Iterable[Finding]:
    """Notes on undeclared principals that can read a table and change the policy of its key."""
    readers = {
        (cell.table, cell.region, cell.principal)
        for cell in cells
        if cell.actual is Outcome.ALLOWED and cell.call in ITEM_CALLS
    }
    for table, region, arn in sorted(readers):
        roles = declarations.roles(table, region, arn)
        is_undeclared = expected(roles, "GetItem") is Expectation.DENIED
        if declarations.manages(table, region, arn) and declarations.tables[table, region] and is_undeclared:
            yield Finding(
                kind="key-manager-reads",
                severity=Severity.NOTE,
                table=table,
                region=region,
                text=f"{arn} is not declared to have access but can read the table; "
                "it can change the key policy and so give itself any access.",
                todo="Declare it as a key administrator, or remove its permission to change the key policy.",
                principal=arn,
            )


def _rights(place: Place, rows: Iterable[Row]) -> Iterable[Rights]:
    for row in rows:
        beside = {name: answer for name, answer in row.answers.items() if name not in {"read", "write"}}
        use_key, administer, copy = map(verdict, (row.use_key, row.administer, row.copy))
        if {use_key, administer, copy} != {Verdict.NO}:
            because = tuple(reasons(beside))
            yield Rights(place.name, place.region, row.principal.arn, use_key, administer, copy, because)


def _inventory_findings(place: Place, account: Account | Unknown) -> Iterable[Finding]:
    if isinstance(account, Unknown):
        yield Finding(
            kind="account-not-read",
            severity=Severity.UNKNOWN,
            table=place.name,
            region=place.region,
            text=f"the users and roles of the account could not be listed, so a reader could be overlooked: "
            f"{account.words}",
            todo=f"Allow the verifier {CALL} and verify again.",
        )


def _control_findings(place: Place, controls: ControlPolicies | Unknown) -> Iterable[Finding]:
    if isinstance(controls, Unknown):
        yield Finding(
            kind="control-policies-not-read",
            severity=Severity.NOTE,
            table=place.name,
            region=place.region,
            text=not_covered(controls),
            todo=f"Allow the verifier {controls.call}, so that they are evaluated.",
        )


def _probing_findings(
    place: Place, untried: Iterable[Untried], leftovers: Iterable[Leftover]
) -> Iterable[Finding]:
    for one in untried:
        yield Finding(
            kind="credentials-unusable",
            severity=Severity.UNKNOWN,
            table=place.name,
            region=place.region,
            text=f"{one.source}: {one.reason}",
            todo="Give working credentials, or leave them out.",
            principal=one.arn,
        )
    for item in leftovers:
        yield Finding(
            kind="probe-item-left",
            severity=Severity.UNKNOWN,
            table=item.table,
            region=item.region,
            text=f"the probe item {item.key} could not be removed: {item.reason}",
            todo="Delete that item by hand.",
        )


def _unproven(predictions: Iterable[Prediction], declarations: Declarations) -> list[Finding]:
    pairs = sorted({(one.table, one.region, one.principal) for one in predictions})
    return [
        Finding(
            kind="only-predicted",
            severity=Severity.UNKNOWN,
            table=table,
            region=region,
            text=f"{principal} is declared, but its access is predicted, not proven.",
            todo="Give its credentials by --profile, --credentials-csv or --assume-role.",
            principal=principal,
        )
        for table, region, principal in pairs
        if declarations.roles(table, region, principal)
    ]


def _rows(
    principals: Iterable[Principal], predictions: Iterable[Prediction], declarations: Declarations
) -> Iterable[PrincipalRow]:
    proven = [(one.arn, one.sts_arn, one.source) for one in principals]
    predicted = [(arn, None, PREDICTED) for arn in sorted({one.principal for one in predictions})]
    for arn, sts_arn, source in (*proven, *predicted):
        roles = {
            role for table, region in declarations.tables for role in declarations.roles(table, region, arn)
        }
        yield PrincipalRow(arn, sts_arn, source, tuple(sorted(roles)))
