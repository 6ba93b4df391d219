"""From settings to a key policy: principals, defaults, and checks before KMS is called."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

import pulumi

from .caller import Caller
from .inputs import has_output, when_known
from .key_policy import PROFILES, Document, KeyAccess, KeyPolicyError, ProtectedTable, RenderedPolicy, to_json
from .key_settings import KeySettings
from .key_user import KeyUser, has_ended, known_key_users, plain, principal_of
from .lockout import lockout
from .people import ROLES, People, people_problems, setting_alias
from .principal_conditions import role_arns
from .principal_lookup import Identities
from .principals import Scope, canonical_principal, canonical_principals, is_permission_set
from .problems import Path, Problem
from .settings_error import SettingsError
from .statements import users_and_roles
from .valid_part import found_by, readable


def people_of(settings: KeySettings, caller: Caller) -> People:
    """The principals of each setting, with defaults applied.

    Deployers are also key administrators, unless others are named. If the account's root deploys, it is not
    listed, because the statement for the account already covers it. For an existing key, only the expected
    key users are listed.
    """
    if settings.key_arn is not None:
        return {"expected_key_users": settings.expected_key_users}
    deployers = (caller.principal,) if settings.deployers is None else settings.deployers
    administrators = settings.key_administrators
    if administrators is None:
        administrators = () if deployers == (caller.scope.root,) else deployers
    return {
        "key_administrators": administrators,
        "key_users": plain(settings.key_users),
        "other_accounts": settings.other_accounts,
        "key_service_users": settings.key_service_users,
        "deployers": deployers,
    }


def named_people(settings: KeySettings) -> Mapping[Path, object]:
    """Each principal that a valid setting about the key names, by its path."""
    return {
        (setting_alias(setting), number): principal_of(entry)
        for setting, named in readable(settings, ROLES).items()
        if isinstance(named, tuple | list)
        for number, entry in enumerate(named)
    }


def ended_access(settings: KeySettings) -> Iterable[Problem]:
    """Warnings about key users whose access has ended. Their entries have no effect and can be removed."""
    users = settings.key_users if isinstance(settings.key_users, tuple) else ()
    for number, user in enumerate(users):
        if isinstance(user, KeyUser) and has_ended(user.until):
            yield Problem(
                (setting_alias("key_users"), number),
                f"the access of {user.principal} ended at {user.until}. Remove the entry.",
            )


def key_policy(
    settings: KeySettings, table: ProtectedTable, caller: Caller, identities: Identities | None = None
) -> pulumi.Input[str]:
    """The key policy as JSON: known immediately, unless this program creates one of its principals.

    Args:
        settings: the key's settings.
        table: the table it is for.
        caller: who deploys.
        identities: looks up the unique ids of its principals. A strict policy contains a hash of them in its
            Id, so that recreating a role updates the policy: KMS stores the unique id of the deleted role.

    Raises:
        SettingsError: KMS would refuse the policy, or nobody could manage the key.
    """
    return when_known(
        _policy_inputs(settings, caller), partial(_rendered, settings, table, caller, identities)
    )


def declared_access(settings: KeySettings, caller: Caller) -> pulumi.Input[Sequence[Mapping[str, Any]]]:
    """The declared access: the canonical ARNs of the principals of each role, with the end and reason of
    access.
    """

    def declare(people: People) -> list[Mapping[str, Any]]:
        if problems := [*people_problems(settings, people, caller)]:
            raise SettingsError("; ".join(map(str, problems)))
        return [
            {"principal": principal, "role": ROLES[setting], **_role_arns(principal), **more}
            for setting, named in people.items()
            for principal, more in _each_once(setting, named, caller.scope)
        ]

    return when_known(people_of(settings, caller), declare)


def _each_once(setting: str, named: Iterable[Any], scope: Scope) -> list[tuple[str, Mapping[str, str]]]:
    """Each principal once, in canonical form and sorted, with the rest of its entry."""
    if setting != "key_users":
        return [(principal, {}) for principal in canonical_principals(named, scope)]
    users = {canonical_principal(user.principal, scope): plain(user) for user in known_key_users(named)}
    return sorted(
        (who, {name: value for name, value in user.items() if name != "principal"})
        for who, user in users.items()
    )


def _role_arns(principal: str) -> Mapping[str, Sequence[str]]:
    return {"roleArns": role_arns(principal)} if is_permission_set(principal) else {}


def preflight(settings: KeySettings, table: ProtectedTable, caller: Caller) -> list[Problem]:
    """Problems with the principals that are known now."""
    named = {setting: plain(people) for setting, people in readable(settings, ROLES).items()}
    problems = [*found_by(people_problems, settings, named, caller)]
    if problems or settings.key_arn is not None:
        return problems
    inputs = _policy_inputs(settings, caller)
    if not has_output(inputs):
        try:
            _rendered(settings, table, caller, None, inputs)
        except SettingsError as error:
            problems.append(Problem((), str(error)))
    return problems


def doubt_about_deployer(settings: KeySettings, caller: Caller) -> str | None:
    """Why KMS would not let the caller create the table or change its key; None if it would.

    This is only a warning, because a preview may run with read-only access.
    """
    deployers = people_of(settings, caller).get("deployers")
    if deployers is None or settings.key_policy_profile != "strict" or has_output(deployers):
        return None
    named = canonical_principals(deployers, caller.scope)
    if caller.principal in named or any(_is_role_of(caller.principal, one) for one in named):
        return None
    return (
        f"{caller.principal} is not among the deployers ({', '.join(named) or 'nobody'}): KMS will not "
        "let it create the table or change its key. Deploy as one of them, or add it to deployers."
    )


def _is_role_of(role: str, principal: str) -> bool:
    """Whether a role belongs to a permission set."""
    return is_permission_set(principal) and any(fnmatchcase(role, arn) for arn in role_arns(principal))


def _policy_inputs(settings: KeySettings, caller: Caller) -> Mapping[str, Any]:
    return {"people": people_of(settings, caller), "statements": settings.key_policy_statements}


def _rendered(
    settings: KeySettings,
    table: ProtectedTable,
    caller: Caller,
    identities: Identities | None,
    known: Mapping[str, Any],
) -> str:
    try:
        rendered = settings.key_policies.get((table, caller)) or _checked(settings, table, caller, known)
        settings.key_policies[table, caller] = rendered
        looked_up = identities if settings.has_hash_of_ids else None
        document = _identified(rendered.document, caller, looked_up)
        return rendered.text if document is rendered.document else to_json(document)
    except ValueError as error:
        raise SettingsError(f"key of table {table.name!r}: {error}") from None


def _document(settings: KeySettings, table: ProtectedTable, known: Mapping[str, Any]) -> Document:
    people = {
        setting: [principal for principal, _ in _each_once(setting, named, table.scope)]
        for setting, named in known["people"].items()
    }
    ends: dict[str | None, list[str]] = {}
    for principal, more in _each_once("key_users", known["people"]["key_users"], table.scope):
        ends.setdefault(more.get("until"), []).append(principal)
    access = KeyAccess(
        administrators=people["key_administrators"],
        users=ends.get(None, []),
        temporary_users={until: users for until, users in ends.items() if until},
        service_users=people["key_service_users"],
        other_accounts=people["other_accounts"],
        deployers=people["deployers"],
        statements=known["statements"],
        account_root=settings.account_root_statement,
        application_grants=settings.application_grants,
    )
    return PROFILES[settings.key_policy_profile](access, table)


def _identified(document: Document, caller: Caller, identities: Identities | None) -> Document:
    if identities is None:
        return document
    ids = identities.fingerprint(users_and_roles(document) - {caller.principal})
    digest = hashlib.sha256(ids.encode()).hexdigest()[:16]
    return {"Id": f"principals-{digest}", **document} if ids else document


def _checked(
    settings: KeySettings, table: ProtectedTable, caller: Caller, known: Mapping[str, Any]
) -> RenderedPolicy:
    """The policy, if its principals are valid and somebody could change it again."""
    if problems := [*people_problems(settings, known["people"], caller)]:
        raise SettingsError(f"key of table {table.name!r}: " + "; ".join(map(str, problems)))
    document = _document(settings, table, known)
    reason = lockout(document, caller.principal, caller.scope)
    if reason and not settings.bypass_policy_lockout_safety_check:
        raise KeyPolicyError(
            f"the key policy would lock out its managers: {reason}. To apply it anyway, set "
            "bypassPolicyLockoutSafetyCheck."
        )
    return RenderedPolicy(document, to_json(document))
