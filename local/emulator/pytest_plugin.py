"""Fixtures of pytest: a local AWS for the session."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from .client.process import LocalAws, running


@pytest.fixture(scope="session")
def local_aws_settings() -> Mapping[str, Any]:
    """The arguments of `running`; override this fixture to change them."""
    return {}


@pytest.fixture(scope="session")
def local_aws(local_aws_settings: Mapping[str, Any]) -> Iterator[LocalAws]:
    """A local AWS for all tests of the session."""
    with running(**local_aws_settings) as aws:
        yield aws


@pytest.fixture
def local_aws_environment(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    """The local AWS, with the AWS_* variables of this process pointed at it."""
    for name, value in local_aws.environment().items():
        monkeypatch.setenv(name, value)
    return local_aws
