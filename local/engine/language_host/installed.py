"""Finds the packages of the current environment that may have a Pulumi plugin.

The interpreter of a user's project runs it, so it imports only the standard library.
"""

import importlib.metadata
import json
from typing import Any


def packages() -> list[dict[str, Any]]:
    """One object per package: its name, its version, and its `pulumi-plugin.json` if it has one."""
    found = []
    for distribution in importlib.metadata.distributions():
        name = distribution.metadata["Name"]
        if not name:  # left by an incomplete uninstallation
            continue
        file = distribution.locate_file(f"{name.replace('-', '_')}/pulumi-plugin.json")
        try:
            with open(str(file), encoding="utf-8") as content:  # noqa: PTH123  # may be a zip's path
                plugin = json.load(content)
        except (FileNotFoundError, NotADirectoryError):
            plugin = None
        if plugin is not None or name.replace("_", "-").lower().startswith("pulumi-"):
            found.append({"name": name, "version": distribution.version, "plugin": plugin})
    return found


if __name__ == "__main__":
    print(json.dumps(packages()))
