"""What an engine build depends on, and that a partial build is never used."""

import platform
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from encrypted_tables.engine.cache import CacheError
from encrypted_tables.terminal import AttemptFailedError
from local.engine import build as engine_build
from local.engine import virtualenv
from local.engine.go_toolchain import find_go, go_version
from local.engine.go_tools import go_tool
from local.engine.lazy_dictionaries import CHANGES, module_file
from local.engine.virtualenv import VirtualEnvironmentError


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the module's files and an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    copy = tmp_path / "module"
    copy.mkdir()
    (copy / "sdk_generator").mkdir()
    for name in ("go.mod", "go.sum", "sdk_generator/main.go"):
        shutil.copy(engine_build.MODULE / name, copy / name)
    monkeypatch.setattr(engine_build, "MODULE", copy)
    return copy


def write_dictionaries(module: Path) -> None:
    """The parts of zxcvbn that the build changes."""
    for file, changes in CHANGES.items():
        (module / file).parent.mkdir(parents=True)
        (module / file).write_text("\n".join(before for before, _ in changes))


def fake_go(directory: Path, monkeypatch: pytest.MonkeyPatch, build: str) -> None:
    """A `go` whose `build` runs a line of shell; `$output` is the file that it should write."""
    sdk = directory / "sdk" / "python" / "cmd"
    sdk.mkdir(parents=True)
    (sdk / engine_build.PROGRAM_RUNNER).touch()
    write_dictionaries(directory / "sdk")
    go = directory / "bin" / "go"
    go.parent.mkdir()
    go.write_text(
        "#!/bin/sh\n"
        'for output; do [ "$before" = -o ] && break; before=$output; done\n'
        'case "$1 $3" in\n'
        "'version '*) echo go version go1.99.0 linux/amd64 ;;\n"
        f"'list -m') echo {directory / 'sdk'} ;;\n"
        "'list '*) echo one; echo two ;;\n"
        f"'build '*) {build} ;;\n"
        "esac\n"
    )
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{go.parent}:/usr/bin:/bin")


def test_the_copies_of_zxcvbn_have_a_module_file_and_load_no_dictionary_at_start(tmp_path: Path) -> None:
    write_dictionaries(tmp_path / "zxcvbn")
    (tmp_path / "build").mkdir()

    changed = module_file(
        engine_build.MODULE / "go.mod", tmp_path / "build", {"a.org/z": tmp_path / "zxcvbn"}
    )

    replaced = changed.read_text().splitlines()[-1].removeprefix("replace a.org/z => ")
    assert (Path(replaced) / "go.mod").read_text() == "module a.org/z\n"
    assert [file for file in CHANGES if "func init()" in (Path(replaced) / file).read_text()] == []


def test_another_version_of_zxcvbn_is_an_error(tmp_path: Path) -> None:
    write_dictionaries(tmp_path / "zxcvbn")
    (tmp_path / "zxcvbn" / "matching" / "matching.go").write_text("package matching\n")
    (tmp_path / "build").mkdir()

    with pytest.raises(AttemptFailedError, match=r"a.org/z/matching/matching.go does not contain"):
        module_file(engine_build.MODULE / "go.mod", tmp_path / "build", {"a.org/z": tmp_path / "zxcvbn"})


def test_the_version_is_the_one_that_the_modules_pin() -> None:
    assert engine_build.pinned_version() == "3.259.0"


@pytest.mark.parametrize("name", ["go.mod", "go.sum", "sdk_generator/main.go"])
def test_a_changed_module_file_is_another_build(module: Path, name: str) -> None:
    before = engine_build.destination()

    (module / name).write_text((module / name).read_text() + "\n")

    assert engine_build.destination() != before


def test_another_machine_is_another_build(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.exists()
    before = engine_build.destination()

    monkeypatch.setattr(platform, "machine", lambda: "riscv64")

    assert engine_build.destination() != before


def test_other_flags_are_another_build(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.exists()
    before = engine_build.destination()

    monkeypatch.setattr(engine_build, "TAGS", "-tags=other")

    assert engine_build.destination() != before


def test_a_build_contains_the_engine_its_runner_and_the_launcher_of_its_host(
    module: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_go(module.parent / "go", monkeypatch, 'echo engine > "$output"; chmod +x "$output"')

    kept = engine_build.build()

    assert engine_build.is_complete(kept)
    assert sorted(file.name for file in kept.parent.iterdir()) == [kept.name]


def test_a_second_build_does_nothing(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_go(module.parent / "go", monkeypatch, 'date +%N > "$output"; chmod +x "$output"')
    first = (engine_build.build() / "pulumi").read_text()

    assert (engine_build.build() / "pulumi").read_text() == first


def test_two_builds_at_the_same_time_compile_once(
    module: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    builds = module.parent / "builds"
    fake_go(
        module.parent / "go",
        monkeypatch,
        f'echo one >> \'{builds}\'; sleep 0.5; echo engine > "$output"; chmod +x "$output"',
    )

    with ThreadPoolExecutor() as pool:
        kept = list(pool.map(lambda _: engine_build.build(), range(2)))

    assert kept == [engine_build.destination()] * 2
    assert builds.read_text() == "one\n" * 2  # the engine and the SDK generator
    assert "Waiting for another process" in capsys.readouterr().err


def test_a_failed_build_leaves_nothing_behind_and_shows_the_output_of_go(
    module: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_go(module.parent / "go", monkeypatch, 'echo half > "$output"; echo no such module >&2; exit 1')

    with pytest.raises(AttemptFailedError, match="no such module"):
        engine_build.build()

    assert not engine_build.destination().exists()
    assert list(engine_build.destination().parent.iterdir()) == []


def test_the_next_build_removes_the_files_of_a_killed_build(
    module: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_go(module.parent / "go", monkeypatch, 'echo engine > "$output"; chmod +x "$output"')
    left = engine_build.destination().with_name(f"{engine_build.destination().name}.unfinished")
    (left / "half").mkdir(parents=True)

    engine_build.build()

    assert not left.exists()
    assert not (engine_build.destination() / "half").exists()


def test_the_temporary_files_of_go_are_in_the_unfinished_build(
    module: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, Go removes nothing; the next build removes what is there."""
    output = module.parent / "output"
    fake_go(
        module.parent / "go",
        monkeypatch,
        f'touch "$GOTMPDIR/left"; echo "$GOTMPDIR" > {output}; echo engine > "$output"; chmod +x "$output"',
    )

    kept = engine_build.build()

    unfinished = kept.with_name(f"{kept.name}.unfinished")
    assert unfinished in Path(output.read_text().strip()).parents
    assert sorted(file.name for file in kept.iterdir()) == sorted(
        ["pulumi", engine_build.GENERATOR, engine_build.HOST, engine_build.PROGRAM_RUNNER]
    )


FILL_CACHES = (
    'for d in "$GOPATH" "$GOMODCACHE" "$GOCACHE"; do mkdir -p "$d"; echo one >> "$d/file"; done; '
    'case "$GOFLAGS" in *-modcacherw*) ;; *) chmod -R a-w "$GOMODCACHE" ;; esac'
)


def test_a_finished_build_leaves_no_go_caches(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the user's home nor in the cache of the project."""
    home = module.parent / "home"
    home.mkdir()
    for name in ("GOPATH", "GOMODCACHE", "GOCACHE"):
        monkeypatch.setenv(name, str(home / name))
    output = module.parent / "output"
    fake_go(
        module.parent / "go",
        monkeypatch,
        f'{FILL_CACHES}; cat "$GOCACHE/file" > {output}; echo engine > "$output"; chmod +x "$output"',
    )

    engine_build.build()

    assert output.read_text() == "one\n" * 2  # of the engine, kept for the SDK generator
    assert not engine_build.go_caches().exists()
    assert list(home.iterdir()) == []


def test_a_tool_written_in_go_leaves_no_go_caches_either(
    module: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = module.parent / "home"
    home.mkdir()
    for name in ("GOPATH", "GOMODCACHE", "GOCACHE"):
        monkeypatch.setenv(name, str(home / name))
    (module / "go.mod").write_text("module tools\n\ntool example.com/cmd/linter\n")
    fake_go(module.parent / "go", monkeypatch, f'{FILL_CACHES}; echo linter > "$output"')

    linter = go_tool(module)

    assert linter.read_text() == "linter\n"
    assert [file.name for file in linter.parent.iterdir()] == ["linter"]
    assert list(home.iterdir()) == []


def test_a_build_continues_with_the_go_caches_of_an_interrupted_one(
    module: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_go(
        module.parent / "go",
        monkeypatch,
        f'{FILL_CACHES}; [ "$(wc -l < "$GOCACHE/file")" -gt 1 ] || exit 1; '
        'echo engine > "$output"; chmod +x "$output"',
    )
    with pytest.raises(AttemptFailedError):
        engine_build.build()

    assert engine_build.is_complete(engine_build.build())
    assert not engine_build.go_caches().exists()


def test_long_output_of_go_does_not_block_the_build(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_go(
        module.parent / "go",
        monkeypatch,
        'seq 100000; seq 100000 >&2; echo engine > "$output"; chmod +x "$output"',
    )

    assert engine_build.is_complete(engine_build.build())


def test_a_go_on_path_that_is_new_enough_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    fake_go(tmp_path / "go", monkeypatch, "true")

    assert find_go() == tmp_path / "go" / "bin" / "go"
    assert go_version(find_go()) == (1, 99)


def with_go(directory: Path, _lock: Path) -> None:
    """The result of installing Go's package."""
    program = directory / "lib" / "python3.11" / "site-packages" / "go" / "bin" / "go"
    program.parent.mkdir(parents=True)
    program.touch(0o755)


def test_an_installed_go_toolchain_is_used_when_path_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(virtualenv, "create", Path.exists)
    monkeypatch.setattr(virtualenv, "install", with_go)

    go = find_go()

    assert go.exists()
    assert go.is_relative_to(tmp_path / "encrypted-tables")
    assert find_go() == go


def test_without_go_and_without_a_package_index_the_message_names_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise VirtualEnvironmentError("pip cannot reach the index")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(virtualenv, "create", Path.exists)
    monkeypatch.setattr(virtualenv, "install", unreachable)

    with pytest.raises(AttemptFailedError, match=r"no Go 1\.26 on PATH, and none .*cannot reach the index"):
        find_go()
    assert [file.name for file in (tmp_path / "encrypted-tables").iterdir()] == ["go.lock"]


def test_the_error_names_an_unwritable_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    with pytest.raises(CacheError, match=r"file/encrypted-tables cannot be written .* set XDG_CACHE_HOME"):
        engine_build.build()
