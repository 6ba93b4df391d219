"""Who deploys, and where: asked of AWS once in each run."""

from collections.abc import Hashable, MutableMapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
import pulumi_aws as aws

from .principals import Scope


class CallerError(pulumi.RunError):
    """AWS did not say who deploys; Pulumi shows the message alone, without a traceback."""


@dataclass(frozen=True)
class Caller:
    """The principal whose credentials the AWS provider uses.

    Attributes:
        principal: its ARN: a user, a role (for a session of it) or the account's root.
        scope: its partition and account.
        region: the provider's Region.
    """

    principal: str
    scope: Scope
    region: str


def current_caller(opts: pulumi.ResourceOptions | None = None) -> Caller:
    """The caller for resources with these options: their provider's, or the default provider's.

    A role's session is told apart from its role: sessions end, and a key policy is to name the role.
    AWS is asked for the role's path (`iam:GetRole`), which a session's ARN does not have.

    Raises:
        CallerError: AWS cannot be reached, or refuses.
    """
    provider = aws_provider(opts)
    known = _callers.setdefault(pulumi.runtime.settings.get_monitor(), {})
    if provider not in known:
        known[provider] = _ask(provider)
    return known[provider]


# A run is a connection to the engine; a component provider serves several runs in one process.
_callers: WeakKeyDictionary[Any, MutableMapping[Hashable, Caller]] = WeakKeyDictionary()


def aws_provider(opts: pulumi.ResourceOptions | None) -> pulumi.ProviderResource | None:
    """The AWS provider that a component with these options hands to its children."""
    if opts is None:
        return None
    given = opts.providers.values() if isinstance(opts.providers, dict) else (opts.providers or ())
    own: list[pulumi.ProviderResource] = [p for p in (opts.provider, *given) if p and p.package == "aws"]
    if own:
        return own[0]
    if opts.parent is None:
        return None
    inherited: pulumi.ProviderResource | None = opts.parent.get_provider("aws:index/getRegion:getRegion")
    return inherited


def _ask(provider: pulumi.ProviderResource | None) -> Caller:
    options = pulumi.InvokeOptions(provider=provider)
    try:
        identity = aws.get_caller_identity(opts=options)
        scope = Scope(identity.arn.split(":")[1], identity.account_id)
        principal = identity.arn
        if ":assumed-role/" in principal:
            principal = aws.iam.get_session_context(arn=principal, opts=options).issuer_arn
        return Caller(principal, scope, aws.get_region(opts=options).region)
    except Exception as error:  # noqa: BLE001  # a failed invoke has no type of its own
        raise CallerError(f"AWS could not be asked who deploys: {error}") from None
