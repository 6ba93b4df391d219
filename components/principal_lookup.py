"""Looks up users and roles of the account in IAM, once per run.

If one principal does not exist, KMS rejects the whole key policy, after two minutes of retries and without
naming the principal. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .caller import Caller
from .per_program import PerProgram
from .principals import PrincipalError, canonical_principal, is_permission_set, is_root
from .problems import Path, Problem

_ABSENT = ("NoSuchEntity", "couldn't find resource", "empty result")


@dataclass(frozen=True)
class Identity:
    """A user or role in IAM. Both attributes are None if it does not exist.

    Attributes:
        arn: its ARN, with its path.
        unique_id: the id that KMS stores in a key policy. A recreated role has another one.
    """

    arn: str | None
    unique_id: str | None


@dataclass(frozen=True)
class Identities:
    """Looks up users and roles with the credentials of a component."""

    caller: Caller
    provider: pulumi.ProviderResource | None

    def look_up(self, principal: str) -> Identity | None:
        """The user or role. None for other kinds of principals, or if IAM denies the request."""
        if is_root(principal) or is_permission_set(principal) or not self.caller.scope.owns(principal):
            return None
        known = _known()
        key = (self.provider, principal)
        if key not in known:
            known[key] = _ask(principal, pulumi.InvokeOptions(provider=self.provider))
        return known[key]

    def problems(self, people: Mapping[Path, object]) -> Iterable[Problem]:
        """Problems with known principals that do not exist."""
        for path, principal in people.items():
            if not isinstance(principal, str):
                continue
            try:
                arn = canonical_principal(principal, self.caller.scope)
            except PrincipalError:  # an invalid entry is reported separately
                continue
            identity = None if arn == self.caller.principal else self.look_up(arn)
            if identity and identity.arn != arn:
                yield Problem(path, _advice(principal, arn, identity))

    def fingerprint(self, principals: Iterable[str]) -> str:
        """A hash of the unique ids of principals; it changes when one of them is recreated."""
        found = (self.look_up(principal) for principal in sorted(principals))
        return ".".join(identity.unique_id for identity in found if identity and identity.unique_id)


_known = PerProgram[[], dict[Hashable, Identity | None]](dict)


def _advice(principal: str, arn: str, identity: Identity) -> str:
    if identity.arn is None:
        return (
            f"{principal!r} does not exist in account {arn.split(':')[4]}. Remove it, or create it first; "
            "if this program creates it, give its ARN as the output of that resource."
        )
    resource = identity.arn.partition("::")[2].partition(":")[2]
    return f"{principal!r} has another path in IAM; give {resource!r}."


def _ask(principal: str, options: pulumi.InvokeOptions) -> Identity | None:
    kind, _, path_and_name = principal.rpartition(":")[2].partition("/")
    name = path_and_name.rpartition("/")[2]
    try:
        if kind == "role":
            role = aws.iam.get_role(name=name, opts=options)
            return Identity(role.arn, role.unique_id) if role.arn else None
        user = aws.iam.get_user(user_name=name, opts=options)
        return Identity(user.arn, user.user_id) if user.arn else None
    except Exception as error:  # noqa: BLE001  # a failed invoke has no type of its own
        return Identity(None, None) if any(words in str(error) for words in _ABSENT) else None
