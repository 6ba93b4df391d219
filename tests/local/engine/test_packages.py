"""Which plugins a program's packages require, as in the official host."""

from typing import Any

import pytest

from local.engine.language_host.packages import plugin_version, required_package, required_packages
from local.engine.language_host.project import Project
from local.virtual_environments import ROOT


def installed(name: str, version: str, plugin: dict[str, Any] | None) -> dict[str, Any]:
    return {"name": name, "version": version, "plugin": plugin}


@pytest.mark.parametrize(
    ("package_version", "expected"),
    [
        ("7.51.1", "7.51.1"),
        ("1.0", "1.0.0"),
        ("1.2.3a1605583329", "1.2.3-alpha.1605583329"),
        ("1.2.3b4", "1.2.3-beta.4"),
        ("1.2.3rc4", "1.2.3-rc.4"),
        ("1.2.3.post4", "1.2.3+post4"),
        ("1.2.3.dev5", "1.2.3+dev5"),
        ("1.2.3.post4.dev5", "1.2.3+post4dev5"),
        ("1!1.2.3", None),
        ("1.2.3+local", None),
        ("", None),
    ],
)
def test_a_package_version_becomes_a_plugin_version(package_version: str, expected: str | None) -> None:
    assert plugin_version(package_version) == expected


def test_the_plugin_file_overrides_the_package() -> None:
    plugin = {"resource": True, "name": "cloud", "version": "v2.0.0", "server": "https://plugins.example.com"}

    package = required_package(installed("some-package", "1.0.0", plugin))

    assert package is not None
    assert (package.kind, package.name, package.version) == ("resource", "cloud", "v2.0.0")
    assert package.server == "https://plugins.example.com"


def test_without_a_plugin_file_the_package_names_the_plugin() -> None:
    package = required_package(installed("pulumi_random", "4.18.2", None))

    assert package is not None
    assert (package.name, package.version) == ("random", "v4.18.2")


def test_a_parameterized_package_has_its_parameter() -> None:
    parameter = {"name": "extra", "version": "3.2.1", "value": "aGVsbG8="}
    plugin = {"resource": True, "name": "base", "version": "1.0.0", "parameterization": parameter}

    package = required_package(installed("pulumi_extra", "3.2.1", plugin))

    assert package is not None
    assert package.parameterization.name == "extra"
    assert package.parameterization.value == b"hello"


@pytest.mark.parametrize(
    "package",
    [
        installed("pulumi_policy", "1.21.0", None),
        installed("pulumi-esc-sdk", "0.12.0", None),
        installed("pulumi_without", "1.0.0", {"resource": False}),
        installed("pulumi_local", "1!1.0.0", None),
    ],
)
def test_a_package_without_a_known_plugin_requires_none(package: dict[str, Any]) -> None:
    assert required_package(package) is None


def test_the_programs_environment_requires_only_the_aws_plugin() -> None:
    packages = required_packages(Project(ROOT, ROOT, ROOT / "venv"))

    assert [(package.name, package.version) for package in packages] == [("aws", "v7.51.1")]
