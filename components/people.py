"""The settings that list principals, and the checks of their entries."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from .caller import Caller
from .inputs import has_output
from .key_settings import KeySettings
from .key_user import KeyUser, known_key_users, principal_of
from .principals import PrincipalError, canonical_principal, is_organisation, is_permission_set, is_root
from .problems import Problem, problems_of

# Each setting that lists principals, with the role that it declares.
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
    """Problems with the principals in settings that are known now."""
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
            f"is not set, and {caller.principal} deploys: with the account's root as a key user, IAM "
            "policies could let anybody in the account use the key. Deploy as a user or role, or set "
            "deployers.",
        )


def _entry_problem(setting: str, entry: object, settings: KeySettings, caller: Caller) -> str | None:
    """The problem with an entry; None if it is valid or not yet known."""
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
            return "a single principal. Name it under keyUsers, or give its account id."
        if caller.scope.owns(canonical):
            return "the table's own account. Name its users and roles under keyUsers."
    elif setting == "expected_key_users" and is_root(canonical):
        return "a whole account. Name the users and roles that can use the key."
    elif settings.key_policy_profile == "strict" and is_root(canonical):
        return (
            "a whole account: its IAM policies could let anybody there use the key. "
            "Name users and roles, name another account under otherAccounts, or use the profile console."
        )
    return None


def _listed_twice(named: Sequence[object], caller: Caller) -> Iterable[Problem]:
    """Problems with key users that are listed with two different ends."""
    ends: dict[str, str | None] = {}
    for number, entry in enumerate(named):
        try:
            (user,) = known_key_users([entry])
            who = canonical_principal(user.principal, caller.scope)
        except ValueError:  # an invalid entry is reported separately
            continue
        if ends.setdefault(who, user.until) != user.until:
            yield Problem(
                (setting_alias("key_users"), number),
                f"{user.principal!r} is listed twice: until {user.until or 'further notice'}, and until "
                f"{ends[who] or 'further notice'}. Keep one of the two.",
            )
