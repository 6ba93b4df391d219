"""The subject of a report: account, endpoint, commit, and the same facts in every form."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from encrypted_tables.report.page import prose
from encrypted_tables.report.run import commit_of, is_aws
from tests.verify.samples import SSO_ROLE, SUBJECT


@pytest.mark.parametrize(
    "url",
    [
        "https://dynamodb.eu-west-1.amazonaws.com",
        "https://dynamodb.eu-west-1.api.aws",
        "https://dynamodb.cn-north-1.amazonaws.com.cn",
        "https://kms-fips.us-gov-west-1.amazonaws.com",
        "https://111122223333.ddb.eu-west-1.amazonaws.com",
        "https://vpce-0a1b2c3d4e5f.dynamodb.eu-west-1.vpce.amazonaws.com",
    ],
)
def test_an_endpoint_in_a_domain_of_aws_is_aws(url: str) -> None:
    assert is_aws(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4566",
        "http://localhost:8000",
        "https://amazonaws.com.example.org",
        "https://notamazonaws.com",
        "https://example.org/dynamodb.eu-west-1.amazonaws.com",
    ],
)
def test_any_other_endpoint_is_not_aws(url: str) -> None:
    assert not is_aws(url)


def test_the_endpoint_is_shown_as_aws_the_local_aws_or_a_url() -> None:
    proxy = ("https://aws.example.org",)

    assert replace(SUBJECT, is_aws=True).endpoint == "AWS"
    assert SUBJECT.endpoint == "local AWS, http://127.0.0.1:4566"
    assert replace(SUBJECT, endpoints=proxy).endpoint == "not AWS, https://aws.example.org"


def test_the_commit_is_the_checked_out_one_with_a_mark_if_files_have_changed(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        author = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        done = subprocess.run(
            ["git", *author, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    assert commit_of(tmp_path) is None
    git("init", "-q")
    assert commit_of(tmp_path) is None
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    git("tag", "v1")
    head = git("rev-parse", "HEAD")
    assert commit_of(tmp_path) == head
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {a: 1}\n")
    assert commit_of(tmp_path) == f"{head}-dirty"


def test_without_git_the_commit_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert commit_of(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{SSO_ROLE} reads.", f"<code>{SSO_ROLE}</code> reads."),
        ("Run `pulumi up --refresh`.", "Run `pulumi up --refresh`."),
        ("AWS (eu-west-1, us-east-1)", "AWS (<code>eu-west-1</code>, <code>us-east-1</code>)"),
        ("<b>a</b>", "&lt;b&gt;a&lt;/b&gt;"),
        ("denied by KMS: no access", "denied by KMS: no access"),
        ("alias/a&b/c", "<code>alias/a&amp;b/c</code>"),
    ],
)
def test_identifiers_in_a_sentence_are_marked_and_the_text_is_escaped(text: str, shown: str) -> None:
    assert prose(text) == shown
