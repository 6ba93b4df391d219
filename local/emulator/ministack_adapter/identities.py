"""The users, roles, policies, access keys and sessions that ministack stores."""

from collections.abc import Mapping
from typing import Any

from .modules import Record, _evaluator, _iam, _sts
from .policies import parse_policy
from .request import account_id


def iam_entity(account: str, kind: str, name: str) -> Record | None:
    """The IAM `user` or `role` of that name."""
    store = _iam._users if kind == "user" else _iam._roles
    found: Record | None = store.get_scoped(account, None, name)
    return found


def policies_of(account: str, kind: str, name: str) -> tuple[list[list[Any]], list[list[list[Any]]]] | None:
    """The parsed policies of a `user`, `role` or `group`, and its boundary; None if it does not exist."""
    if kind == "group":
        if name not in _iam._groups:
            return None
        group = _iam._groups[name]
        documents = [*(_iam._group_inline_policies.get(name) or {}).values()]
        attached = (
            _evaluator._resolve_managed_policy_document(one, account) for one in group["AttachedPolicies"]
        )
        return [parse_policy(one) for one in (*documents, *attached) if one], []
    if iam_entity(account, kind, name) is None:
        return None
    gather = _evaluator._gather_user_policies if kind == "user" else _evaluator._gather_role_policies
    store = _iam._users if kind == "user" else _iam._roles
    return gather(name, account), _evaluator._permissions_boundary(store, name, account)


def managed_policy(arn: str) -> Record | None:
    """The policy with this ARN: one of this account or of AWS."""
    found: Record | None = _iam._lookup_policy(arn)
    return found


def age_entity(account: str, kind: str, name: str) -> None:
    """Make a user or role appear to be created long ago."""
    entity = iam_entity(account, kind, name)
    if entity is not None:
        entity.pop("_made_at", None)


def access_keys_of(user: str) -> list[str]:
    """The access key ids of a user of this account."""
    return [key for key, record in access_keys(account_id()).items() if record["UserName"] == user]


def has_login_profile(user: str) -> bool:
    """Whether a user of this account can sign in to the console."""
    return user in _iam._login_profiles


def has_inline_policies(user: str) -> bool:
    """Whether a user of this account has inline policies."""
    return bool(_iam._user_inline_policies.get(user))


def is_in_a_group(user: str) -> bool:
    """Whether a user of this account is in any group."""
    return any(user in group.get("Users", []) for group in _iam._groups.values())


def is_hosted(account: str) -> bool:
    """Whether this emulator has the account's users and roles, so that it knows which exist."""
    return any(session.get("AccountId") == account for session in _sts._sessions.values())


def access_keys(account: str) -> dict[str, Record]:
    """Access key id and record of all IAM users' keys of an account."""
    return {key: record for (owner, key), record in _iam._access_keys.to_dict().items() if owner == account}


def put_access_key(account: str, user: str, access_key_id: str, secret_access_key: str) -> None:
    """Give an IAM user the given access key."""
    record = {
        "UserName": user,
        "AccessKeyId": access_key_id,
        "SecretAccessKey": secret_access_key,
        "Status": "Active",
        "CreateDate": _iam._now(),
    }
    _iam._access_keys.set_scoped(account, None, access_key_id, record)


def put_root_key(account: str, access_key_id: str, secret_access_key: str) -> None:
    """Set the access key of an account's root user, whose signatures are verified like all others."""
    _sts._sessions[access_key_id] = {
        "Arn": f"arn:aws:iam::{account}:root",
        "AccountId": account,
        "UserId": account,
        "PrincipalType": "Root",
        "SecretAccessKey": secret_access_key,
        "SessionToken": None,
    }


class Sessions:
    """The sessions of assumed roles and the root users' keys, which ministack does not persist."""

    def get_state(self) -> Mapping[str, Any]:
        """Session by access key id."""
        return dict(_sts._sessions)

    def load_persisted_state(self, data: Mapping[str, Any]) -> None:
        """Restore the result of an earlier `get_state`."""
        _sts._sessions.update(data)
