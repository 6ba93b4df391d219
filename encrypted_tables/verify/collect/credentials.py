"""The principals whose credentials are available, each with its session."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from encrypted_tables.errors import UserError
from encrypted_tables.iam.arns import account_of
from encrypted_tables.iam.principals import iam_arn, is_root, same_principal
from encrypted_tables.verify.collect.aws_errors import answer_of_error
from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.credentials_csv import read_credentials_csv
from encrypted_tables.verify.collect.declared import StackOutputs

_ROLE_SESSION_NAME = "encrypted-tables-verify"


@dataclass(frozen=True)
class Principal:
    """A user or role whose credentials are available."""

    arn: str
    """The IAM ARN of the user or role; for an assumed role, without its path."""
    sts_arn: str
    """The ARN that sts:GetCallerIdentity returned for these credentials."""
    source: str
    """The source of the credentials, for people."""
    connections: Connections = field(repr=False, compare=False)
    secrets: tuple[str, ...] = field(repr=False, compare=False, default=())

    @property
    def account(self) -> str:
        """The principal's account id."""
        return account_of(self.arn)


@dataclass(frozen=True)
class Untried:
    """Credentials that were requested and cannot be used."""

    source: str
    reason: str
    arn: str | None = None


@dataclass(frozen=True)
class CredentialSources:
    """Sources of credentials besides the caller's."""

    csv_files: tuple[Path, ...] = ()
    profiles: tuple[str, ...] = ()
    assume_roles: tuple[str, ...] = ()


def caller_principal(session: boto3.Session, region: str, pool: int) -> Principal:
    """The principal that runs verify.

    Raises:
        UserError: there are no working credentials, or they are those of the root user, whose access proves
            nothing about other principals.
    """
    found = identify("caller", session, region, pool)
    if isinstance(found, Untried):
        raise UserError(f"The caller's own AWS credentials cannot be used: {found.reason}")
    return found


def identify(source: str, session: boto3.Session, region: str, pool: int) -> Principal | Untried:
    """The principal of a session, from STS. The root user is rejected."""
    secrets: tuple[str, ...] = ()
    try:
        credentials = session.get_credentials()
        if credentials is None:
            return Untried(source, "no AWS credentials found. Log in, or set AWS_PROFILE.")
        frozen = credentials.get_frozen_credentials()
        secrets = tuple(part for part in (frozen.secret_key, frozen.token, frozen.access_key) if part)
        connections = Connections(session, region, pool)
        sts_arn = str(connections.client("sts").get_caller_identity()["Arn"])
    except (ClientError, BotoCoreError) as error:
        answer = answer_of_error(error, secrets)
        return Untried(source, f"sts:GetCallerIdentity failed: {answer.code}: {answer.message}")
    if is_root(sts_arn):
        return Untried(source, f"{sts_arn} is a root user; use a user or a role.", sts_arn)
    return Principal(iam_arn(sts_arn), sts_arn, source, connections, secrets)


def gather(
    caller: Principal, outputs: StackOutputs | None, sources: CredentialSources, region: str, pool: int
) -> tuple[list[Principal], list[Untried]]:
    """Every principal whose credentials are available, the caller first; and the credentials that cannot be
    used.
    """
    found: list[Principal | Untried] = [caller]
    for source, make_session in _sessions(outputs, sources):
        try:
            found.append(identify(source, make_session(), region, pool))
        except (BotoCoreError, UserError) as error:
            found.append(Untried(source, str(error)))
    found += [assume(caller, role, region, pool) for role in sources.assume_roles]
    principals, untried = _once_each(found)
    for role in _declared_roles(outputs):
        known = [one.arn for one in principals] + [one.arn for one in untried if one.arn]
        if not any(same_principal(role, arn) for arn in known):
            assumed = assume(caller, role, region, pool)
            if isinstance(assumed, Principal):
                principals.append(assumed)  # if it cannot be assumed, its access is predicted
    return principals, untried


def assume(caller: Principal, role_arn: str, region: str, pool: int) -> Principal | Untried:
    """A role that the caller assumes."""
    source = f"role {role_arn}"
    try:
        answer = caller.connections.client("sts").assume_role(
            RoleArn=role_arn, RoleSessionName=_ROLE_SESSION_NAME
        )
    except (ClientError, BotoCoreError) as error:
        failure = answer_of_error(error, caller.secrets)
        return Untried(source, f"sts:AssumeRole failed: {failure.code}: {failure.message}", role_arn)
    given = answer["Credentials"]
    session = boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=region,
    )
    return identify(source, session, region, pool)


def _sessions(
    outputs: StackOutputs | None, sources: CredentialSources
) -> Iterable[tuple[str, Callable[[], boto3.Session]]]:
    if outputs and (user := outputs.test_user_credentials):
        yield "test user", partial(key_session, user.access_key_id, user.secret_access_key.get_secret_value())
    for path in sources.csv_files:
        yield f"file {path.name}", partial(_csv_session, path)
    for profile in sources.profiles:
        yield f"profile {profile}", partial(boto3.Session, profile_name=profile)


def key_session(access_key_id: str, secret_access_key: str) -> boto3.Session:
    """A session with an access key."""
    return boto3.Session(aws_access_key_id=access_key_id, aws_secret_access_key=secret_access_key)


def _csv_session(path: Path) -> boto3.Session:
    return key_session(*read_credentials_csv(path))


def _declared_roles(outputs: StackOutputs | None) -> list[str]:
    tables = outputs.tables.values() if outputs else ()
    return sorted({e.principal for t in tables for e in t.access if ":role/" in e.principal})


def _once_each(found: Iterable[Principal | Untried]) -> tuple[list[Principal], list[Untried]]:
    principals: list[Principal] = []
    untried: list[Untried] = []
    for one in found:
        if isinstance(one, Untried):
            untried.append(one)
        elif not any(same_principal(one.arn, other.arn) for other in principals):
            principals.append(one)
    return principals, untried
