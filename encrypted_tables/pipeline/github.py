"""Writes and updates a comment on a pull request with GitHub's API.

https://docs.github.com/en/rest/issues/comments
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from encrypted_tables.errors import UserError
from encrypted_tables.pipeline.comment import MARKER

_PAGE = 100


class GitHubError(UserError):
    """A request to GitHub failed; the message contains the response."""


@dataclass(frozen=True)
class Repository:
    """A repository, with a token that can read pull requests and comment on them."""

    name: str
    """`owner/name`."""
    api: str
    token: str = field(repr=False)

    def check_head(self, pull_request: int, commit: str) -> None:
        """Check that the pull request's head is the commit, because its number comes from an untrusted run.

        Raises:
            GitHubError: the head is another commit.
        """
        head = self._call("GET", f"pulls/{pull_request}")["head"]["sha"]
        if head != commit:
            raise GitHubError(f"pull request {pull_request} is at {head}, not at {commit}: not commented")

    def pull_request_of(self, head: str, commit: str) -> int:
        """The number of the open pull request of a branch whose head is the commit.

        Args:
            head: `owner:branch`.
            commit: the commit.

        Raises:
            GitHubError: there is none or more than one.
        """
        found = self._call("GET", f"pulls?state=open&per_page={_PAGE}&head={quote(head, safe='')}")
        numbers = [one["number"] for one in found if one["head"]["sha"] == commit]
        if len(numbers) != 1:
            raise GitHubError(
                f"{len(numbers)} open pull requests of {head} are at {commit}, expected 1: not commented"
            )
        return int(numbers[0])

    def keep_comment(self, pull_request: int, body: str) -> None:
        """Write the comment, or replace the text of the earlier one.

        Raises:
            GitHubError: the request failed.
        """
        for comment in self._comments(pull_request):
            is_own = comment.get("user", {}).get("type") == "Bot"
            if is_own and comment.get("body", "").startswith(MARKER):
                self._call("PATCH", f"issues/comments/{comment['id']}", {"body": body})
                return
        self._call("POST", f"issues/{pull_request}/comments", {"body": body})

    def _comments(self, pull_request: int) -> Iterator[dict[str, Any]]:
        page = 1
        while found := self._call("GET", f"issues/{pull_request}/comments?per_page={_PAGE}&page={page}"):
            yield from found
            if len(found) < _PAGE:
                return
            page += 1

    def _call(self, method: str, path: str, content: dict[str, str] | None = None) -> Any:  # noqa: ANN401  # JSON
        request = urllib.request.Request(  # noqa: S310  # the runner's own GITHUB_API_URL
            f"{self.api}/repos/{self.name}/{path}",
            data=None if content is None else json.dumps(content).encode(),
            method=method,
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise GitHubError(f"GitHub answered {error.code} to {method} {path}: {error.reason}") from error
        except (OSError, ValueError) as error:
            raise GitHubError(f"the request to GitHub failed: {method} {path}: {error}") from error
