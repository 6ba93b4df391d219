"""The linters of workflows, locked; each is built once and kept outside the work tree."""

from pathlib import Path

from local.engine import virtualenv
from local.engine.go_tools import go_tool


def actionlint() -> Path:
    """The `actionlint` of the committed go.mod."""
    return go_tool(Path(__file__).resolve().parent / "actionlint")


def zizmor() -> Path:
    """The locked `zizmor`."""
    return virtualenv.kept(virtualenv.LOCKS / "lint-workflows.txt") / "bin" / "zizmor"
