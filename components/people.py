"""The settings that name people, and what can be wrong with an entry."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from .caller import Caller
from .inputs import has_output
from .key_settings import KeySettings
from .key_user import KeyUser, known_key_users, principal_of
from .principals import PrincipalError, canonical_principal, is_organisation, is_permission_set, is_root
from .problems import Problem, problems_of

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
_OF_PERMISSION_SETS = ("key_users", "expected_key_users", "key_administrators", "deployers")


def setting_alias(setting: str) -> str:
    """The name of a setting in config."""
    return KeySettings.model_fields[setting].alias or setting


def people_problems(settings: KeySettings, people: People, caller: Caller) -> Iterable[Problem]:
    """What is wrong with the people that settings name, as far as they are known."""
    for setting, named in people.items():
        for number, entry in enumerate(named if isinstance(named, tuple | list) else ()):
            if message := _entry_problem(setting, entry, settings, caller):
                yield Problem((setting_alias(setting), number), message)
        if setting == "key_users" and not has_output(named):
            yield from _listed_twice(named, caller)
    strict = settings.key_arn is None and settings.key_policy_profile == "strict"
    if strict and settings.deployers is None and is_root(caller.principal):
        yield Problem(
            ("deployers",),
            f"is left out, and {caller.principal} deploys: naming the account's root would give the key's "
            "use to whomever IAM policies name. Deploy as a user or role, or name deployers.",
        )


def _entry_problem(setting: str, entry: object, settings: KeySettings, caller: Caller) -> str | None:
    """What is wrong with an entry, as far as it is known."""
    if isinstance(entry, Mapping):
        try:
            KeyUser.model_validate(entry)
        except ValidationError as error:
            return "; ".join(map(str, problems_of(error, KeyUser)))
    principal = principal_of(entry)
    if not isinstance(principal, str):
        return None
    try:
        canonical = canonical_principal(principal, caller.scope)
    except PrincipalError as error:
        return str(error)
    advice = (
        _advice_on_groups(setting, canonical)
        if is_organisation(canonical) or is_permission_set(canonical)
        else _advice_on_accounts(setting, canonical, settings, caller)
    )
    return f"{principal!r} is {advice}" if advice else None


def _advice_on_groups(setting: str, canonical: str) -> str | None:
    if is_organisation(canonical):
        return None if setting == "other_accounts" else "an organisation. Name it under otherAccounts."
    if setting in _OF_PERMISSION_SETS:
        return None
    return "a permission set of this account. Name it under keyUsers."


def _advice_on_accounts(setting: str, canonical: str, settings: KeySettings, caller: Caller) -> str | None:
    if setting == "other_accounts":
        if not is_root(canonical):
            return "one principal; name it under keyUsers, or give its account's id."
        if caller.scope.owns(canonical):
            return "the own account; its people are named under keyUsers."
    elif setting == "expected_key_users" and is_root(canonical):
        return "a whole account; name the users and roles that the key lets in."
    elif settings.key_policy_profile == "strict" and is_root(canonical):
        return (
            "a whole account: whomever its IAM policies name could use the key. "
            "Name users and roles; for another account, otherAccounts; else the profile console."
        )
    return None


def _listed_twice(named: Sequence[object], caller: Caller) -> Iterable[Problem]:
    """Key users with two different ends."""
    ends: dict[str, str | None] = {}
    for number, entry in enumerate(named):
        try:
            (user,) = known_key_users([entry])
            who = canonical_principal(user.principal, caller.scope)
        except ValueError:  # reported as a mistake of its own
            continue
        if ends.setdefault(who, user.until) != user.until:
            yield Problem(
                (setting_alias("key_users"), number),
                f"{user.principal!r} is listed twice: until {user.until or 'further notice'}, and until "
                f"{ends[who] or 'further notice'}. Keep one of the two.",
            )
