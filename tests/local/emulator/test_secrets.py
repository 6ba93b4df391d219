"""Where the secrets of a run may be, and where not."""

import stat
from pathlib import Path

from local.process import Credentials, LocalAws, running
from tests.local.emulator.resources import (
    error_of,
    make_user,
)


def test_secrets_are_in_no_argument_and_no_environment_variable(aws: LocalAws) -> None:
    proc = Path(f"/proc/{aws.pid}")
    seen = (proc / "cmdline").read_bytes() + (proc / "environ").read_bytes()

    for secret in (aws.root.secret_access_key, aws.owner.secret_access_key, aws.owner.access_key_id):
        assert secret.encode() not in seen


def test_secrets_are_in_no_repr_and_no_log() -> None:
    with running() as aws:
        user = make_user(aws)
        error_of(aws.client("dynamodb", Credentials(aws.owner.access_key_id, "wrong")).list_tables)
        text = repr(aws.owner) + repr(aws) + str(vars(aws)["_run"]) + aws.log()

        secrets = [aws.root, aws.owner, user.credentials]
        assert [one for one in secrets if one.secret_access_key in text] == []


def test_files_are_private(tmp_path: Path) -> None:
    directory = tmp_path / "state"
    with running(state_dir=directory) as aws:
        make_user(aws)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()}

    assert modes == {"run.json": 0o600, "state.json": 0o600}
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
