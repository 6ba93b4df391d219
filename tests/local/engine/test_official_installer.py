"""The official release from a server of this test: checked, unpacked, refused."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from encrypted_tables.terminal import AttemptFailedError
from local.engine import official_installer
from tests.http_server import http_server

CHECKSUMS = "checksums.txt"


@pytest.fixture
def releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory that is served instead of the official hosts; the cache is empty."""
    directory = tmp_path / "releases"
    directory.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with http_server(partial(SimpleHTTPRequestHandler, directory=directory)) as url:
        monkeypatch.setattr(official_installer, "ARCHIVES", url)
        monkeypatch.setattr(official_installer, "CHECKSUMS", f"{url}/{CHECKSUMS}")
        yield directory


def release(directory: Path, members: dict[str, bytes], checksum: str = "") -> None:
    archive = directory / official_installer.archive_name()
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    checksum = checksum or hashlib.sha256(archive.read_bytes()).hexdigest()
    (directory / CHECKSUMS).write_text(f"{'0' * 64}  another.zip\n{checksum}  {archive.name}\n")


def test_the_releases_programs_are_unpacked_and_can_be_run(releases: Path) -> None:
    release(releases, {"pulumi/pulumi": b"engine", "pulumi/pulumi-language-python": b"host"})

    official_installer.install()

    kept = official_installer.destination()
    assert {file.name: file.read_bytes() for file in kept.iterdir()} == {
        "pulumi": b"engine",
        "pulumi-language-python": b"host",
    }
    assert (kept / "pulumi").stat().st_mode & 0o111


def test_its_command_installs_once_and_prints_the_directory(
    releases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release(releases, {"pulumi/pulumi": b"engine"})
    statuses = [official_installer.main()]
    (releases / CHECKSUMS).unlink()
    statuses.append(official_installer.main())

    assert statuses == [0, 0]
    assert capsys.readouterr().out == f"{official_installer.destination()}\n" * 2


def test_its_command_says_why_it_failed(releases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert releases.exists()

    assert official_installer.main() == 1
    assert "the official release: http://127.0.0.1" in capsys.readouterr().err


def test_an_archive_with_another_checksum_is_refused_and_nothing_is_kept(releases: Path) -> None:
    release(releases, {"pulumi/pulumi": b"engine"}, checksum="f" * 64)

    with pytest.raises(AttemptFailedError, match=r"has the checksum .* not f{64}"):
        official_installer.install()
    assert not official_installer.destination().exists()


def test_an_archive_without_a_checksum_is_refused(releases: Path) -> None:
    release(releases, {"pulumi/pulumi": b"engine"})
    (releases / CHECKSUMS).write_text("")

    with pytest.raises(AttemptFailedError, match="does not name pulumi-v"):
        official_installer.install()


def test_an_archive_member_cannot_leave_the_directory(releases: Path, tmp_path: Path) -> None:
    release(releases, {"../../../outside": b"bad", "pulumi/pulumi": b"engine"})

    official_installer.install()

    assert [
        file for file in tmp_path.rglob("outside") if file.parent != official_installer.destination()
    ] == []


def test_the_error_names_the_address_of_a_missing_release(releases: Path) -> None:
    assert releases.exists()

    with pytest.raises(AttemptFailedError, match=r"checksums\.txt: HTTP Error 404"):
        official_installer.install()


def test_an_unreachable_host_fails_at_once(releases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert releases.exists()
    monkeypatch.setattr(official_installer, "CHECKSUMS", "http://127.0.0.1:9/checksums.txt")

    with pytest.raises(AttemptFailedError, match="refused"):
        official_installer.install()


def test_the_error_names_a_machine_without_a_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "s390x")

    with pytest.raises(AttemptFailedError, match="none for s390x"):
        official_installer.archive_name()
