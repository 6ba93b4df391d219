"""One local AWS for all tests that do not need one of their own."""

from collections.abc import Iterator

import pytest

from local.process import LocalAws, running


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """A local AWS that tests share; each makes resources of its own names."""
    with running() as local_aws:
        yield local_aws
