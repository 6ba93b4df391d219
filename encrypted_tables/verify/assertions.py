"""Assertions on access, for a team's own tests. They only read."""

import os
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import boto3
import pytest

from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.credentials import Principal, Untried, assume, caller_principal, identify
from encrypted_tables.verify.collect.observe import Unknown, observe_table
from encrypted_tables.verify.compare.expectation import READ_CALLS
from encrypted_tables.verify.probe.classify import Outcome
from encrypted_tables.verify.probe.probe import ProbeItem, Prober, ProbeResult

Who: TypeAlias = Principal | Any  # or a boto3 session, which has no static type, or a name
Layer = Literal["kms", "iam"]
_LAYERS = {"kms": Outcome.DENIED_BY_KMS, "iam": Outcome.DENIED_BY_IAM}
_POOL = 4


def assert_denied(
    table: str,
    principal: Who,
    *,
    by: Layer | None = None,
    region: str | None = None,
    calls: Sequence[str] = READ_CALLS,
) -> list[ProbeResult]:
    """Fail unless every call is denied to the principal.

    Args:
        table: the table's name.
        principal: a boto3 session, the ARN of a role to assume, or the name of a profile.
        by: what must deny, "kms" or "iam" (default: either).
        region: the table's Region (default: the environment's).
        calls: which of GetItem, Query and Scan to make (default: all three).

    Returns:
        The result of each call.

    Raises:
        pytest.fail.Exception: a call was allowed, was denied by the other service, or proves nothing about
        the principal, for example because the key is disabled.
    """
    accepted = {_LAYERS[by]} if by else set(_LAYERS.values())
    return _check(_read(table, principal, region, calls), accepted)


def assert_allowed(
    table: str, principal: Who, *, region: str | None = None, calls: Sequence[str] = READ_CALLS
) -> list[ProbeResult]:
    """Fail unless every call is allowed to the principal. The arguments are those of `assert_denied`."""
    return _check(_read(table, principal, region, calls), {Outcome.ALLOWED})


def _read(table: str, principal: Who, region: str | None, calls: Sequence[str]) -> list[ProbeResult]:
    unknown = set(calls) - set(READ_CALLS)
    if unknown or not calls:
        raise ValueError(f"calls: give any of {', '.join(READ_CALLS)}; found {sorted(calls)}")
    where = region or _region()
    who = _principal(principal, where)
    observed = observe_table(Connections(boto3.Session(), where), table, where)
    if isinstance(observed, Unknown):
        pytest.fail(f"{table}: {observed.words}", pytrace=False)
    return Prober(who, observed, ProbeItem.for_table(observed)).run(tuple(calls))


def _region() -> str:
    found = os.environ.get("AWS_REGION") or boto3.Session().region_name
    if not found:
        raise ValueError("region: not set; give it, or set AWS_REGION")
    return found


def _principal(principal: Who, region: str) -> Principal:
    if isinstance(principal, Principal):
        return principal
    if isinstance(principal, boto3.Session):
        found = identify("session", principal, region, _POOL)
    elif principal.startswith("arn:"):
        found = assume(caller_principal(boto3.Session(), region, _POOL), principal, region, _POOL)
    else:
        found = identify(f"profile {principal}", boto3.Session(profile_name=principal), region, _POOL)
    if isinstance(found, Untried):
        pytest.fail(f"{found.source}: {found.reason}", pytrace=False)
    return found


def _check(results: list[ProbeResult], accepted: set[Outcome]) -> list[ProbeResult]:
    __tracebackhide__ = True
    wrong = [result for result in results if result.outcome not in accepted]
    if wrong:
        wanted = " or ".join(sorted(outcome.label for outcome in accepted))
        lines = (f"  {one.call}: {one.outcome.label} {one.answer.message}".rstrip() for one in wrong)
        pytest.fail(
            f"{wrong[0].principal} on {wrong[0].table}: expected {wanted}, found\n" + "\n".join(lines),
            pytrace=False,
        )
    return results
