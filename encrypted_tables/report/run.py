"""Collects the subject of a report from the current run."""

import os
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import botocore.session

from encrypted_tables import __version__
from encrypted_tables.engine import child
from encrypted_tables.report.subject import Subject
from encrypted_tables.verify.collect.credentials import Principal

_SERVICES = ("dynamodb", "kms", "iam", "sts")
_GIT_TIMEOUT_SECONDS = 60


def now() -> str:
    """The time in UTC, in ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def subject_of_run(caller: Principal, regions: Iterable[str], started: str, stack: str | None) -> Subject:
    """The subject of a report of the current run.

    Args:
        caller: the calling principal.
        regions: the Regions that were read.
        started: the start of the run, from `now`.
        stack: the stack whose declaration was compared, if any.
    """
    every = sorted(set(regions))
    clients = [caller.connections.client(service, region) for service in _SERVICES for region in every]
    endpoints = tuple(sorted({client.meta.endpoint_url for client in clients}))
    return Subject(
        account=caller.account,
        partition=caller.arn.split(":")[1],
        regions=tuple(every),
        endpoints=endpoints,
        is_aws=all(map(is_aws, endpoints)),
        stack=stack,
        commit=commit_of(Path.cwd()),
        tool_version=__version__,
        started=started,
        finished=now(),
        caller=caller.sts_arn,
    )


def is_aws(url: str) -> bool:
    """Whether the host of an endpoint is in a domain of AWS, in any partition."""
    host = urlsplit(url).hostname or ""
    return any(host.endswith(f".{domain}") for domain in _domains())


def _domains() -> set[str]:
    partitions: Any = botocore.session.get_session().get_component("data_loader").load_data("partitions")
    outputs = [one["outputs"] for one in partitions["partitions"]]
    return {one[name] for one in outputs for name in ("dnsSuffix", "dualStackDnsSuffix")}


def commit_of(directory: Path) -> str | None:
    """The commit that is checked out in a directory, with `-dirty` if there are local changes.

    None without git, outside a repository and before the first commit.
    """
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = child.run(command, directory, os.environ, timeout=_GIT_TIMEOUT_SECONDS)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout.strip()
