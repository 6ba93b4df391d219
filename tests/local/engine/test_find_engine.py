"""The order in which an engine is searched for, and the message if there is none; without a network."""

from pathlib import Path

import pytest

from encrypted_tables.engine.cache import locked
from encrypted_tables.engine.find import LANGUAGE_HOST_VARIABLE, EngineNotFoundError
from encrypted_tables.terminal import AttemptFailedError
from local.engine import build as engine_build
from local.engine import official_installer
from local.engine.find_or_build import SDK_HOSTS, find_or_build_engine


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty PATH and cache, from which nothing can be downloaded or built."""

    def fail(reason: str) -> object:
        raise AttemptFailedError(reason)

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(official_installer, "install", lambda: fail("the official release: unreachable"))
    monkeypatch.setattr(engine_build, "build", lambda: fail("a build from Go modules: no Go"))
    return tmp_path


def program(file: Path, says: str = "", status: int = 0) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\necho '{says}'\nexit {status}\n")
    file.chmod(0o755)
    return file


def official_pulumi(directory: Path, version: str) -> Path:
    program(directory / "pulumi-language-python")
    return program(directory / "pulumi", f"v{version}")


def built_pulumi(version: str = "3.259.0") -> Path:
    for name in (engine_build.GENERATOR, engine_build.HOST, engine_build.PROGRAM_RUNNER):
        program(engine_build.destination() / name)
    return program(engine_build.destination() / "pulumi", f"v{version}")


def test_pulumi_on_path_is_preferred_to_the_cache_and_has_its_own_language_host(machine: Path) -> None:
    on_path = official_pulumi(machine / "bin", "3.272.0")
    built_pulumi()

    engine = find_or_build_engine()

    assert engine.pulumi == on_path
    assert (engine.version, engine.origin) == ("3.272.0", "on PATH")
    assert engine.path_entries == (machine / "bin",)
    assert engine.variables == {}


def test_a_linked_pulumi_finds_the_language_host_beside_the_real_one(machine: Path) -> None:
    real = official_pulumi(machine / "opt", "3.272.0")
    (machine / "bin" / "pulumi").symlink_to(real)

    assert find_or_build_engine().path_entries == (machine / "opt",)


@pytest.mark.parametrize("version", ["3.248.9", "2.300.0", "3.249.0-alpha"])
def test_a_pulumi_that_is_too_old_is_skipped(machine: Path, version: str) -> None:
    official_pulumi(machine / "bin", version)
    built = built_pulumi()
    expected = machine / "bin" / "pulumi" if version == "3.249.0-alpha" else built

    assert find_or_build_engine().pulumi == expected


def test_a_pulumi_without_a_python_language_host_is_skipped(machine: Path) -> None:
    program(machine / "bin" / "pulumi", "v3.272.0")
    built = built_pulumi()

    assert find_or_build_engine().pulumi == built


@pytest.mark.parametrize(("says", "status"), [("", 1), ("", 0), ("hello", 0)])
def test_a_pulumi_without_a_version_is_skipped(machine: Path, says: str, status: int) -> None:
    official_pulumi(machine / "bin", "")
    program(machine / "bin" / "pulumi", says, status)
    built = built_pulumi()

    assert find_or_build_engine().pulumi == built


def test_an_official_installation_in_the_cache_is_preferred_to_a_build() -> None:
    installed = official_pulumi(official_installer.destination(), "3.259.0")
    built_pulumi()

    engine = find_or_build_engine()

    assert engine.pulumi == installed
    assert engine.origin == "official installer"


def test_a_built_engine_gets_the_path_of_this_checkouts_language_host() -> None:
    built = built_pulumi()

    engine = find_or_build_engine()

    assert engine.path_entries == (built.parent, SDK_HOSTS / "go", SDK_HOSTS / "nodejs")
    assert Path(engine.variables[LANGUAGE_HOST_VARIABLE]).is_file()


def test_a_build_that_lacks_a_program_is_not_used() -> None:
    built_pulumi()
    (engine_build.destination() / engine_build.PROGRAM_RUNNER).unlink()

    with pytest.raises(EngineNotFoundError, match="an earlier build in the cache: none"):
        find_or_build_engine()


def test_the_official_installer_is_tried_before_a_build(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def install() -> None:
        tried.append("install")
        official_pulumi(official_installer.destination(), "3.259.0")

    monkeypatch.setattr(official_installer, "install", install)
    monkeypatch.setattr(engine_build, "build", lambda: tried.append("build"))

    assert find_or_build_engine().origin == "official installer"
    assert tried == ["install"]


def test_an_engine_that_cannot_be_installed_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_build, "build", built_pulumi)

    assert find_or_build_engine().origin == "built from Go modules"


def test_without_permission_to_build_nothing_is_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr(official_installer, "install", lambda: tried.append("install"))
    monkeypatch.setattr(engine_build, "build", lambda: tried.append("build"))

    with pytest.raises(EngineNotFoundError):
        find_or_build_engine(may_build=False)
    assert tried == []


def test_when_nothing_works_one_message_lists_the_attempts_and_what_to_do(machine: Path) -> None:
    official_pulumi(machine / "bin", "3.100.0")

    with pytest.raises(EngineNotFoundError) as error:
        find_or_build_engine()

    message = str(error.value)
    tried = [line.strip() for line in message.splitlines() if line.startswith("  - ")]
    assert tried == [
        f"- pulumi on PATH: {machine / 'bin' / 'pulumi'} is 3.100.0, older than 3.249.0",
        "- an earlier official installation in the cache: none",
        "- an earlier build in the cache: none",
        "- the official release: unreachable",
        "- a build from Go modules: no Go",
    ]
    assert "https://www.pulumi.com/docs/install/" in message


def test_the_error_names_a_cached_engine_that_does_not_run() -> None:
    built_pulumi()
    program(engine_build.destination() / "pulumi", status=1)

    with pytest.raises(EngineNotFoundError, match=f"remove {engine_build.destination()}"):
        find_or_build_engine()


def test_an_unwritable_cache_is_the_only_error(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def install() -> None:
        with locked("official"):
            pass

    (machine / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(machine / "file"))
    monkeypatch.setattr(official_installer, "install", install)

    with pytest.raises(EngineNotFoundError) as failure:
        find_or_build_engine()

    assert str(failure.value) == (
        f"No Pulumi engine: the cache {machine}/file/encrypted-tables cannot be written (Not a directory): "
        "set XDG_CACHE_HOME to a writable directory."
    )


def test_a_language_host_on_path_is_preferred_to_this_projects(machine: Path) -> None:
    built = built_pulumi()
    program(machine / "bin" / "pulumi-language-go")

    assert find_or_build_engine().path_entries == (built.parent, SDK_HOSTS / "nodejs")
