"""`encrypted-tables verify` as a person or a pipeline runs it: outputs in, reports and an exit status out."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from encrypted_tables.__main__ import main
from local.process import Credentials, LocalAws
from tests.verify.world import ACCOUNT, REGION, World, declare
from tests.warm_starts.cli import encrypted_tables

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(aws: LocalAws, tmp_path: Path) -> Run:
    """The program in its own process, by default as the stack's owner, in an empty directory."""

    def command(
        *arguments: str, stdin: str = "", credentials: Credentials | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "160",
            **aws.environment(credentials),
            **variables,
        }
        return subprocess.run(
            encrypted_tables("verify", *arguments),
            input=stdin, env=environment, cwd=tmp_path, timeout=120,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    return command


def test_outputs_on_standard_input_as_declared(world: World, run: Run) -> None:
    user = world.user()
    key = world.key(user.arn)
    done = run(
        "--outputs", "-", stdin=json.dumps(declare(world.table(key), key, {user.arn: "keyUser"}, user))
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.rstrip().splitlines()[-1] == "as declared (10 calls proven, 0 predicted)"
    assert user.credentials.secret_access_key not in done.stdout


def test_every_report_of_one_run(world: World, run: Run, tmp_path: Path) -> None:
    user = world.user()
    key = world.key()
    table = world.table(key)
    (tmp_path / "out.json").write_text(json.dumps(declare(table, key, {user.arn: "keyUser"}, user)))
    done = run(
        "--outputs", "out.json", "--json", "-", "--junit", "r.xml", "--html", "r.html", "--evidence", "e/new"
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["verdict"] == "differs"
    assert "declared-but-denied" in done.stderr
    assert (tmp_path / "r.xml").read_text().startswith("<?xml")
    assert (tmp_path / "r.html").stat().st_mode & 0o777 == 0o600
    assert len(list((tmp_path / "e" / "new").iterdir())) == 6
    secret = user.credentials.secret_access_key
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "out.json"]
    assert [path for path in written if secret in path.read_text()] == []
    assert secret not in done.stdout + done.stderr


def test_a_stack_is_read_by_the_engine_on_the_path(world: World, run: Run, tmp_path: Path) -> None:
    key = world.key()
    (tmp_path / "out.json").write_text(json.dumps(declare(world.table(key), key)))
    engine = tmp_path / "pulumi"
    engine.write_text(f'#!/bin/sh\n[ "$5 $6" = "--stack dev" ] && cat {tmp_path}/out.json\n')
    engine.chmod(0o700)
    assert run("--stack", "dev", PATH=f"{tmp_path}:{os.environ['PATH']}").returncode == 0
    assert run("--stack", "prod", PATH=f"{tmp_path}:{os.environ['PATH']}").returncode == 2


def test_a_table_given_by_name_has_no_declaration(world: World, run: Run) -> None:
    user = world.user()
    key = world.key(user.arn)
    table = world.table(key)
    done = run("--table", table, "--region", REGION, "--json", "-")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert report["verdict"] == "nothing-declared"
    assert {cell["expected"] for cell in report["access"]} == {"not-declared"}
    assert user.arn in {cell["principal"] for cell in report["access"]}
    assert run("--table", world.table(None)).returncode == 1


def test_a_table_given_by_arn_is_the_same_as_by_name(world: World, run: Run) -> None:
    there = world.key(region="eu-west-1")
    table = world.replicated_table(world.key(), "eu-west-1", there)
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}"
    done = run("--table", arn, "--region", REGION, "--json", "-")
    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert {(cell["table"], cell["region"]) for cell in report["access"]} == {
        (table, REGION),
        (table, "eu-west-1"),
    }


def test_a_table_name_that_does_not_exist_is_cannot_tell(run: Run) -> None:
    done = run("--table", "no-such-table")
    assert (done.returncode, "Check its name, the Region and the account" in done.stdout) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "stdin", "part"),
    [
        (("--outputs", "nowhere.json"), "", "nowhere.json: cannot be read"),
        (("--outputs", "-"), "{}", "standard input: no output `tables`"),
        (("--outputs", "-", "--workers", "0"), "", "--workers 0: give at least 1"),
        (("--outputs", "-", "--interval", "0"), "", "--limit and --interval"),
        (
            ("--outputs", "-", "--json", "-", "--junit", "-"),
            "",
            "only one of --json, --junit, --html and --csv",
        ),
        (
            ("--outputs", "-", "--prove-revocation", "x", "--json", "r.json", "--evidence", "e"),
            "",
            "--json, --evidence: a wait writes no report",
        ),
        (("--stack", "dev"), "", "`pulumi` is not on PATH"),
    ],
)
def test_bad_input_is_one_clear_message_and_status_2(
    run: Run, arguments: tuple[str, ...], stdin: str, part: str
) -> None:
    done = run(*arguments, stdin=stdin, PATH="/nonexistent")
    assert (done.returncode, done.stdout) == (2, "")
    assert part in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def test_a_missing_region_is_reported(run: Run) -> None:
    done = run("--table", "orders", AWS_REGION="", AWS_DEFAULT_REGION="")
    assert (done.returncode, "no Region. Give --region" in done.stderr) == (2, True)


def test_nothing_to_verify_is_a_usage_error(run: Run) -> None:
    assert run().returncode == 2
    assert run("--stack", "dev", "--table", "orders").returncode == 2


def test_a_caller_without_working_credentials_gets_a_message(world: World, run: Run) -> None:
    key = world.key()
    outputs = json.dumps(declare(world.table(key), key))
    done = run("--outputs", "-", stdin=outputs, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert done.returncode == 2
    assert "no AWS credentials found. Log in, or set AWS_PROFILE." in done.stderr
    done = run("--outputs", "-", stdin=outputs, credentials=world.aws.root)
    assert (done.returncode, "is a root user" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("variables", "part"),
    [
        ({"AWS_PROFILE": "nope"}, "nope"),
        ({"AWS_ENDPOINT_URL": "127.0.0.1:4566"}, "Invalid endpoint: 127.0.0.1:4566"),
    ],
)
def test_unusable_aws_settings_in_the_environment_are_one_clear_message(
    run: Run, variables: dict[str, str], part: str
) -> None:
    done = run("--table", "orders", **variables)
    assert (done.returncode, done.stdout) == (2, "")
    assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unexpected_error_is_shown_and_is_not_a_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_arguments: object) -> int:
        raise RuntimeError("the unexpected")

    monkeypatch.setattr("encrypted_tables.verify.command.perform", broken)
    assert main(["verify", "--table", "orders"]) == 2
    assert "RuntimeError: the unexpected" in capsys.readouterr().err


def test_the_evidence_is_written_even_if_a_report_cannot_be(world: World, run: Run, tmp_path: Path) -> None:
    key = world.key()
    outputs = json.dumps(declare(world.table(key), key))
    done = run("--outputs", "-", "--json", "no/such/dir.json", "--evidence", "e", stdin=outputs)
    assert (done.returncode, "--json no/such/dir.json" in done.stderr) == (2, True)
    assert (tmp_path / "e" / "SHA256SUMS").exists()


def test_an_unwritable_directory_is_reported(world: World, run: Run) -> None:
    key = world.key()
    done = run(
        "--outputs", "-", "--html", "no/such/dir.html", stdin=json.dumps(declare(world.table(key), key))
    )
    assert (done.returncode, "--html no/such/dir.html" in done.stderr) == (2, True)


SOON = ("--limit", "0.5", "--interval", "0.2", "--key-cache", "0")


def test_a_limit_shorter_than_the_key_cache_is_refused(run: Run) -> None:
    done = run("--table", "t", "--prove-revocation", "x", "--limit", "300")
    assert (done.returncode, "--limit 300 cannot prove a revocation" in done.stderr) == (2, True)


def test_waiting_for_access_and_for_its_removal_prints_the_seconds(world: World, run: Run) -> None:
    user = world.user()
    key = world.key(user.arn)
    table = world.table(key)
    outputs = json.dumps(declare(table, key, user=user))
    done = run("--outputs", "-", "--wait-for-access", user.name, "--limit", "5", stdin=outputs)
    assert (done.returncode, "at the first try" in done.stdout) == (0, True)
    done = run("--outputs", "-", "--prove-revocation", user.arn, *SOON, stdin=outputs)
    assert (done.returncode, "allowed still, after" in done.stdout) == (1, True)
    world.set_key_users(key)
    done = run("--outputs", "-", "--prove-revocation", user.arn, *SOON, stdin=outputs)
    assert (done.returncode, "denied by KMS at the first try" in done.stdout) == (2, True)


def test_a_removal_is_not_proven_while_a_replica_can_be_read(world: World, run: Run) -> None:
    user = world.user()
    there = world.key(user.arn, region="eu-west-1")
    key = world.key()
    table = world.replicated_table(key, "eu-west-1", there)
    outputs = json.dumps(declare(table, key, user=user, replicas={"eu-west-1": {"keyArn": there}}))
    done = run("--outputs", "-", "--prove-revocation", user.arn, *SOON, stdin=outputs)
    assert done.returncode == 1
    assert f"{table} in us-east-1: denied by KMS at the first try" in done.stdout
    assert f"{table} in eu-west-1: allowed still" in done.stdout


def test_waiting_for_somebody_without_credentials_is_refused(world: World, run: Run) -> None:
    key = world.key()
    outputs = json.dumps(declare(world.table(key), key))
    done = run("--outputs", "-", "--prove-revocation", "nobody", stdin=outputs)
    assert (done.returncode, "nobody: its credentials are needed" in done.stderr) == (2, True)


def test_the_help_lists_every_exit_status(run: Run) -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "0 everything is as declared, or nothing is declared; 1 something differs" in done.stdout
