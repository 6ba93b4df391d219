"""The command, the component and the pack are released together, with one version."""

import tomllib
from collections.abc import Iterator

import yaml

from encrypted_tables import __version__
from local.local_run import ROOT


def stated() -> Iterator[tuple[str, str]]:
    """Each file that states a version, for a tool that cannot read it elsewhere."""
    for file in ("components/pyproject.toml", "policy-pack/pyproject.toml"):
        yield file, tomllib.loads((ROOT / file).read_text())["project"]["version"]
    for file in ("components/PulumiPlugin.yaml", "policy-pack/PulumiPolicy.yaml"):
        yield file, yaml.safe_load((ROOT / file).read_text())["version"]


def test_every_file_states_the_version_of_the_package() -> None:
    assert dict(stated()) == dict.fromkeys(dict(stated()), __version__)
