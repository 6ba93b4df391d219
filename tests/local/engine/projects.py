"""Packs, plugins and commands for tests of the language host."""

import json
import subprocess
from pathlib import Path

from encrypted_tables.engine.stack import Stack
from local.virtual_environments import ROOT

ONE_POLICY = """
from pulumi_policy import *
def no(args, report):
    report("not today")
PolicyPack("p", [ResourceValidationPolicy("nothing", "Nothing", no, EnforcementLevel.MANDATORY)])
"""


def make_pack(directory: Path, text: str) -> Path:
    pack = directory / "pack"
    pack.mkdir()
    options = {"toolchain": "pip", "virtualenv": str(ROOT / "policy-pack" / "venv")}
    (pack / "PulumiPolicy.yaml").write_text(
        json.dumps({"runtime": {"name": "python", "options": options}, "version": "0.0.1"})
    )
    (pack / "__main__.py").write_text(text)
    return pack


def make_plugin(directory: Path) -> Path:
    plugin = directory / "plugin"
    plugin.mkdir()
    options = {"toolchain": "pip", "virtualenv": str(ROOT / "venv")}
    (plugin / "PulumiPlugin.yaml").write_text(
        json.dumps({"name": "parts", "runtime": {"name": "python", "options": options}})
    )
    return plugin


def command(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of the engine that knows no stack."""
    return subprocess.run(
        [stack.pulumi, *arguments, "--non-interactive"],
        cwd=stack.project,
        env=dict(stack.environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
