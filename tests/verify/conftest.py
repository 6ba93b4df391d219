"""An AWS that enforces policies, shared by all tests."""

import json
import os
from collections.abc import Callable, Iterator

import pytest
from rich.console import Console

from encrypted_tables.verify.collect.credentials import CredentialSources
from encrypted_tables.verify.collect.declared import parse_outputs
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.verify.report.report import Report
from encrypted_tables.verify.run import Options, targets_of, verify
from local.process import Credentials, LocalAws, running
from tests.verify.world import World


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def shared_world(aws: LocalAws) -> World:
    return World(aws)


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    yield shared_world
    shared_world.end_access()


@pytest.fixture
def as_caller(monkeypatch: pytest.MonkeyPatch, aws: LocalAws) -> Callable[[Credentials | None], None]:
    """Make this process the given caller, the stack's owner when None."""

    def become(credentials: Credentials | None = None) -> None:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in aws.environment(credentials).items():
            if name.startswith("AWS_"):
                monkeypatch.setenv(name, value)

    become(None)
    return become


@pytest.fixture
def verified(as_caller: Callable[[Credentials | None], None]) -> Callable[..., Report]:
    """Verify stack outputs as the current caller; the stack's owner unless `as_caller` said otherwise."""
    del as_caller

    def run(
        outputs: dict[str, object],
        read_only: bool = False,
        require_proof: bool = False,
        sources: CredentialSources | None = None,
    ) -> Report:
        options = Options(read_only, require_proof, 8, sources or CredentialSources())
        declared = parse_outputs(json.dumps(outputs), "test")
        return verify(targets_of(declared), declared, options, Parallel(8, Console(quiet=True)))

    return run
