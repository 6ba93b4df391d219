"""The commands of the documents run on the engine, in a reader's order."""

import re

import pytest

from local.local_run import LocalRun
from local.process import Credentials
from tests.documents import DOCS, Checkout, blocks, project_checkout
from tests.engine.programs import TRUST


@pytest.fixture
def checkout(own_run: LocalRun) -> Checkout:
    """This project as its own repository, with a stack `dev` that is not deployed yet."""
    made = project_checkout(own_run)
    begun = made.shell("git init -q && git add . && git commit -qm first && pulumi stack init dev")
    assert begun.returncode == 0, begun.stdout
    return made


def test_the_commands_of_pull_requests_work(checkout: Checkout) -> None:
    """The stack is new, so the access diffs end with "somebody's access changes"."""
    statuses = [(command, checkout.shell(command)) for command in blocks("pull-requests.md", "sh")]

    assert [
        (command, done.returncode, done.stdout) for command, done in statuses if done.returncode > 1
    ] == []
    assert [done.returncode for _, done in statuses] == [1, 1, 0, 0, 0]


def test_the_commands_of_environments_work(checkout: Checkout) -> None:
    checkout.run.aws.client("iam").create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)
    make_secrets_key(checkout.run, "owner")

    statuses = [(command, checkout.shell(command)) for command in blocks("environments.md", "sh")]

    assert [(command, done.stdout) for command, done in statuses if done.returncode != 0] == []


def test_the_secrets_key_is_usable_only_by_its_users_and_for_its_project(checkout: Checkout) -> None:
    """Even a principal with all IAM permissions cannot decrypt, although it administers the key."""
    make_secrets_key(checkout.run, "deployer")
    iam = checkout.run.aws.client("iam")
    made = iam.create_access_key(UserName="deployer")["AccessKey"]
    deployer = Credentials(made["AccessKeyId"], made["SecretAccessKey"])
    (command,) = [one for one in blocks("environments.md", "sh") if "awskms" in one]

    by_owner = checkout.shell(command.replace("sandbox", "mine"))
    by_deployer = checkout.shell(command, deployer)
    for_another_project = checkout.shell(
        command.replace("sandbox", "other").replace("=encrypted-tables", "=another"), deployer
    )

    assert by_deployer.returncode == 0, by_deployer.stdout
    assert [done.returncode != 0 for done in (by_owner, for_another_project)] == [True, True]
    assert "AccessDenied" in by_owner.stdout
    assert "AccessDenied" in for_another_project.stdout


def make_secrets_key(run: LocalRun, deployer: str) -> None:
    """The key of the document, with this user as its deployer."""
    (document,) = blocks("environments.md", "json")
    iam, kms = run.aws.client("iam"), run.aws.client("kms")
    if deployer != "owner":
        iam.create_user(UserName=deployer)
    policy = document.replace("user/deployer", f"user/{deployer}")
    key = kms.create_key(Policy=policy)["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/pulumi-secrets", TargetKeyId=key)


def test_every_link_between_documents_has_a_target() -> None:
    for document in DOCS.glob("*.md"):
        for target, anchor in re.findall(r"\]\(([\w-]+\.md)(?:#([\w-]+))?\)", document.read_text()):
            headings = re.findall(r"^#+ (.*)$", (DOCS / target).read_text(), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
            assert not anchor or anchor in anchors, f"{document.name}: {target}#{anchor}"
