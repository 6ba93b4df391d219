"""Explains the access of one principal to one table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from encrypted_tables.errors import UserError
from encrypted_tables.iam.actions import ITEM_ACTIONS, SEARCH_VECTORS, Access
from encrypted_tables.iam.answer import Answer, Grade
from encrypted_tables.iam.documents import Document, Policy, Unreadable, read_document
from encrypted_tables.iam.principals import Kind, Principal, account_principal, parse_principal, root_user
from encrypted_tables.verify.collect.account import Account
from encrypted_tables.verify.collect.inventory import Place
from encrypted_tables.verify.collect.observe import Key
from encrypted_tables.verify.predict.access import Caller
from encrypted_tables.verify.predict.predict import caller_of
from encrypted_tables.who_can.evaluate import controlled, root_caller
from encrypted_tables.who_can.look import subject_of
from encrypted_tables.who_can.why.advice import Step, short_name, steps_of
from encrypted_tables.who_can.why.case import Case
from encrypted_tables.who_can.why.cure import cure_of
from encrypted_tables.who_can.why.project import Project, project_of
from encrypted_tables.who_can.why.reasons import Reason, permissions, refusals


@dataclass(frozen=True)
class Question:
    """A question from the command line."""

    principal: str
    """An ARN of IAM or STS, `user/NAME`, `role/NAME`, or a name."""
    action: str | None = None
    """The action, such as `dynamodb:Query`; None for any read."""
    stack: str | None = None
    """The stack that declares the table; None if not given."""
    session_policy: Path | None = None
    """A session policy that is passed when a role is assumed."""
    directory: Path = Path()
    """The directory of the stack's config."""


@dataclass(frozen=True)
class Explanation:
    """Whether a principal can read a table, why, and which change would give it access."""

    table: str
    region: str
    principal: str
    """The ARN of the user or role."""
    name: str
    """The principal's short name."""
    action: str
    answer: Answer
    reasons: Sequence[Reason]
    """What allows it if the answer is "yes"; otherwise, everything that denies or may deny it."""
    steps: Sequence[Step] = ()
    """The smallest change that gives the principal access; empty if nothing helps or is needed."""
    is_whole: bool = False
    """Whether the principal has access after the steps."""

    @property
    def verb(self) -> str:
        """The verb of the action: read or write."""
        return next(access.value for access, actions in ITEM_ACTIONS.items() if self.action in actions)


def explain(account: Account, place: Place, question: Question) -> Explanation:
    """Why a principal can or cannot read a table.

    Raises:
        UserError: no such principal, the table could not be read, or a file cannot be used.
    """
    subject = controlled(account, subject_of(place))
    caller = _caller(account, _named(account, question.principal))
    if question.session_policy:
        identity = replace(caller.identity, session_policies=(_session_policy(question.session_policy),))
        caller = replace(caller, identity=identity)
    reads = (one for one in ITEM_ACTIONS[Access.READ] if one != SEARCH_VECTORS)  # it reads only an index
    actions = (question.action,) if question.action else tuple(reads)
    now = datetime.now(UTC)
    case = max((Case(caller, subject, one, now) for one in actions), key=lambda one: one.answer.grade)
    project = project_of(subject, question.stack, question.directory)
    state = place.key.state if isinstance(place.key, Key) else ""
    return explanation_of(case, project, state, _sharing(account))


def explanation_of(
    case: Case, project: Project | None, key_state: str, is_shared: Callable[[Policy], bool]
) -> Explanation:
    """The explanation of a case. Pure.

    Args:
        case: the principal, the table and the action.
        project: the config that declares the table, if there is one.
        key_state: the state of the key, such as `Disabled`.
        is_shared: whether a policy applies to other principals as well.
    """
    table, answer = case.subject.table, case.answer
    found = Explanation(
        table.name, table.region, case.holder_arn, short_name(case), case.action, answer, permissions(case)
    )
    if answer.grade is Grade.YES:
        return found
    prefers_key = project is not None and not project.brings_key
    cure = cure_of(case, is_shared, prefers_key_policy=prefers_key)
    steps = steps_of(case, cure.draft, project, key_state) if cure else []
    return replace(found, reasons=refusals(case), steps=steps, is_whole=cure is not None and cure.is_whole)


def _sharing(account: Account) -> Callable[[Policy], bool]:
    def is_shared(policy: Policy) -> bool:
        """Whether it applies to several users or roles, or can at any time, like the policy of a group."""
        if isinstance(policy, Document) and policy.is_aws_managed:
            return True
        members = account.members.values()
        held = sum(
            any(policy is one for one in (*member.identity.policies, member.identity.boundary))
            for member in members
        )
        return held > 1 or any(policy is one for member in members for one in member.of_groups)

    return is_shared


def _named(account: Account, text: str) -> Principal:
    """The principal in the question.

    Raises:
        UserError: there is no such principal.
    """
    if text in {account.id, account_principal(account.id).arn} or text.endswith(f"::{account.id}:root"):
        return root_user(account.id)
    if text.startswith("arn:"):
        found = parse_principal(text)
        if found and found.is_single and (found.account != account.id or account.member(found)):
            return found
    else:
        kind, _, name = text.rpartition("/")
        kinds = {kind.partition("/")[0]} if kind else {Kind.USER, Kind.ROLE}
        members = [one.principal for one in account.members.values()]
        named = [one for one in members if one.name == name and one.kind in kinds]
        if len(named) == 1:
            return named[0]
        if named:
            raise UserError(f"{text}: a user and a role have that name. Give user/{name} or role/{name}.")
    names = {f"{one.kind}/{one.name}" for one in account.members}
    wanted = text.split(":", 5)[-1]
    close = get_close_matches(wanted, names, n=1) or get_close_matches(f"user/{wanted}", names, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    raise UserError(
        f"{text}: no such user or role in account {account.id}.{hint} Give an ARN, user/NAME or role/NAME."
    )


def _caller(account: Account, principal: Principal) -> Caller:
    if principal.kind is Kind.ROOT:
        return root_caller(account)
    found = caller_of(account, principal)
    assert found is not None  # noqa: S101  # `_named` returns members of the account, or other accounts'
    return found


def _session_policy(file: Path) -> Policy:
    try:
        found = read_document(file.read_text(encoding="utf-8"), f"session policy {file.name}")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read: {error}") from None
    if isinstance(found, Unreadable):
        raise UserError(f"{file}: {found.reason}. Give the JSON policy that is passed to sts:AssumeRole.")
    return found
