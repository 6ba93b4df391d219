"""What all tests of components need."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _leave_no_garbage() -> Iterator[None]:
    """Collect what a failed program leaves behind, here and now.

    The SDK never retrieves some futures of a program that raises; when such a future is collected, asyncio
    formats its traceback, for which Python 3.11 parses source. Collected while pytest parses a file, it
    breaks that: "AST constructor recursion depth mismatch".
    """
    yield
    gc.collect()
