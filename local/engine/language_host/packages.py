"""Finds the plugins that a program's installed packages need, like the official host."""

import base64
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulumi.runtime.proto import plugin_pb2

from local.engine.language_host import installed
from local.engine.language_host.project import Project

WITHOUT_PLUGIN = {"pulumi-policy", "pulumi-esc-sdk"}
PRE_RELEASES = {"a": "alpha", "b": "beta", "rc": "rc"}
PACKAGE_VERSION = re.compile(r"(\d+(?:\.\d+){0,2})(?:(a|b|rc)(\d+))?(?:\.post(\d+))?(?:\.dev(\d+))?")


def required_packages(project: Project) -> list[plugin_pb2.PackageDependency]:
    """The plugins that the packages in the project's environment require.

    Raises:
        UserError: the environment is missing, or its interpreter does not run.
    """
    return [package for one in _installed(project) if (package := required_package(one)) is not None]


def required_package(package: Mapping[str, Any]) -> plugin_pb2.PackageDependency | None:
    """The plugin that an installed package requires. None if it has no plugin or its version is unknown."""
    name = package["name"].replace("_", "-").lower()
    plugin = package["plugin"]
    if name in WITHOUT_PLUGIN or (plugin is not None and not plugin.get("resource")):
        return None
    plugin = plugin or {}
    version = plugin.get("version") or plugin_version(package["version"])
    if not version:
        return None
    return plugin_pb2.PackageDependency(
        kind="resource",
        name=plugin.get("name") or name.removeprefix("pulumi-"),
        version="v" + version.removeprefix("v"),
        server=plugin.get("server", ""),
        parameterization=_parameterization(plugin.get("parameterization")),
    )


def _installed(project: Project) -> list[dict[str, Any]]:
    """The packages in the project's environment. Starts its interpreter only if it is not this one."""
    if Path(project.python).parent == Path(sys.executable).parent:
        return installed.packages()
    listed: list[dict[str, Any]] = json.loads(project.output_of("-I", installed.__file__))
    return listed


def plugin_version(package_version: str) -> str | None:
    """Convert a package's PEP 440 version to its plugin's semantic version; None if that is impossible."""
    parts = PACKAGE_VERSION.fullmatch(package_version)
    if not parts:
        return None
    numbers, pre, pre_number, post, development = parts.groups()
    segments = [*numbers.split("."), "0", "0"][:3]
    before = f"-{PRE_RELEASES[pre]}.{pre_number}" if pre else ""
    after = (f"post{post}" if post else "") + (f"dev{development}" if development else "")
    return ".".join(segments) + before + (f"+{after}" if after else "")


def _parameterization(given: Mapping[str, Any] | None) -> plugin_pb2.PackageParameterization | None:
    if given is None:
        return None
    return plugin_pb2.PackageParameterization(
        name=given["name"], version=given["version"], value=base64.b64decode(given.get("value") or "")
    )
