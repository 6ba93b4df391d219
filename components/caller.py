"""Who deploys, and where: looked up in AWS once per run."""

import asyncio
from collections.abc import Hashable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial

import pulumi
import pulumi_aws as aws
from pulumi.runtime.sync_await import _sync_await

from .own_thread import in_own_thread
from .per_program import PerProgram
from .principals import PrincipalError, Scope, canonical_principal


class CallerError(pulumi.RunError):
    """The deploying principal could not be determined. Pulumi shows only the message, without a traceback."""


@dataclass(frozen=True)
class Caller:
    """The principal whose credentials the AWS provider uses.

    Attributes:
        principal: its ARN. For a session this is the ARN of its role; it can also be a user or the account's
            root.
        scope: its partition and account.
        region: the provider's Region.
    """

    principal: str
    scope: Scope
    region: str


def ask_early(opts: pulumi.ResourceOptions | None) -> None:
    """Start asking AWS for the caller, so that the answer comes while the program does something else.

    Only the default provider can be asked early: any other is a resource that is perhaps still registered.
    """
    if aws_provider(opts) is None:
        _default_caller()


def current_caller(opts: pulumi.ResourceOptions | None = None, deployers: Iterable[object] = ()) -> Caller:
    """The caller for resources with these options: their provider's, or the default provider's.

    A key policy must name the role with its path, which the ARN of a session does not contain. The path comes
    from the deployer with the same name, or else from IAM (`iam:GetRole`).

    Args:
        opts: the options of the resources.
        deployers: the configured deployers whose ARNs are known.

    Raises:
        CallerError: AWS cannot be reached, or denies the request.
    """
    provider = aws_provider(opts)
    caller = _asked(provider)
    if ":assumed-role/" not in caller.principal:
        return caller
    if named := _role_among(deployers, caller):
        return replace(caller, principal=named)
    caller = replace(caller, principal=_role_of(caller.principal, provider))
    _callers()[provider] = caller
    return caller


def account_of_provider(provider: pulumi.ProviderResource | None) -> str | None:
    """The account that a provider uses. None if AWS does not say, or if the credentials are not known yet."""
    try:
        return _asked(provider).scope.account_id
    except CallerError:
        return None


def _asked(provider: pulumi.ProviderResource | None) -> Caller:
    known = _callers()
    if provider not in known:
        known[provider] = _ask(provider) if provider else _awaited(_default_caller())
    return known[provider]


def _awaited(answer: Future[Caller]) -> Caller:
    """The answer. Meanwhile the program's event loop runs, as in every call of a function of a provider."""
    caller: Caller = _sync_await(asyncio.wrap_future(answer, loop=asyncio.get_event_loop()))
    return caller


def _role_among(deployers: Iterable[object], caller: Caller) -> str | None:
    name = caller.principal.split("/")[1]
    for deployer in deployers:
        try:
            arn = canonical_principal(deployer, caller.scope) if isinstance(deployer, str) else ""
        except PrincipalError:  # an invalid principal is reported with the other settings
            continue
        if ":role/" in arn and arn.rpartition("/")[2] == name and caller.scope.owns(arn):
            return arn
    return None


def _role_of(session: str, provider: pulumi.ProviderResource | None) -> str:
    try:
        found: str = aws.iam.get_session_context(
            arn=session, opts=pulumi.InvokeOptions(provider=provider)
        ).issuer_arn
    except Exception as error:  # noqa: BLE001  # a failed invoke has no type of its own
        raise CallerError(
            f"IAM did not describe the role of {session}: {error}. Allow iam:GetRole on it, or name the role "
            "under deployers, with its path."
        ) from None
    return found


_callers = PerProgram[[], dict[Hashable, Caller]](dict)
_default_caller = PerProgram[[], Future[Caller]](lambda: in_own_thread(partial(_ask, None)))


def aws_provider(opts: pulumi.ResourceOptions | None) -> pulumi.ProviderResource | None:
    """The AWS provider that a component with these options passes to its children."""
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
    except Exception as error:  # noqa: BLE001  # a failed invoke has no type of its own
        raise CallerError(f"could not find out from AWS who deploys: {error}") from None
    if not (identity.arn and identity.account_id):
        raise CallerError(_WITHOUT_ANSWER.format("get_caller_identity"))
    try:
        region = aws.get_region(opts=options).region
    except Exception as error:  # noqa: BLE001  # as above
        raise CallerError(f"could not find out from AWS where to deploy: {error}") from None
    if not region:
        raise CallerError(_WITHOUT_ANSWER.format("get_region"))
    return Caller(identity.arn, Scope(identity.arn.split(":")[1], identity.account_id), region)


_WITHOUT_ANSWER = (
    "the AWS provider did not answer {}. If this program creates the provider's credentials, create them in "
    "a stack of their own. In a test with mocks, answer the call: docs/component.md, Unit tests."
)
