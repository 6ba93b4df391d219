"""The user's AWS credentials, config and environment are not read and not passed on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CANARY = "AKIACANARYCANARY0000"
NOBODY_LISTENS = "http://127.0.0.1:9"
PROGRAM = """
from local.process import running
with running() as aws:
    print(aws.client("sts").get_caller_identity()["Arn"])
    environ = open(f"/proc/{aws.pid}/environ").read()
    print("CANARY" in environ, "CANARY" in str(aws.environment()))
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A user's environment and home directory in which everything that is read causes an error."""
    folder = tmp_path / ".aws"
    folder.mkdir()
    for file in ("config", "credentials"):
        (folder / file).write_text("this is an error when it is read CANARY [", encoding="utf-8")
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")
    return {
        **dict.fromkeys(names, CANARY),
        "AWS_ENDPOINT_URL": NOBODY_LISTENS,
        "AWS_ENDPOINT_URL_STS": NOBODY_LISTENS,
        "HTTP_PROXY": NOBODY_LISTENS,
        "http_proxy": NOBODY_LISTENS,
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
    }


def test_credentials_in_environment_and_home_are_not_read(environment: dict[str, str]) -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.stdout.splitlines() == ["arn:aws:iam::111122223333:user/owner", "False False"], (
        result.stderr
    )
