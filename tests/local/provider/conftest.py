"""The provider in front of the local AWS."""

import uuid
from collections.abc import Callable, Iterator

import pytest

from local.process import LocalAws, running
from tests.local.provider.protocol import Plugin, plugin_process


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """A shared local AWS for all tests of this folder; each test uses unique names."""
    with running() as local:
        yield local


@pytest.fixture(scope="session")
def plugin(aws: LocalAws) -> Iterator[Plugin]:
    """One configured provider for all tests of this folder."""
    with plugin_process(aws.environment(), aws) as started:
        started.configure()
        yield started


@pytest.fixture
def unique() -> Callable[[str], str]:
    """Makes a name that no other test has."""
    return lambda name: f"{name}-{uuid.uuid4().hex[:8]}"
