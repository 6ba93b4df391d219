"""A user's mistake gives one clear message and a non-zero status; nothing is lost or left behind."""

import json
import os
import signal
from pathlib import Path

import pytest

from encrypted_tables.engine.stack import Result, Stack
from local.local_run import LocalRun, local_run


def set_tables(stack: Stack, tables: object) -> None:
    """Give the stack these tables, whatever their shape."""
    config = stack.project / f"Pulumi.{stack.name}.yaml"
    config.write_text(json.dumps({"config": {"encrypted-tables:tables": tables}}))


def diagnostics(result: Result) -> str:
    """What the engine reported as errors."""
    return "\n".join(
        event["diagnosticEvent"]["message"]
        for event in result.events
        if event.get("diagnosticEvent", {}).get("severity") == "error"
    )


def test_a_stack_without_config_names_the_command_that_makes_one(shared_run: LocalRun) -> None:
    stack = shared_run.stack("empty")

    result = stack.preview()

    assert result.exit_code != 0
    assert "encrypted-tables:tables" in result.output
    assert "Traceback" not in result.output


def test_the_error_names_an_unknown_stack(shared_run: LocalRun) -> None:
    known = shared_run.stack("known")
    unknown = Stack("unknown", known.project, known.pulumi, known.environment, known.event_log)

    result = unknown.preview()

    assert result.exit_code != 0
    assert "no stack named 'unknown' found" in result.output


@pytest.fixture(scope="module")
def wrong(shared_run: LocalRun) -> Stack:
    """A stack whose config is wrong in each test."""
    return shared_run.stack("wrong")


@pytest.mark.parametrize(
    ("tables", "fragments"),
    [
        (
            {
                "window": {"partitionKey": "id", "deletionWindowInDays": 31},
                "empty": {},
                "misspelt": {"partitionKey": "id", "keyUser": []},
                "wildcard": {"partitionKey": "id", "keyUsers": ["*"]},
            },
            [
                "tables.window.deletionWindowInDays: ",
                "31",
                "tables.empty.partitionKey: ",
                "tables.misspelt.keyUser: ",
                "keyUsers",
                "tables.wildcard.keyUsers[0]: ",
            ],
        ),
        ([1, 2], ["encrypted-tables:tables: "]),
    ],
    ids=["four mistakes", "not a map"],
)
def test_wrong_config_is_reported_with_its_path_before_anything_is_created(
    wrong: Stack, tables: object, fragments: list[str]
) -> None:
    set_tables(wrong, tables)

    result = wrong.run("up", "--yes")

    assert result.exit_code != 0
    assert [f for f in fragments if f not in result.output] == []
    assert "Traceback" not in result.output
    assert wrong.export()["deployment"].get("resources", []) == []


def test_a_wrong_passphrase_loses_nothing() -> None:
    with local_run() as run:
        stack = run.stack("dev")
        stack.up().checked()
        passphrase = run.directory / "passphrase"
        right = passphrase.read_text()

        passphrase.write_text("wrong")
        denied = stack.preview()
        passphrase.write_text(right)

        assert denied.exit_code != 0
        assert "incorrect passphrase" in denied.output
        assert stack.preview("--expect-no-changes").exit_code == 0


def test_a_killed_local_aws_is_one_clear_message(own_run: LocalRun) -> None:
    stack = own_run.stack("dev")
    os.kill(own_run.aws.pid, signal.SIGKILL)

    result = stack.up()

    assert result.exit_code != 0
    assert own_run.aws.endpoint_url in result.output
    assert "Traceback" not in result.output


def test_a_program_that_does_not_parse_is_reported_with_its_line(
    shared_run: LocalRun, tmp_path: Path
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(
        json.dumps({"name": "broken", "runtime": {"name": "python", "options": {"virtualenv": str(venv())}}})
    )
    (tmp_path / "__main__.py").write_text("def broken(:\n")

    result = shared_run.stack("dev", tmp_path).preview()

    assert result.exit_code != 0
    assert "SyntaxError" in result.output
    assert "line 1" in result.output


def venv() -> Path:
    """The environment in which programs run."""
    return Path(__file__).resolve().parents[2] / "venv"
