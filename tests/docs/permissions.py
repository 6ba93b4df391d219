"""The IAM policies of docs/permissions.md, and identities that have them."""

import copy
import json
import os
from dataclasses import dataclass
from random import Random
from typing import Any

from local.process import Credentials, LocalAws
from tests.documents import DOCS

ACCOUNT = "111122223333"
Policy = dict[str, Any]


def documented(heading: str) -> Policy:
    """The policy in a section of the page."""
    section = (DOCS / "permissions.md").read_text().partition(f"# {heading}\n")[2].partition("\n## ")[0]
    found: Policy = json.loads(section.partition("```json\n")[2].partition("```")[0])
    return found


def together(*policies: Policy) -> Policy:
    """The statements of several policies in one."""
    return {**policies[0], "Statement": [one for policy in policies for one in policy["Statement"]]}


def actions(policy: Policy) -> list[str]:
    """All actions of a policy."""
    return [action for statement in policy["Statement"] for action in statement["Action"]]


def sample(policy: Policy, *, number: int | None = None) -> list[str]:
    """The actions to remove, one at a time: all, or always the same ones.

    `PERMISSION_REMOVALS` is how many (default 2), or `all`.
    """
    found, removals = actions(policy), os.environ.get("PERMISSION_REMOVALS", "2")
    return found if removals == "all" else Random(0).sample(found, number or int(removals))  # noqa: S311


def without(policy: Policy, action: str | None) -> Policy:
    """The policy without one action; the complete policy for None."""
    less = copy.deepcopy(policy)
    for statement in less["Statement"]:
        statement["Action"] = [one for one in statement["Action"] if one != action]
    return less


@dataclass(frozen=True)
class Identity:
    """A user with one policy."""

    name: str
    credentials: Credentials

    @classmethod
    def create(cls, aws: LocalAws, name: str, policy: Policy) -> "Identity":
        """Make the user."""
        iam = aws.client("iam")
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        made = cls(name, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
        made.may(aws, policy)
        return made

    def may(self, aws: LocalAws, policy: Policy) -> None:
        """Replace the policy."""
        document = json.dumps(policy)
        aws.client("iam").put_user_policy(
            UserName=self.name, PolicyName="documented", PolicyDocument=document
        )
