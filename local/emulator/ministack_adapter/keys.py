"""The KMS keys, aliases and grants that ministack stores."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .modules import Record, Response, _kms


def key_record(account: str, in_region: str, key_id: str) -> Record | None:
    """The KMS key with this id."""
    found: Record | None = _kms._keys.get_scoped(account, in_region, key_id)
    return found


def alias_target(account: str, in_region: str, alias_arn: str) -> str | None:
    """The id of an alias's key."""
    found: str | None = _kms._aliases.get_scoped(account, in_region, alias_arn)
    return found


def aliases() -> Iterator[tuple[str, str]]:
    """Alias ARN and key id of all aliases of this account and Region."""
    yield from _kms._aliases.items()


def grants(account: str, in_region: str) -> dict[str, Record]:
    """Grant id and grant of all grants of an account and Region."""
    return dict(_kms._grants.items_scoped(account, in_region))


def create_key(request: Mapping[str, Any]) -> Record:
    """Create a key in this account and Region."""
    _, _, body = _kms._create_key(request)
    key: Record = _kms._keys[json.loads(body)["KeyMetadata"]["KeyId"]]
    return key


def put_alias(alias_arn: str, key_id: str) -> None:
    """Give a key of this account and Region an alias."""
    _kms._aliases[alias_arn] = key_id


def grant(account: str, in_region: str, grant_id: str) -> Record | None:
    """The grant with this id."""
    found: Record | None = _kms._grants.get_scoped(account, in_region, grant_id)
    return found


def create_grant(request: Mapping[str, Any]) -> Response:
    """Create a grant in this account and Region."""
    response: Response = _kms._create_grant(request)
    return response


def delete_grant(account: str, in_region: str, grant_id: str) -> None:
    """Retire or revoke a grant."""
    _kms._grants.pop_scoped(account, in_region, grant_id, None)
