"""Generated denials on the local AWS: the advice of `--why` gives the principal access, and nobody else.

`DENIALS=1000` runs that many.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from encrypted_tables.access_diff.evaluate.change import Change, Diff, Verb
from encrypted_tables.iam.actions import Access
from encrypted_tables.iam.answer import Grade
from encrypted_tables.iam.principals import Kind
from encrypted_tables.verify.collect.account import Account, read_account
from encrypted_tables.verify.collect.connections import Connections
from encrypted_tables.verify.collect.inventory import Place, Target, survey
from encrypted_tables.verify.collect.observe import Unknown
from encrypted_tables.verify.collect.parallel import Parallel
from encrypted_tables.who_can.why.explain import Explanation, Question, explain
from encrypted_tables.who_can.why.report import render_json
from local.process import Credentials, LocalAws, running
from tests.access_diff.samples import diff_of
from tests.local.emulator.resources import other_client
from tests.verify.world import ACCOUNT, REGION
from tests.who_can.account_state import (
    TRUST,
    Deployment,
    Identity,
    State,
    arn_of,
    changed,
    document,
    resources,
)
from tests.who_can.denials import GROUPS, ROLES, USERS, random_account

DENIALS = int(os.environ.get("DENIALS", "20"))
_DENIED = {"AccessDeniedException", "ValidationException"}  # the second if the key is disabled


class Reader:
    """Reads as anybody of the account, and asks `--why`."""

    def __init__(self, aws: LocalAws, directory: Path) -> None:
        self.aws, self.directory = aws, directory
        self.deployment = Deployment(aws)
        iam = aws.client("iam")
        self._keys: dict[str, Credentials] = {}
        self._sessions: dict[str, Any] = {}
        self._seen: tuple[State, Account, Place] | None = None
        for user in USERS:
            iam.create_user(UserName=user)
            made = iam.create_access_key(UserName=user)["AccessKey"]
            self._keys[user] = Credentials(made["AccessKeyId"], made["SecretAccessKey"])
        for role in ROLES:
            iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)
        for group in GROUPS:
            iam.create_group(GroupName=group)
        owner = aws.owner
        session = boto3.Session(owner.access_key_id, owner.secret_access_key, region_name=REGION)
        self._connections = Connections(session, REGION, 4)

    def reads(self, state: State, name: str, session_policy: dict[str, Any] | None = None) -> bool:
        client = self._session(name, session_policy) if name in ROLES else self._user(name)
        try:
            client.get_item(TableName=state.table, Key={"id": {"S": "1"}})
        except ClientError as error:
            if error.response["Error"]["Code"] not in _DENIED:
                raise
            return False
        return True

    def reads_somehow(self, state: State, name: str) -> bool:
        """Whether `who-can` says that it reads by any action, without a session policy."""
        return self.asks(state, name, None, None, action=None).answer.grade is Grade.YES

    def _user(self, name: str) -> Any:  # noqa: ANN401  # boto3 makes the client's class at run time
        return self.aws.client("dynamodb", self._keys[name])

    def _session(self, role: str, policy: dict[str, Any] | None) -> Any:  # noqa: ANN401  # as above
        if not policy and role in self._sessions:
            return self._sessions[role]
        passed = {"Policy": json.dumps(policy)} if policy else {}
        made = self.aws.client("sts").assume_role(RoleArn=arn_of(role), RoleSessionName="session", **passed)
        key = made["Credentials"]
        credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
        client = other_client(self.aws, "dynamodb", credentials, token=key["SessionToken"])
        if not policy:
            self._sessions[role] = client
        return client

    def asks(
        self,
        state: State,
        name: str,
        session_policy: dict[str, Any] | None,
        stack: str | None,
        action: str | None = "dynamodb:GetItem",
    ) -> Explanation:
        (self.directory / "Pulumi.yaml").write_text("name: encrypted-tables\n")
        (self.directory / "Pulumi.dev.yaml").write_text(state.config)
        file = self.directory / "session.json"
        file.write_text(json.dumps(session_policy))
        account, place = self._look(state)
        question = Question(
            arn_of(name),
            action,
            stack,
            file if session_policy else None,
            self.directory if stack else Path("/dev/null"),
        )
        return explain(account, place, question)

    def _look(self, state: State) -> tuple[Account, Place]:
        """The account and the table, read once for each state."""
        if self._seen is None or self._seen[0] is not state:
            quiet = Parallel(1, Console(quiet=True))
            (place,) = survey(self._connections, [Target(state.table, REGION)], quiet)
            account = read_account(self._connections, ACCOUNT)
            assert not isinstance(account, Unknown)
            self._seen = state, account, place
        return self._seen[1:]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    with running() as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint_url)
        yield Reader(aws, tmp_path)


def test_the_advice_gives_the_principal_access_and_nobody_else(reader: Reader) -> None:
    seeds = iter(range(10 * DENIALS + 100))
    answered = 0
    while answered < DENIALS:
        seed = next(seeds)
        if check(reader, seed):
            answered += 1


def check(reader: Reader, seed: int) -> bool:
    """Whether the world of a seed had a denial; its advice was taken and read with."""
    random = Random(seed)  # noqa: S311  # worlds, not secrets
    state, name, session_policy = random_account(random, f"table-{seed}")
    stack = "dev" if random.random() < 0.5 else None
    reader.deployment.make(state)
    others = random.sample([one for one in (*USERS, *ROLES) if one != name], 2)
    allowed = reader.reads(state, name, session_policy)
    before = {one: reader.reads(state, one) for one in others}

    found = reader.asks(state, name, session_policy, stack)
    read_before = reader.reads_somehow(state, name)

    written = json.loads(render_json([found]))["why"][0]
    shown = f"seed {seed}: {json.dumps(written)}"
    if written["answer"] == "cannot tell":
        assert "AWS does not document whether the boundary of a role limits a grant" in shown
        return False
    assert written["answer"] == ("yes" if allowed else "no"), shown
    assert written["gates"] != [], shown
    if allowed:
        return False
    assert written["cure"]["complete"], shown
    of_session = [one for one in written["cure"]["steps"] if one["gate"] == "session policy"]
    steps = [one for one in written["cure"]["steps"] if one["gate"] != "session policy"]
    cured = state.cured(name, steps)
    if session_policy:
        statements = changed(session_policy["Statement"], of_session)
        session_policy = document(*statements)
    reader.deployment.change(cured)

    assert reader.reads(cured, name, session_policy), shown
    if state.is_enabled:
        assert {one: reader.reads(cured, one) for one in others} == before, shown
    of_policies = [one for one in steps if one["gate"] != "key state"]
    if of_policies and not of_session:
        was, is_now = (resources(one, reader.deployment.key_arn) for one in (state, cured))
        diff = diff_of(was, is_now)
        assert others_in(diff, name) == [], f"{shown} {diff}"
        without_policies = replace(state, identities={**state.identities, name: Identity()})
        had = gains(diff_of(resources(without_policies, reader.deployment.key_arn), was), name)
        if state.is_enabled and not read_before:
            assert Access.READ in gains(diff, name) | had, f"{shown} {diff}"
    return True


def others_in(diff: Diff, name: str) -> list[Change]:
    """Changes of the access of all other principals.

    A statement for everyone with a condition about the principal is shown as everyone under that condition.
    """
    arn = arn_of(name)
    return [one for one in diff.changes if one.principal.holder.arn != arn and not is_about(one, arn)]


def gains(diff: Diff, name: str) -> set[Access]:
    """What the principal gains: read, unless it had that by another action, such as of the table's stream."""
    own = [one for one in diff.changes if one.principal.holder.arn == arn_of(name)]
    return {one.access for one in own if one.verb in _GAINS}


_GAINS = {Verb.GAINS, Verb.CHANGES, Verb.CANNOT_TELL}  # the last: from an undocumented "yes" to "yes"


def is_about(one: Change, arn: str) -> bool:
    """Whether a change is for everyone under a condition that names the principal, or for a group.

    A group's policy names the principal in such a condition too; `check` compares what its members read.
    """
    if one.principal.kind is Kind.GROUP:
        return True
    named = f"aws:PrincipalArn ArnNotEquals {arn}", f"aws:PrincipalArn ArnEquals {arn}"
    details = " ".join((*one.before.details, *one.after.details))
    return not one.principal.is_single and any(condition in details for condition in named)
