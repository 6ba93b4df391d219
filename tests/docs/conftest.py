"""Programs of documents, in the local run that tests share."""

from tests.engine.conftest import name, program

__all__ = ["name", "program"]
