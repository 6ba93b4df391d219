"""Fixtures for all tests of components."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _leave_no_garbage() -> Iterator[None]:
    """Collect the garbage of a failed program immediately.

    The SDK never retrieves some futures of a program that raises; when such a future is collected, asyncio
    formats its traceback, for which Python 3.11 parses source. Collected while pytest parses a file, it
    breaks that: "AST constructor recursion depth mismatch".
    """
    yield
    gc.collect()
