"""The local AWS accepts only callers on this machine with an access key of the run."""

import http.client
from pathlib import Path

import pytest

from local.process import Credentials, LocalAws, running
from tests.local.emulator.lifetime import port_of
from tests.local.emulator.resources import (
    error_of,
    make_key,
    make_table,
    make_user,
)


def test_the_local_aws_listens_on_the_loopback_address_only(aws: LocalAws) -> None:
    lines = Path(f"/proc/{aws.pid}/net/tcp").read_text(encoding="utf-8").splitlines()[1:]
    inodes = {link.readlink().name for link in Path(f"/proc/{aws.pid}/fd").iterdir() if link.is_symlink()}
    listening = [
        line.split()[1]
        for line in lines
        if line.split()[3] == "0A" and f"socket:[{line.split()[9]}]" in inodes
    ]

    assert listening == [f"0100007F:{port_of(aws):04X}"]


@pytest.mark.parametrize("service", ["sts", "iam", "kms", "dynamodb"])
@pytest.mark.parametrize(
    "key_id", ["test", "111122223333", "444455556666", "AKIAIOSFODNN7EXAMPLE", "root", "owner"]
)
def test_an_access_key_of_another_run_is_refused(aws: LocalAws, service: str, key_id: str) -> None:
    calls = {
        "sts": "get_caller_identity",
        "iam": "list_users",
        "kms": "list_keys",
        "dynamodb": "list_tables",
    }
    client = aws.client(service, Credentials(key_id, "test"))

    error = error_of(getattr(client, calls[service]))

    assert error.code in ("InvalidClientTokenId", "UnrecognizedClientException")


@pytest.mark.parametrize("who", ["root", "owner"])
def test_a_wrong_secret_is_refused(aws: LocalAws, who: str) -> None:
    key = getattr(aws, who)

    error = error_of(aws.client("dynamodb", Credentials(key.access_key_id, "wrong")).list_tables)

    assert error.code == "InvalidSignatureException"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_ministack/reset"),
        ("GET", "/_ministack/health"),
        ("POST", "/_ministack/config"),
        ("GET", "/_localstack/health"),
        ("GET", "/health"),
        ("GET", "/"),
        ("OPTIONS", "/"),
        ("PUT", "/bucket"),
        ("POST", "/?Action=ListUsers&Version=2010-05-08"),
        ("POST", "/"),
        ("POST", "/_local_aws/faults"),
        ("POST", "/_local_aws/accounts"),
    ],
)
def test_an_unsigned_request_is_refused(aws: LocalAws, method: str, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(aws))
    connection.request(method, path, "{}", {"Authorization": "Bearer wrong"})

    assert connection.getresponse().status in (403, 404)
    connection.close()


def test_another_host_name_is_refused(aws: LocalAws) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(aws))
    connection.request("POST", "/", "{}", {"Host": "attacker.example"})

    assert connection.getresponse().status == 400
    connection.close()


def test_each_run_has_different_access_keys(aws: LocalAws) -> None:
    with running() as other:
        assert {other.root.secret_access_key, other.owner.secret_access_key}.isdisjoint(
            {aws.root.secret_access_key, aws.owner.secret_access_key}
        )


def test_the_local_aws_has_no_connection_beyond_this_machine(aws: LocalAws) -> None:
    """After calls of every service it has, each of its sockets is local."""
    make_table(aws, make_key(aws))
    make_user(aws)
    net = Path(f"/proc/{aws.pid}/net")
    own = {link.readlink().name for link in Path(f"/proc/{aws.pid}/fd").iterdir() if link.is_symlink()}
    sockets = [
        line.split()
        for protocol in ("tcp", "tcp6", "udp", "udp6")
        for line in (net / protocol).read_text(encoding="utf-8").splitlines()[1:]
        if f"socket:[{line.split()[9]}]" in own
    ]

    assert sockets
    assert {fields[1].partition(":")[0] for fields in sockets} == {"0100007F"}
    assert {fields[2].partition(":")[0] for fields in sockets} <= {"0100007F", "00000000"}
