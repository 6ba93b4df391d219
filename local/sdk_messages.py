"""Imports only the SDK's protobuf messages, for processes that the engine starts with every command."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def import_messages_only() -> None:
    """Make `pulumi.runtime.proto` importable on its own, which takes half as long as importing all of
    `pulumi`.

    Call it before the first import of `pulumi`, in a process that needs only the messages.
    """
    if "pulumi" in sys.modules:
        return
    spec = importlib.util.find_spec("pulumi")
    for location in (spec and spec.submodule_search_locations) or ():
        for name, directory in (("pulumi", Path(location)), ("pulumi.runtime", Path(location) / "runtime")):
            package = ModuleType(name)
            package.__path__ = [str(directory)]
            sys.modules[name] = package
