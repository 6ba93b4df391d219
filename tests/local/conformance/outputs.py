"""The values that both providers return, computed ones too, without what differs by account."""

from collections.abc import Mapping
from typing import Any

from tests.local.conformance.in_aws import without_ids

Values = Mapping[str, Any]
NOT_RETURNED = ("id", "timeouts")
"""Attributes that only Terraform has."""
SECRET = ("grant_token", "password", "secret", "ses_smtp_password_v4")


def returned(resources: Mapping[str, Values]) -> Mapping[str, Values]:
    """The values of each resource. Empty ones are left out: only Terraform's state has all attributes."""
    return {address: without_ids(_given(_shown(values))) for address, values in resources.items()}


def _shown(values: Values) -> Values:
    return {
        name: "SECRET" if name in SECRET else value
        for name, value in values.items()
        if name not in NOT_RETURNED
    }


def _given(value: Any) -> Any:  # noqa: ANN401  # JSON
    if isinstance(value, Mapping):
        given = {name: _given(one) for name, one in value.items()}
        return {name: one for name, one in given.items() if one not in (None, "", [], {})}
    return [_given(one) for one in value] if isinstance(value, list) else value
