"""Each pull request has one comment, updated in place. The number from an untrusted run is checked first."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from encrypted_tables.__main__ import main as command_line
from encrypted_tables.pipeline.comment import MARKER
from encrypted_tables.pipeline.github import GitHubError, Repository
from tests.pipeline.samples import COMMIT, summary

TOKEN = "a-token-of-this-test"


class GitHub(ThreadingHTTPServer):
    """The few paths of GitHub's API that are used; anything else is 404."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heads = {7: COMMIT}
        self.open = {"o:feature": [{"number": 7, "head": {"sha": COMMIT}}], "other:feature": []}
        self.comments: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers requests with the token."""

    server: GitHub

    def do_GET(self) -> None:
        """A pull request, or a page of comments."""
        address = urlsplit(self.path)
        match address.path.split("/")[1:]:
            case ["repos", "o", "r", "pulls", number] if int(number) in self.server.heads:
                self._answer({"head": {"sha": self.server.heads[int(number)]}})
            case ["repos", "o", "r", "pulls"]:
                self._answer(self.server.open[parse_qs(address.query)["head"][0]])
            case ["repos", "o", "r", "issues", "7", "comments"]:
                query = parse_qs(address.query)
                size, page = int(query["per_page"][0]), int(query["page"][0])
                self._answer(self.server.comments[size * (page - 1) : size * page])
            case _:
                self.send_error(404)

    def do_POST(self) -> None:
        """A new comment."""
        body = self._content()["body"]
        number = len(self.server.comments) + 1
        self.server.comments.append({"id": number, "body": body, "user": {"type": "Bot"}})
        self._answer({"id": number})

    def do_PATCH(self) -> None:
        """Another text of a comment."""
        number = int(self.path.rsplit("/", 1)[-1])
        self.server.comments[number - 1]["body"] = self._content()["body"]
        self._answer({"id": number})

    def _content(self) -> Any:  # noqa: ANN401  # JSON
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, content: object) -> None:
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.send_error(401)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing in the tests' output."""


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    with GitHub() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        for name, value in (
            ("GITHUB_REPOSITORY", "o/r"),
            ("GITHUB_API_URL", server.url),
            ("GITHUB_TOKEN", TOKEN),
        ):
            monkeypatch.setenv(name, value)
        yield server
        server.shutdown()


def write(directory: Path, **changed: Any) -> None:  # noqa: ANN401  # any JSON
    made = summary(**changed)
    file = directory / made["stack"] / "summary.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(made))


def main(directory: str, head: str = "o/r", conclusion: str = "success") -> int:
    """Post the summaries of a run as the workflow does."""
    run = ["--head", f"{head}:feature", "--conclusion", conclusion]
    return command_line(["comment", directory, "--commit", COMMIT, *run])


def test_the_comment_is_written_once_and_then_updated_in_place(github: GitHub, tmp_path: Path) -> None:
    github.comments = [{"id": n, "body": "a review", "user": {"type": "User"}} for n in range(1, 151)]
    write(tmp_path / "first")
    write(tmp_path / "second", errors=["now it fails"])

    assert main(str(tmp_path / "first")) == 0
    assert main(str(tmp_path / "second")) == 0

    assert len(github.comments) == 151
    assert "now it fails" in github.comments[-1]["body"]


def test_a_comment_of_another_author_is_never_overwritten(github: GitHub, tmp_path: Path) -> None:
    github.comments = [{"id": 1, "body": MARKER, "user": {"type": "User"}}]
    write(tmp_path)

    assert main(str(tmp_path)) == 0
    assert [comment["body"] == MARKER for comment in github.comments] == [True, False]


@pytest.mark.parametrize(
    "summaries",
    [
        [{"pull_request": 8}],
        [{"commit": "f" * 40}],
        [{"pull_request": None}],
        [{}, {"stack": "prod", "pull_request": 8}],
    ],
    ids=["no such pull request", "another commit", "no number", "two pull requests"],
)
def test_a_summary_of_another_pull_request_or_commit_is_not_posted(
    summaries: list[dict[str, Any]],
    github: GitHub,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for changed in summaries:
        write(tmp_path, **changed)

    assert main(str(tmp_path)) == 2
    assert github.comments == []
    assert capsys.readouterr().err.startswith("encrypted-tables: ")


def test_a_run_without_a_summary_replaces_the_earlier_comment(github: GitHub, tmp_path: Path) -> None:
    write(tmp_path / "first")
    (tmp_path / "broken" / "dev").mkdir(parents=True)
    (tmp_path / "broken" / "dev" / "summary.json").write_text('{"<b>": 1}')
    main(str(tmp_path / "first"))

    assert main(str(tmp_path / "none"), conclusion="failure") == 0
    nothing = github.comments[0]["body"]
    assert main(str(tmp_path / "broken"), conclusion="failure") == 0

    assert len(github.comments) == 1
    assert "can be deployed" not in nothing
    assert f"No stack was previewed at commit {COMMIT}." in nothing
    assert "ended with failure: a stack may be missing here" in nothing
    assert "1 files are omitted; the first one: this is not a summary" in github.comments[0]["body"]


def test_a_run_without_a_summary_or_pull_request_is_not_posted(
    github: GitHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    github.open["o:feature"][0]["head"] = {"sha": "f" * 40}

    assert (main(str(tmp_path)), main(str(tmp_path), "other/r")) == (2, 2)
    assert github.comments == []
    assert "0 open pull requests of other:feature are at" in capsys.readouterr().err


def test_a_stack_that_is_missing_in_a_failed_run_is_reported(github: GitHub, tmp_path: Path) -> None:
    write(tmp_path)

    assert main(str(tmp_path), conclusion="failure") == 0
    assert "a stack may be missing here" in github.comments[0]["body"]


def test_the_summary_of_a_fork_is_marked_as_such_whatever_it_claims(github: GitHub, tmp_path: Path) -> None:
    write(tmp_path, compared_with="the stack")

    assert main(str(tmp_path), "fork/r") == 0
    body = github.comments[0]["body"]
    assert "the stack as it is" not in body
    assert "compared with the base branch" in body
    assert body.index("This was written by code from a fork") < body.index("### `dev`")


def test_the_summary_of_a_branch_is_not_marked_as_a_fork(github: GitHub, tmp_path: Path) -> None:
    write(tmp_path)

    assert main(str(tmp_path)) == 0
    assert "fork" not in github.comments[0]["body"]
    assert "compared with the stack as it is" in github.comments[0]["body"]


def test_a_pull_request_that_moved_on_is_not_commented(github: GitHub, tmp_path: Path) -> None:
    github.heads[7] = "f" * 40
    write(tmp_path)

    assert main(str(tmp_path)) == 2
    assert github.comments == []


def test_an_error_of_github_is_reported_without_the_token(
    github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "another-token")
    write(tmp_path)

    assert main(str(tmp_path)) == 2
    assert "GitHub answered 401" in capsys.readouterr().err
    assert "another-token" not in repr(Repository("o/r", github.url, "another-token"))


def test_unreachable_github_is_reported() -> None:
    with pytest.raises(GitHubError, match="the request to GitHub failed"):
        Repository("o/r", "http://127.0.0.1:1", TOKEN).check_head(7, COMMIT)
