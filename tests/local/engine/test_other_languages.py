"""The commands that run programs in Go and TypeScript. tests/packaging/test_sdks.py runs real ones."""

from pathlib import Path

import pytest
from pulumi.runtime.proto import language_pb2

from local.engine.language_host.other_languages import LANGUAGES, NODEJS_RUNNER, refuse_options
from local.engine.language_host.project import UserError

SETTINGS = {"monitor": "127.0.0.1:2", "root_directory": "/shop", "pwd": "/shop", "dry_run": "true"}


def request(directory: Path, entry_point: str = "") -> language_pb2.RunRequest:
    info = language_pb2.ProgramInfo(program_directory=str(directory), entry_point=entry_point)
    return language_pb2.RunRequest(info=info, args=["--verbose"])


def test_a_go_program_is_built_and_gets_its_settings_as_variables(tmp_path: Path) -> None:
    go, program = LANGUAGES["go"], tmp_path / "program"
    assert go.build is not None

    run = go.run(request(tmp_path), SETTINGS, program)

    assert go.build(request(tmp_path), program) == ["go", "build", "-o", str(program), "."]
    assert run.command == [str(program), "--verbose"]
    assert run.variables == {
        "PULUMI_MONITOR": "127.0.0.1:2",
        "PULUMI_ROOT_DIRECTORY": "/shop",
        "PULUMI_DRY_RUN": "true",
    }


def test_a_typescript_program_is_run_by_the_sdk_of_its_workspace(tmp_path: Path) -> None:
    (tmp_path / NODEJS_RUNNER).mkdir(parents=True)

    run = LANGUAGES["nodejs"].run(request(tmp_path / "shop", "app.ts"), SETTINGS, tmp_path)

    assert run.command == [
        *("node", str(tmp_path / NODEJS_RUNNER), "--monitor=127.0.0.1:2", "--root-directory=/shop"),
        *("--pwd=/shop", "--dry-run=true", "app.ts", "--verbose"),
    ]
    assert run.variables == {"PULUMI_NODEJS_TYPESCRIPT": "true"}


def test_a_typescript_program_without_its_sdk_fails_with_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no `@pulumi/pulumi` in `node_modules`. Run `pulumi install`"):
        LANGUAGES["nodejs"].run(request(tmp_path), SETTINGS, tmp_path)


def test_options_that_change_nothing_are_accepted_and_others_refused() -> None:
    refuse_options("nodejs", {"packagemanager": "npm", "typescript": True})

    with pytest.raises(UserError, match="does not support the runtime option `packagemanager: yarn`"):
        refuse_options("nodejs", {"packagemanager": "yarn"})
    with pytest.raises(UserError, match="does not support the runtime option `binary: shop`"):
        refuse_options("go", {"binary": "shop"})
