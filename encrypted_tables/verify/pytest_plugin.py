"""Pytest fixtures `assert_allowed` and `assert_denied`; pytest finds them if this package is installed."""

from collections.abc import Callable

import pytest


@pytest.fixture(name="assert_denied", scope="session")
def _assert_denied() -> Callable[..., object]:
    from encrypted_tables.verify.assertions import assert_denied  # noqa: PLC0415  # loads the AWS SDK

    return assert_denied


@pytest.fixture(name="assert_allowed", scope="session")
def _assert_allowed() -> Callable[..., object]:
    from encrypted_tables.verify.assertions import assert_allowed  # noqa: PLC0415  # loads the AWS SDK

    return assert_allowed
