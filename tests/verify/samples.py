"""Reports with sample data, without AWS: long names, several Regions, every outcome."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

from encrypted_tables.report.subject import Subject
from encrypted_tables.verify.collect.credentials import Untried
from encrypted_tables.verify.collect.declared import DeclaredTable
from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.collect.observe import Key, Rotation, Table
from encrypted_tables.verify.compare.expectation import CALLS, Expectation
from encrypted_tables.verify.compare.findings import AccessCell, Finding, Severity
from encrypted_tables.verify.probe.classify import Outcome
from encrypted_tables.verify.report.report import SCHEMA_VERSION, PrincipalRow, Report, Rights, verdict_of

ACCOUNT = "111122223333"
IAM = f"arn:aws:iam::{ACCOUNT}"
SSO_ROLE = (
    f"{IAM}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_AdministratorAccess_0123456789abcdef"
)
APP, AUDITOR, WALTER = f"{IAM}:role/orders-app", f"{IAM}:role/security/auditor", f"{IAM}:user/walter"
LONG_TABLE = "customer-orders-with-a-name-that-is-as-long-as-the-team-could-make-it-production"

SUBJECT = Subject(
    account=ACCOUNT,
    partition="aws",
    regions=("eu-west-1", "us-east-1"),
    endpoints=("http://127.0.0.1:4566",),
    is_aws=False,
    stack="dev",
    commit="0123456789abcdef0123456789abcdef01234567-dirty",
    tool_version="1.0.0",
    started="2026-04-01T09:00:00.000+00:00",
    finished="2026-04-01T09:00:04.250+00:00",
    caller=f"arn:aws:sts::{ACCOUNT}:assumed-role/security-auditor/quarterly-review",
)


OUTCOMES = {
    APP: Outcome.ALLOWED,
    SSO_ROLE: Outcome.ALLOWED,
    AUDITOR: Outcome.DENIED_BY_KMS,
    WALTER: Outcome.DENIED_BY_IAM,
}


def place(name: str = LONG_TABLE, region: str = "eu-west-1") -> Place:
    """A table with its key."""
    key_id = "1234abcd-12ab-34cd-56ef-1234567890ab"
    key = Key(
        f"arn:aws:kms:{region}:{ACCOUNT}:key/{key_id}",
        key_id,
        "CUSTOMER",
        "Enabled",
        multi_region=False,
        deletion_date=None,
        aliases=(f"alias/{name}",),
        rotation=Rotation(enabled=True, period_in_days=365),
        policy="{}",
        grants=(),
    )
    arn = f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}"
    table = Table(name, arn, region, "ACTIVE", (), "ENABLED", key.arn, (), None, ())
    access = [
        {"principal": APP, "role": "readerWriter"},
        {"principal": SSO_ROLE, "role": "keyAdministrator"},
    ]
    declared = DeclaredTable.model_validate(
        {"tableName": name, "region": region, "keyArn": key.arn, "access": access}
    )
    return Place(name, region, region, declared, key.arn, table, key)


def cell(where: Place, principal: str, call: str, actual: Outcome, basis: str = "proven") -> AccessCell:
    """A call of a principal. The table's declaration lists only `APP`."""
    is_declared = principal == APP
    return AccessCell(
        where.name,
        where.region,
        principal,
        call,
        Expectation.ALLOWED if is_declared else Expectation.DENIED,
        actual,
        basis,
        time=SUBJECT.started if basis == "proven" else "",
        message="" if actual is Outcome.ALLOWED else f"User: {principal} is not authorized",
        as_declared=(actual is Outcome.ALLOWED) is is_declared,
    )


def report(
    *places: Place,
    outcomes: dict[str, Outcome] | None = None,
    subject: Subject = SUBJECT,
    rights: Iterable[Rights] = (),
) -> Report:
    """A report on the places; each principal has one outcome for all calls, and only two are proven."""
    where = places or (place(), place("orders", "us-east-1"))
    ends = OUTCOMES if outcomes is None else outcomes
    proven = {APP, AUDITOR}
    cells = [
        cell(at, arn, call, outcome, "proven" if arn in proven else "predicted")
        for at, (arn, outcome), call in product(where, ends.items(), CALLS)
    ]
    findings = [
        Finding(
            "allowed-but-not-declared",
            Severity.DIFFERS,
            one.table,
            one.region,
            f"{one.principal} is not declared to have access, but GetItem: allowed.",
            "Remove the permission (`encrypted-tables who-can` shows it), or declare the principal.",
            one.principal,
        )
        for one in cells
        if one.call == "GetItem" and one.as_declared is False
    ]
    rows = [
        PrincipalRow(
            arn, arn if arn in proven else None, "profile audit" if arn in proven else "predicted", ()
        )
        for arn in ends
    ]
    return Report(
        schema_version=SCHEMA_VERSION,
        verdict=verdict_of(findings, is_declared=True),
        subject=subject,
        read_only=False,
        principals=tuple(rows),
        untried=(Untried("profile old", "sts:GetCallerIdentity failed: ExpiredToken: it has expired"),),
        tables=where,
        access=tuple(cells),
        rights=tuple(rights),
        findings=tuple(findings),
    )


def later(made: Report, days: int = 90) -> Report:
    """The same report, made some days later."""

    def moved(time: str) -> str:
        return (datetime.fromisoformat(time) + timedelta(days=days)).isoformat(timespec="milliseconds")

    subject = made.subject
    return replace(
        made, subject=replace(subject, started=moved(subject.started), finished=moved(subject.finished))
    )
