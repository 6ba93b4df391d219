"""From settings to a key policy: people, defaults, and what must be so before KMS is asked."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pulumi

from .caller import Caller
from .inputs import has_output, when_known
from .key_policy import PROFILES, Document, KeyAccess, KeyPolicyError, ProtectedTable, to_json
from .key_settings import KeySettings
from .lockout import lockout
from .principal_lookup import Identities
from .principals import PrincipalError, canonical_principal, canonical_principals, is_root
from .problems import Path, Problem, SettingsError

# Each setting that names people, with the role that it declares.
ROLES = {
    "key_administrators": "keyAdministrator",
    "key_users": "keyUser",
    "expected_key_users": "keyUser",
    "other_accounts": "otherAccount",
    "key_service_users": "serviceUser",
    "deployers": "deployer",
}
People = Mapping[str, Any]


def people_of(settings: KeySettings, caller: Caller) -> People:
    """Who is named by which setting, with its default.

    Who deploys also looks after the key, unless others are named. The account's root is no person:
    where it deploys, the statement for the account stands for it. Of a key that was brought, only those
    are named whom its policy is expected to let in.
    """
    if settings.key_arn is not None:
        return {"expected_key_users": settings.expected_key_users}
    deployers = (caller.principal,) if settings.deployers is None else settings.deployers
    administrators = settings.key_administrators
    if administrators is None:
        administrators = () if deployers == (caller.scope.root,) else deployers
    return {
        "key_administrators": administrators,
        "key_users": settings.key_users,
        "other_accounts": settings.other_accounts,
        "key_service_users": settings.key_service_users,
        "deployers": deployers,
    }


def named_people(settings: KeySettings) -> Mapping[Path, object]:
    """Each principal that a setting names, by its path."""
    return {
        (_alias(setting), number): principal
        for setting in ROLES
        if isinstance(named := getattr(settings, setting), tuple | list)
        for number, principal in enumerate(named)
    }


def key_policy(
    settings: KeySettings, table: ProtectedTable, caller: Caller, identities: Identities | None = None
) -> pulumi.Input[str]:
    """The key policy as KMS takes it: known at once unless a principal is yet to be created.

    Args:
        settings: the key's settings.
        table: the table it is for.
        caller: who deploys.
        identities: looks up the unique ids of its people. A strict policy has them in its Id, so that it is
            put again when a role is created again under its name: KMS stores the id of the deleted one.

    Raises:
        SettingsError: no policy that KMS would accept, and that keeps the key manageable, can be made.
    """
    inputs = {"people": people_of(settings, caller), "statements": settings.key_policy_statements}

    def render(known: Mapping[str, Any]) -> str:
        if problems := [*_people_problems(settings, known["people"], caller)]:
            raise SettingsError(f"key of table {table.name!r}: " + "; ".join(map(str, problems)))
        try:
            document = _checked(_document(settings, table, known), settings, caller)
            return to_json(_identified(document, known["people"], caller, identities))
        except ValueError as error:
            raise SettingsError(f"key of table {table.name!r}: {error}") from None

    return when_known(inputs, render)


def declared_access(settings: KeySettings, caller: Caller) -> pulumi.Input[Sequence[Mapping[str, str]]]:
    """Who is declared to have which role: the principals' ARNs, canonical."""

    def declare(people: People) -> list[Mapping[str, str]]:
        if problems := [*_people_problems(settings, people, caller)]:
            raise SettingsError("; ".join(map(str, problems)))
        return [
            {"principal": principal, "role": ROLES[setting]}
            for setting in people
            for principal in canonical_principals(people[setting], caller.scope)
        ]

    return when_known(people_of(settings, caller), declare)


def preflight(settings: KeySettings, table: ProtectedTable, caller: Caller) -> list[Problem]:
    """What is wrong with the people named, as far as they are known now."""
    named = {setting: getattr(settings, setting) for setting in ROLES}
    problems = [*_people_problems(settings, named, caller)]
    if problems or settings.key_arn is not None:
        return problems
    if not has_output([people_of(settings, caller), settings.key_policy_statements]):
        try:
            key_policy(settings, table, caller)
        except SettingsError as error:
            problems.append(Problem((), str(error)))
    return problems


def doubt_about_deployer(settings: KeySettings, caller: Caller) -> str | None:
    """Why KMS would not let the caller create the table, or give it another key; None if it would.

    No mistake by itself: a preview may well run as somebody who only reads.
    """
    deployers = people_of(settings, caller).get("deployers")
    if deployers is None or settings.key_policy_profile != "strict" or has_output(deployers):
        return None
    named = canonical_principals(deployers, caller.scope)
    if caller.principal in named:
        return None
    return (
        f"{caller.principal} is not among the deployers ({', '.join(named) or 'nobody'}): KMS will refuse "
        "it to create the table or to give it another key. Deploy as one of them, or add it to deployers."
    )


def _people_problems(settings: KeySettings, people: People, caller: Caller) -> Iterable[Problem]:
    for setting, named in people.items():
        for number, principal in enumerate(named if isinstance(named, tuple | list) else ()):
            if isinstance(principal, str) and (message := _problem(setting, principal, settings, caller)):
                yield Problem((_alias(setting), number), message)
    strict = settings.key_arn is None and settings.key_policy_profile == "strict"
    if strict and settings.deployers is None and is_root(caller.principal):
        yield Problem(
            ("deployers",),
            f"is left out, and {caller.principal} deploys: naming the account's root would give the key's "
            "use to whomever IAM policies name. Deploy as a user or role, or name deployers.",
        )


def _problem(setting: str, principal: str, settings: KeySettings, caller: Caller) -> str | None:
    try:
        canonical = canonical_principal(principal, caller.scope)
    except PrincipalError as error:
        return str(error)
    if setting == "other_accounts" and not is_root(canonical):
        return f"{principal!r} is one principal; name it under keyUsers, or give its account's id."
    if setting == "other_accounts" and caller.scope.owns(canonical):
        return f"{principal!r} is the own account; its people are named under keyUsers."
    if setting == "expected_key_users" and is_root(canonical):
        return f"{principal!r} is a whole account; name the users and roles that the key lets in."
    if setting != "other_accounts" and settings.key_policy_profile == "strict" and is_root(canonical):
        return (
            f"{principal!r} is a whole account: whomever its IAM policies name could use the key. "
            "Name users and roles; for another account, otherAccounts; else the profile console."
        )
    return None


def _document(settings: KeySettings, table: ProtectedTable, known: Mapping[str, Any]) -> Document:
    people = {setting: canonical_principals(named, table.scope) for setting, named in known["people"].items()}
    access = KeyAccess(
        administrators=people["key_administrators"],
        users=people["key_users"],
        service_users=people["key_service_users"],
        other_accounts=people["other_accounts"],
        deployers=people["deployers"],
        statements=known["statements"],
        account_root=settings.account_root_statement,
        application_grants=settings.application_grants,
    )
    return PROFILES[settings.key_policy_profile](access, table)


def _identified(
    document: Document, people: People, caller: Caller, identities: Identities | None
) -> Document:
    if identities is None or "Id" in document:
        return document
    # Not the deployers: a preview is run by another role, and its plan must hold for the deployment.
    named = {
        principal
        for setting, some in people.items()
        if setting != "deployers"
        for principal in canonical_principals(some, caller.scope)
    }
    ids = identities.fingerprint(named - set(canonical_principals(people["deployers"], caller.scope)))
    digest = hashlib.sha256(ids.encode()).hexdigest()[:16]
    return {"Id": f"principals-{digest}", **document} if ids else document


def _checked(document: Document, settings: KeySettings, caller: Caller) -> Document:
    reason = lockout(document, caller.principal, caller.scope)
    if reason and not settings.bypass_policy_lockout_safety_check:
        raise KeyPolicyError(
            f"the key policy locks people out: {reason}. To have it nevertheless, set "
            "bypassPolicyLockoutSafetyCheck."
        )
    return document


def _alias(setting: str) -> str:
    return KeySettings.model_fields[setting].alias or setting
