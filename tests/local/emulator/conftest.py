"""A shared local AWS for all tests that do not need a separate one."""

from collections.abc import Iterator

import pytest

from local.process import LocalAws, running


@pytest.fixture(scope="session")
def aws() -> Iterator[LocalAws]:
    """A local AWS that tests share; each test uses unique names."""
    with running() as local_aws:
        yield local_aws
