"""The provider's process ends with the engine, and does not reveal its credentials."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.process import LocalAws
from tests.local.engine.processes import is_running, wait_until
from tests.local.provider.protocol import ROOT, plugin_process

LAUNCHER = """
import subprocess, sys, time
command = [sys.executable, "-m", "local.provider", "127.0.0.1:1"]
child = subprocess.Popen(command, stdout=subprocess.PIPE)
child.stdout.readline()  # its port: it is ready
print(child.pid, flush=True)
time.sleep(60)
"""


def test_the_provider_ends_when_the_engine_is_killed() -> None:
    engine = subprocess.Popen([sys.executable, "-c", LAUNCHER], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert engine.stdout
    provider = int(engine.stdout.readline())
    assert is_running(provider)

    engine.kill()
    engine.wait()

    wait_until(lambda: not is_running(provider))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_provider_ends_silently_on_a_signal(aws: LocalAws, number: signal.Signals) -> None:
    with plugin_process(aws.environment(), aws) as plugin:
        plugin.configure()
        os.kill(plugin.process.pid, number)
        out, err = plugin.process.communicate(timeout=20)
    assert (out, err, plugin.process.returncode) == ("", "", 0)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc to see open ports")
def test_the_provider_listens_on_this_machine_only(aws: LocalAws) -> None:
    with plugin_process(aws.environment(), aws) as plugin:
        port = f"{plugin.port:04X}"
        listening = [
            line.split()[1]
            for table in ("tcp", "tcp6")
            for line in Path("/proc/net", table).read_text().splitlines()[1:]
            if line.split()[3] == "0A" and line.split()[1].endswith(f":{port}")
        ]
    mapped = "0000000000000000FFFF0000"  # ::ffff:, an IPv4 address on an IPv6 socket
    assert [address.removeprefix(mapped) for address in listening] == [f"0100007F:{port}"]


def test_the_users_own_credentials_and_proxy_are_not_used(aws: LocalAws, tmp_path: Path) -> None:
    """Whatever `~/.aws` and proxy settings say, requests go to the local AWS with the given access key."""
    directory = tmp_path / ".aws"
    directory.mkdir()
    (directory / "credentials").write_text(
        "[default]\naws_access_key_id = AKIACANARY\naws_secret_access_key = canary\n"
    )
    (directory / "config").write_text("[default]\nregion = eu-north-1\n[profile p]\nregion = eu-north-1\n")
    users = {
        "HOME": str(tmp_path),
        "AWS_CONFIG_FILE": str(directory / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(directory / "credentials"),
        "AWS_PROFILE": "p",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }
    environment = {name: value for name, value in aws.environment().items() if name != "NO_PROXY"}
    with plugin_process({**environment, **users}, aws) as plugin:
        plugin.configure()
        caller = plugin.invoke("aws:index/getCallerIdentity:getCallerIdentity")
        region = plugin.invoke("aws:index/getRegion:getRegion")["region"]
    assert (caller["arn"].rpartition(":")[2], region) == ("user/owner", "us-east-1")
