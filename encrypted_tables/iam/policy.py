"""What one policy says about one request. It is predicted from the text; `verify` proves access by reading.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from encrypted_tables.iam.answer import (
    NO,
    YES,
    Answer,
    Grade,
    all_of,
    any_of,
    conditional,
    unknown,
    unless,
    yes_if,
)
from encrypted_tables.iam.arns import resource_covers
from encrypted_tables.iam.conditions import conditions_hold
from encrypted_tables.iam.documents import Document, Statement, as_list
from encrypted_tables.iam.matching import matches
from encrypted_tables.iam.permission_sets import admitted_roles
from encrypted_tables.iam.principals import Kind, Principal, is_orphaned_id, named_in
from encrypted_tables.iam.request_context import Context
from encrypted_tables.iam.statement_principals import named_by
from encrypted_tables.iam.variables import NoText, if_resolved, substituted

_Reach = Callable[[Statement], Answer]
"""Whether a statement is about the principal."""

NOT_KNOWN = "{}"
"""Stands for an unknown part, or an unknown end, of an ARN."""


@dataclass(frozen=True)
class Request:
    """Caller, action and resource; a part of the resource's ARN can be `NOT_KNOWN`."""

    action: str
    principal: Principal
    resource: str
    context: Context
    has_boundary: bool = False
    """Whether the principal is known to have a permissions boundary."""


def identity_policy_allows(document: Document, request: Request) -> Answer:
    """What a policy attached to the principal, or one that limits it, allows."""
    return _effect(document, "Allow", request, lambda _: YES)


def identity_policy_denies(document: Document, request: Request) -> Answer:
    """What a policy attached to the principal, or one that limits it, denies explicitly."""
    return _effect(document, "Deny", request, lambda _: YES)


def resource_policy_allows_role_by_arn(document: Document, request: Request) -> Answer:
    """Whether the resource policy allows a role by its ARN; then the limits of the role apply.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-eval-logic
    """
    holder = request.principal.holder
    if holder.kind is not Kind.ROLE:
        return NO

    def names_role(statement: Statement) -> Answer:
        return yes_if(holder in named_in(statement.get("Principal")))

    return _effect(document, "Allow", request, names_role)


def resource_policy_allows_others(document: Document, request: Request) -> Answer:
    """Whether the resource policy allows the principal directly, in another way than by the ARN of a role."""
    holder = request.principal.holder

    def reach(statement: Statement) -> Answer:
        if "NotPrincipal" in statement:
            return _reach_of_others(statement, request)
        if not request.principal.is_single and admitted_roles(statement):
            return NO  # it names permission sets, which count as separate principals
        named = [
            one
            for one in named_in(statement.get("Principal"))
            if one != holder or holder.kind is not Kind.ROLE
        ]
        return _named(named, request.principal)

    return _effect(document, "Allow", request, reach)


def resource_policy_delegates(document: Document, request: Request) -> Answer:
    """Whether the resource policy leaves the decision to the IAM policies of the principal's account."""

    def reach(statement: Statement) -> Answer:
        return yes_if(_names_account(named_in(statement.get("Principal")), request.principal))

    return _effect(document, "Allow", request, reach)


def resource_policy_denies(document: Document, request: Request) -> Answer:
    """Whether the resource policy explicitly denies the request."""

    def reach(statement: Statement) -> Answer:
        if "NotPrincipal" in statement:
            return _reach_of_others(statement, request)
        named = list(named_in(statement.get("Principal")))
        by_account = yes_if(_names_account(named, request.principal))
        return any_of([_named(named, request.principal), by_account])

    return _effect(document, "Deny", request, reach)


def principals_of(document: Document) -> set[Principal]:
    """All principals that statements name, to allow, to deny or to except them."""
    found: set[Principal] = set()
    for statement in document.statements:
        found.update(named_by(statement))
        if "NotPrincipal" in statement:
            found.update([*named_in("*"), *named_in(statement["NotPrincipal"])])
    return found


def allowed_principals(document: Document) -> set[Principal]:
    """All principals that Allow statements name."""
    allows = (one for one in document.statements if one.get("Effect") == "Allow")
    return {named for one in allows for named in named_by(one)}


def orphaned_ids(document: Document) -> set[str]:
    """The unique ids of deleted users and roles that Allow statements name."""
    principals = (one.get("Principal") for one in document.statements if one.get("Effect") == "Allow")
    entries = (
        str(entry) for one in principals if isinstance(one, Mapping) for entry in as_list(one.get("AWS"))
    )
    return {entry for entry in entries if is_orphaned_id(entry)}


def ended_statements(document: Document, action: str, now: datetime) -> dict[str, str]:
    """The Allow statements about an action that allowed it until a time in the past, and that time."""
    moment = {"aws:currenttime": now.isoformat(), "aws:epochtime": str(int(now.timestamp()))}
    return {
        place: ", ".join(
            str(value) for keys in ends.values() for one in keys.values() for value in as_list(one)
        )
        for statement, place in document.about("Allow", action)
        if (ends := _ends(statement.get("Condition"))) and conditions_hold(ends, moment).grade is Grade.NO
    }


def _ends(block: object) -> dict[str, dict[str, object]]:
    """The conditions that only set an end."""
    conditions = block.items() if isinstance(block, Mapping) else ()
    return {
        operator: {key: value for key, value in keys.items() if str(key).lower() in _NOW}
        for operator, keys in conditions
        if str(operator).lower().removesuffix("ifexists") in _BEFORE and isinstance(keys, Mapping)
    }


_BEFORE = ("datelessthan", "datelessthanequals")
_NOW = ("aws:currenttime", "aws:epochtime")


def has_open_allow(document: Document) -> bool:
    """Whether an Allow statement uses NotPrincipal, which admits everyone except those that it names."""
    return any(one.get("Effect") == "Allow" and "NotPrincipal" in one for one in document.statements)


def coverage(statement: Statement, resource: str, *, has_variables: bool) -> Hashable | None:
    """Equal for two statements that cover a resource for the same callers; None if it is not covered."""
    is_negative = "NotResource" in statement
    patterns = [str(one) for one in as_list(statement.get("NotResource" if is_negative else "Resource"))]
    varying = tuple(one for one in patterns if has_variables and "${" in one)
    fixed = any_of(_matches_arn(one, resource) for one in patterns if one not in varying)
    return (is_negative, fixed, varying) if is_negative or varying or fixed is not NO else None


def _named(entries: Iterable[Principal], principal: Principal) -> Answer:
    """Whether the entries name the principal itself. They may name only one session of a role."""
    sessions = []
    for entry in entries:
        if entry.kind is Kind.ANYONE or entry in (principal, principal.holder):
            return YES
        if entry.kind is Kind.ACCOUNT and principal.kind is Kind.ROOT and entry.account == principal.account:
            return YES
        if entry.kind is Kind.SESSION and principal.kind is Kind.ROLE and entry.holder == principal:
            sessions.append(conditional(f"the session is {entry.arn}"))
    return any_of(sessions)


def _names_account(entries: Iterable[Principal], principal: Principal) -> bool:
    return any(entry.kind is Kind.ACCOUNT and entry.account == principal.account for entry in entries)


def _reach_of_others(statement: Statement, request: Request) -> Answer:
    """Whether a statement with NotPrincipal applies to the principal.

    A denial exempts a user or role only if it also names the account, a role only in the named sessions, and
    never a principal with a permissions boundary.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    principal = request.principal
    spared = list(named_in(statement["NotPrincipal"]))
    if any(one.kind is Kind.ANYONE or one == principal for one in spared) and not principal.is_single:
        return NO
    if principal.kind is Kind.ROOT:
        return yes_if(not _names_account(spared, principal))
    if not principal.is_single:
        return conditional(f"it is not one of those that NotPrincipal names ({_arns(spared)})")
    of_session = _named([one for one in spared if one.kind in {Kind.SESSION, Kind.ANYONE}], principal)
    is_named = principal.holder in spared
    if not is_named and of_session is NO:
        return YES
    if statement.get("Effect") != "Deny":
        return NO if is_named else unless(YES, of_session)
    return YES if request.has_boundary else _not_wholly_spared(spared, principal, of_session)


def _not_wholly_spared(spared: list[Principal], principal: Principal, of_session: Answer) -> Answer:
    """Why a denial with NotPrincipal may still apply to a user or role that it names."""
    needs = []
    if not _names_account(spared, principal):
        needs.append("NotPrincipal does not name its account, so the denial may reach all of the account")
    if principal.holder.kind is Kind.ROLE and of_session is not YES:
        needs.append("NotPrincipal does not name the session")
    if principal.holder not in spared and not any(one.kind is Kind.ANYONE for one in spared):
        needs.append("NotPrincipal does not name the role")
    return conditional(" and ".join(needs)) if needs else NO


def _arns(principals: Iterable[Principal]) -> str:
    return ", ".join(sorted(one.arn for one in principals))


def _effect(
    document: Document, effect: str, request: Request, reach: Callable[[Statement], Answer]
) -> Answer:
    return any_of(
        _applies(statement, request, reach, has_variables=document.has_variables).by(place)
        for statement, place in document.about(effect, request.action)
    )


def _applies(statement: Statement, request: Request, reach: _Reach, *, has_variables: bool) -> Answer:
    reached = reach(statement)
    if reached.grade is Grade.NO:
        return NO
    covered = _covers(statement, request, has_variables=has_variables)
    if covered.grade is Grade.NO:
        return NO
    holds = conditions_hold(statement.get("Condition"), request.context, has_variables=has_variables)
    return all_of([reached, covered, holds])


def _covers(statement: Statement, request: Request, *, has_variables: bool) -> Answer:
    is_exception = "NotResource" in statement
    patterns = [str(one) for one in as_list(statement.get("NotResource" if is_exception else "Resource"))]
    texts = [substituted(one, request.context) if has_variables else one for one in patterns]
    listed = any_of(
        _is_this(text, pattern, request.resource) for text, pattern in zip(texts, patterns, strict=True)
    )
    return if_resolved(unless(YES, listed) if is_exception else listed, texts)


def _is_this(text: str | NoText, pattern: str, resource: str) -> Answer:
    if isinstance(text, str):
        return _matches_arn(text, resource)
    return NO if text is NoText.ABSENT else conditional(f"the resource is {pattern}")


def _matches_arn(pattern: str, arn: str) -> Answer:
    """Whether a pattern covers an ARN that may have unknown parts."""
    if NOT_KNOWN not in arn:
        covered = resource_covers(pattern, arn)
        return conditional(f"the resource is {pattern}") if covered is None else yes_if(covered)
    wanted, given = pattern.split(":", 5), arn.split(":", 5)
    if len(wanted) < len(given):
        return yes_if(resource_covers(pattern, arn) is not False)
    parts = list(zip(wanted, given, strict=True))
    if not all(_could_match(pattern_part, part) for pattern_part, part in parts):
        return NO
    is_sure = all(matches(pattern_part, part) for pattern_part, part in parts)
    return YES if is_sure else unknown(f"whether {pattern} is this resource")


def _could_match(pattern: str, part: str) -> bool:
    """Whether a pattern can cover a part of an ARN with an unknown end."""
    known, placeholder, _ = part.partition(NOT_KNOWN)
    if not placeholder:
        return matches(pattern, part)
    return any(matches(pattern[:end], known) for end in range(len(pattern) + 1))
