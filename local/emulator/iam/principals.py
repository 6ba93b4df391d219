"""IAM principals in resource policies, which AWS identifies by the unique id behind the ARN.

KMS and DynamoDB store the id (AIDA… of a user, AROA… of a role). After a principal is deleted, or recreated
with the same name, the policy no longer applies to it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import json
import re

from .. import clock
from .. import ministack_adapter as ms
from ..ministack_adapter import Record

_ENTITY = re.compile(r"arn:aws[\w-]*:iam::(?P<account>\d{12}):(?P<kind>user|role)/(?:.*/)?(?P<name>[^/]+)")
_ASSUMED_ROLE = re.compile(r"arn:aws[\w-]*:sts::(?P<account>\d{12}):assumed-role/(?P<name>[^/]+)/.+")


def unique_id(arn: str) -> str | None:
    """The unique id of the user or role with this ARN; None if there is none."""
    entity = _entity(arn)
    return str(entity.get("UserId") or entity["RoleId"]) if entity else None


def is_younger_than(seconds: float, arn: str) -> bool:
    """Whether the user or role with this ARN was created less than this many seconds ago."""
    return ((_entity(arn) or {}).get("_made_at") or 0.0) + seconds > clock.now()


def _entity(arn: str) -> Record | None:
    found = _ENTITY.fullmatch(arn)
    entity = ms.iam_entity(found["account"], found["kind"], found["name"]) if found else None
    return entity if entity and entity.get("Arn") == arn else None


def is_session_of_role(caller_arn: str) -> bool:
    """Whether the caller is a session of a role."""
    return _ASSUMED_ROLE.fullmatch(caller_arn) is not None


def role_of(caller_arn: str) -> str | None:
    """The ARN of the session's role; None if the caller is not a session, or its role is gone."""
    session = _ASSUMED_ROLE.fullmatch(caller_arn)
    role = ms.iam_entity(session["account"], "role", session["name"]) if session else None
    return str(role["Arn"]) if role else None


def names_of(caller_arn: str) -> set[str]:
    """The caller's ARNs in grants and policies: its own and, for a session, its role's."""
    role = role_of(caller_arn)
    return {caller_arn, role} if role else {caller_arn}


def has_boundary(caller_arn: str) -> bool:
    """Whether the caller, or the role whose session it is, has a permissions boundary."""
    return bool((_entity(role_of(caller_arn) or caller_arn) or {}).get("PermissionsBoundary"))


def is_service_linked(caller_arn: str) -> bool:
    """Whether the caller is a session of a service-linked role."""
    return ":role/aws-service-role/" in (role_of(caller_arn) or "")


def effective_policy(owner: Record) -> str:
    """The policy of a key or table with the unique ids of principals that no longer exist in place of their
    ARNs.
    """
    text: str = owner.get("Policy") or ""
    for arn, identifier in (owner.get("_principal_ids") or {}).items():
        if unique_id(arn) != identifier:
            text = text.replace(json.dumps(arn), json.dumps(identifier))
    return text


def principal_ids(policy: str) -> dict[str, str]:
    """The unique ids of the users and roles that a policy names, by ARN."""
    texts = re.findall(r'"(arn:[^"*?]+)"', policy)
    return {arn: identifier for arn in texts if (identifier := unique_id(arn))}
