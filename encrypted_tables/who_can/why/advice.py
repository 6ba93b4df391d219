"""Describes a change as steps: lines of the config, statements, commands. Pure functions."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from encrypted_tables.iam.arns import account_of
from encrypted_tables.iam.documents import Document, Policy, Statement
from encrypted_tables.who_can.why.case import Case, Gate, Place
from encrypted_tables.who_can.why.draft import Draft
from encrypted_tables.who_can.why.project import Project

_SETTINGS = {Gate.KEY_POLICY: "keyPolicyStatements", Gate.TABLE_POLICY: "resourcePolicyStatements"}
_OF_STATE = {
    "Disabled": ("enable-key",),
    "PendingDeletion": ("cancel-key-deletion", "enable-key"),
    "PendingReplicaDeletion": ("cancel-key-deletion", "enable-key"),
}
_IN_WORDS = {
    "PendingImport": "Import the key material of {key}.",
    "Unavailable": "Connect the custom key store of {key}.",
}


@dataclass(frozen=True)
class Step:
    """One change."""

    gate: Gate
    words: str
    """What to do, and where."""
    policy: str = ""
    """The policy to change, such as `policy limits`; empty for a new one."""
    number: int = 0
    """The number of the statement to replace, from 1; 0 if statements are added."""
    statements: Sequence[Statement] = ()
    """The statements to add, or to replace the statement with; if empty, the statement is removed."""
    config: str = ""
    """The lines to add to the stack's config file, as YAML."""
    commands: Sequence[str] = ()
    """The command to run."""


def steps_of(case: Case, draft: Draft, project: Project | None, key_state: str) -> list[Step]:
    """The steps of a draft.

    Args:
        case: the case before the change.
        draft: the change.
        project: the config that declares the table, if there is one.
        key_state: the state of the key, such as `Disabled`.
    """
    policies = {place: policy for half in case.halves for place, policy in case.policies(half)}
    return [
        *(_usable(case, key_state) if draft.makes_key_usable else ()),
        *_replacements(draft, policies, project),
        *(
            step
            for place, statements in draft.added.items()
            for step in _addition(case, place, statements, policies.get(place), project)
        ),
    ]


def _usable(case: Case, key_state: str) -> Iterator[Step]:
    arn = case.subject.key.arn if case.subject.key else ""
    if key_state in _IN_WORDS:
        yield Step(Gate.KEY_STATE, _IN_WORDS[key_state].format(key=arn))
        return
    commands = [
        f"aws kms {one} --key-id {arn} --region {case.subject.table.region}" for one in _OF_STATE[key_state]
    ]
    words = "Make the key usable again. All principals that policies allow regain access:"
    yield Step(Gate.KEY_STATE, words, commands=commands)


def _replacements(draft: Draft, policies: dict[Place, Policy], project: Project | None) -> Iterator[Step]:
    for place, replaced in draft.replaced.items():
        policy = policies[place]
        if not isinstance(policy, Document):
            continue
        for number, statements in replaced.items():
            name = statement_name(policy.statements[number - 1], number)
            where = f"{name} of {policy.label or place.gate}{_in_config(place.gate, project)}"
            words = f"Replace {where} by:" if statements else f"Remove {where}."
            yield Step(place.gate, _of_aws(policy) + words, policy.label, number, tuple(statements))


def _addition(
    case: Case, place: Place, statements: Sequence[Statement], policy: Policy | None, project: Project | None
) -> Iterator[Step]:
    gate, name = place.gate, short_name(case)
    if gate is Gate.KEY_POLICY and project and not project.brings_key:
        yield _key_user(project, name)
        return
    if gate is Gate.TABLE_POLICY and project:
        config = project.lines(_SETTINGS[gate], [dict(one) for one in statements])
        yield Step(gate, f"Add to {project.file}:", config=config, statements=tuple(statements))
        return
    if gate is Gate.KEY_POLICY and project:
        config = project.lines("expectedKeyUsers", [name])
        yield Step(gate, f"Declare the key user in {project.file}, for `verify`:", config=config)
    label = policy.label if isinstance(policy, Document) else ""
    where = (
        f"the IAM policies of {name}"
        if gate is Gate.IDENTITY_POLICY
        else f"the {gate}{f' ({label})' if label and label != f'the {gate}' else ''}"
    )
    words = f"Add to {where}:"
    if isinstance(policy, Document):
        words = _of_aws(policy) + words
    yield Step(gate, words, label, statements=tuple(statements))


def _key_user(project: Project, name: str) -> Step:
    """The step that adds an entry to `keyUsers`, or that extends an existing entry whose access has ended."""
    users = project.key_users
    words = f"Add a key user to {project.file}, and update the stack:"
    number = len(users)
    if name in users:
        words = f"Remove `until` from the key user in {project.file} or postpone it, and update the stack:"
        number = users.index(name)
    path = f"{project.tables}.{project.table}.keyUsers[{number}]"
    commands = [shlex.join(["pulumi", "config", "set", "--stack", project.stack, "--path", path, name])]
    if project.stack == "STACK":
        commands = []
    return Step(Gate.KEY_POLICY, words, config=project.lines("keyUsers", [name]), commands=commands)


def short_name(case: Case) -> str:
    """The principal as in config: `user/NAME` in the table's account, otherwise its ARN."""
    arn = case.holder_arn
    return arn.split(":", 5)[-1] if account_of(arn) == case.subject.table.account else arn


def statement_name(statement: Statement, number: int) -> str:
    """A statement's number in the policy, and its Sid."""
    sid = statement.get("Sid")
    return f"statement {number} ({sid})" if sid else f"statement {number}"


def _in_config(gate: Gate, project: Project | None) -> str:
    return f" (`{_SETTINGS[gate]}` in {project.file})" if project and gate in _SETTINGS else ""


def _of_aws(policy: Document) -> str:
    """What to do with a policy that only AWS can change."""
    note = f"AWS maintains {policy.label}: replace it by a customer managed copy with this change. "
    return note if policy.is_aws_managed else ""
