"""A local run: the real engine, an AWS provider and the local AWS, in their own directory. It reads no AWS
credentials or config, no `~/.pulumi`, and only the environment variables in `INHERITED`.
"""

import os
import secrets
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from encrypted_tables.engine.find import Engine
from encrypted_tables.engine.stack import Stack
from encrypted_tables.private_file import create_private
from local.engine.find_or_build import find_or_build_engine
from local.process import Credentials, LocalAws, running
from local.stack_encryption import without_encryption

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / "venv" / "bin" / "python"
AWS_PLUGIN = "pulumi-resource-aws"
AWS_PLUGIN_VERSION = "7.51.1"
PLUGIN_DIRECTORY = Path("plugins", f"resource-aws-v{AWS_PLUGIN_VERSION}")
RUN_OWN_PROVIDER = "-m local.provider"
INHERITED = ("LANG", "LC_ALL", "TERM", "TMPDIR", "COLUMNS", "NO_COLOR")


@dataclass
class LocalRun:
    """A local run; `stack()` creates stacks in it."""

    directory: Path
    engine: Engine
    aws: LocalAws
    provider: str
    secrets_provider: str = "passphrase"
    _stacks: int = field(default=0, init=False)

    @property
    def description(self) -> str:
        """The engine, provider and AWS of this run, in one line."""
        return (
            f"engine: pulumi {self.engine.version} ({self.engine.origin}) | provider: {self.provider} | "
            f"AWS: local, at {self.aws.endpoint_url}"
        )

    def environment(self, credentials: Credentials | None = None) -> dict[str, str]:
        """All environment variables of a command in this run.

        Args:
            credentials: whose access key the command uses; the deploying `owner` when left out.
        """
        return {
            **{name: os.environ[name] for name in INHERITED if name in os.environ},
            **self.engine.variables,
            **self.aws.environment(credentials),
            "PATH": search_path(self.engine),
            "HOME": str(self.directory / "home"),
            "PULUMI_HOME": str(self.directory / "pulumi"),
            "PULUMI_BACKEND_URL": f"file://{self.directory / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self.directory / "passphrase"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_COMMANDS": "true",  # enables the engine's --event-log flag
        }

    def stack(
        self, name: str, project: Path | None = None, *, credentials: Credentials | None = None
    ) -> Stack:
        """Create a stack.

        Args:
            name: the stack's name; `Pulumi.<name>.yaml` is its config.
            project: the program's directory; a copy of this project when left out.
            credentials: who deploys; the `owner` when left out.
        """
        self._stacks += 1
        return Stack(
            name,
            project or self.project(),
            self.engine.pulumi,
            self.environment(credentials),
            self.directory / f"events-{self._stacks}.json",
        ).init("--secrets-provider", self.secrets_provider)

    def project(self, source: Path = ROOT) -> Path:
        """A copy of the project: its config files, not encrypted by another backend; the rest is linked."""
        self._stacks += 1
        copy = self.directory / f"project-{self._stacks}"
        copy.mkdir()
        for entry in source.iterdir():
            if entry.match("Pulumi*.yaml"):
                text = entry.read_text(encoding="utf-8")
                (copy / entry.name).write_text(without_encryption(text), encoding="utf-8")
            elif not entry.name.startswith("."):
                (copy / entry.name).symlink_to(entry)
        return copy


def search_path(engine: Engine) -> str:
    """PATH of commands in a local run."""
    own = [*engine.path_entries, PYTHON.parent]
    return os.pathsep.join([*map(str, own), os.environ.get("PATH", os.defpath)])


@contextmanager
def local_run(
    directory: Path | None = None,
    aws: AbstractContextManager[LocalAws] | None = None,
    engine: Engine | None = None,
    secrets_provider: str = "passphrase",
) -> Iterator[LocalRun]:
    """Start a local run. It ends, with all its processes, at the end of the block.

    Args:
        directory: where to keep state, plugins and passphrase; when left out, a temporary directory that is
            removed at the end.
        aws: the local AWS, from `local.process.running`; a new one in memory when left out.
        engine: the engine; the one that `find_or_build_engine` gives when left out.
        secrets_provider: what encrypts secrets in states: `passphrase` (default; the run makes one), or a
            KMS key's URL (https://www.pulumi.com/docs/iac/concepts/secrets/).

    Raises:
        EngineNotFoundError: no engine could be found or built.
        LocalAwsError: the local AWS did not start.
    """
    engine = engine or find_or_build_engine()
    with _directory(directory) as root:
        for name in ("home", "pulumi", "backend"):
            (root / name).mkdir(mode=0o700, exist_ok=True)
        _write_passphrase(root / "passphrase")
        provider = _install_provider(root / "pulumi" / PLUGIN_DIRECTORY)
        with aws or running() as local_aws:
            yield LocalRun(root, engine, local_aws, provider, secrets_provider)


@contextmanager
def _directory(given: Path | None) -> Iterator[Path]:
    if given:
        given.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield given
    else:
        with tempfile.TemporaryDirectory(prefix="encrypted-tables-") as made:
            yield Path(made)


def _write_passphrase(file: Path) -> None:
    if not file.exists():
        with create_private(file) as f:
            f.write(secrets.token_urlsafe(32))


def _install_provider(directory: Path) -> str:
    """Install an AWS provider where the engine finds it, and return its description."""
    directory.mkdir(parents=True, exist_ok=True)
    launcher = directory / AWS_PLUGIN
    launcher.unlink(missing_ok=True)
    if official := _official_plugin():
        launcher.symlink_to(official)
        return f"official pulumi-aws {AWS_PLUGIN_VERSION}"
    root, python = shlex.quote(str(ROOT)), shlex.quote(str(PYTHON))
    launcher.write_text(f'#!/bin/sh\nPYTHONPATH={root} exec {python} {RUN_OWN_PROVIDER} "$@"\n')
    launcher.chmod(0o700)
    return f"local stand-in for pulumi-aws {AWS_PLUGIN_VERSION}"


def _official_plugin() -> Path | None:
    """The official plugin's executable: where `pulumi plugin install` puts it, or on PATH."""
    home = Path(os.environ.get("PULUMI_HOME", Path.home() / ".pulumi"))
    on_path = shutil.which(AWS_PLUGIN)
    candidates = [home / PLUGIN_DIRECTORY / AWS_PLUGIN, *([Path(on_path)] if on_path else [])]
    return next((found for found in candidates if os.access(found, os.X_OK) and not _is_own(found)), None)


def _is_own(plugin: Path) -> bool:
    """Whether it starts this project's provider: within a local run, that is the plugin of PULUMI_HOME."""
    with plugin.open("rb") as file:
        return RUN_OWN_PROVIDER.encode() in file.read(4096)
