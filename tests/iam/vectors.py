"""Reads the vectors of `cases/` (fields: `cases/README.md`) and evaluates them with encrypted_tables/iam."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from encrypted_tables.iam.answer import Answer, Grade
from encrypted_tables.iam.documents import Policy, read_document
from encrypted_tables.iam.evaluate import Identity, Resource, evaluate
from encrypted_tables.iam.grants import Grant
from encrypted_tables.iam.policy import Request
from encrypted_tables.iam.principals import Principal, parse_principal, root_user
from encrypted_tables.iam.request_context import RequestContext, Value, caller_context, through_dynamodb

ACCOUNT, OTHER_ACCOUNT, REGION, TABLE = "111122223333", "444455556666", "us-east-1", "orders"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TABLE_ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}"
# A session's ARN lacks the path of its role, so the roles with a path are listed.
ROLES_WITH_PATH = {"batch": f"arn:aws:iam::{ACCOUNT}:role/service/batch"}

FULL_ACCESS = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
"""What a root user has."""

Vector = Mapping[str, Any]
_CASES = Path(__file__).parent / "cases"


def vectors(reader: str) -> list[Vector]:
    """The request vectors that a reader runs, in a fixed order."""
    files = sorted(_CASES.glob("*.json"))
    found = [one for file in files for one in json.loads(file.read_text(encoding="utf-8"))]
    return [one for one in found if reader in one.get("readers", ())]


def condition_vectors() -> list[Vector]:
    """The vectors of single Condition blocks."""
    found: list[Vector] = json.loads((_CASES / "conditions.json").read_text(encoding="utf-8"))
    return found


def placed(value: object, key_arn: str) -> Any:  # noqa: ANN401  # JSON
    """A policy with KEY_ARN and TABLE_ARN replaced by the ARNs of the vector's key and table."""
    return json.loads(json.dumps(value).replace("KEY_ARN", key_arn).replace("TABLE_ARN", TABLE_ARN))


def role_of(principal: str) -> str:
    """The ARN of a session's role; empty for another principal."""
    if ":assumed-role/" not in principal:
        return ""
    name = principal.split("/")[1]
    return ROLES_WITH_PATH.get(name, f"arn:aws:iam::{principal.split(':')[4]}:role/{name}")


def answer_of(vector: Vector) -> Answer:
    """The answer of encrypted_tables/iam to a vector."""
    is_root = vector["principal"].endswith(":root")
    identity = Identity(
        policies=(_policy(FULL_ACCESS),) if is_root else _policies(vector, "identity_policies"),
        boundary=_policy(vector["boundary"]) if "boundary" in vector else None,
        session_policies=_policies(vector, "session_policies"),
        is_whole=True,
        service_control_policies=[[one] for one in _policies(vector, "control_policies")],
    )
    own = "table_policy" if vector["action"].startswith("dynamodb:") else "key_policy"
    policies = [_policy(vector[own])] if own in vector else []
    grants = [_grant(one) for one in vector.get("grants", ())]
    return evaluate(_request(vector), Resource(ACCOUNT, policies, grants), identity)


def decision_of(answer: Answer) -> str:
    """An answer in the words of the vectors."""
    return {Grade.YES: "allowed", Grade.NO: "denied"}.get(answer.grade, "unknown")


def _request(vector: Vector) -> Request:
    principal, action = _principal(vector["principal"]), vector["action"]
    context: dict[str, Value] = caller_context(principal, action, region=REGION, owner=ACCOUNT)
    if role := role_of(vector["principal"]):
        context["aws:principalarn"] = role
    if vector.get("through_dynamodb"):
        context |= through_dynamodb(REGION, TABLE, ACCOUNT)
    resource = TABLE_ARN if action.startswith("dynamodb:") else KEY_ARN
    return Request(action, principal, resource, RequestContext(action, context))


def _principal(arn: str) -> Principal:
    if arn.endswith(":root"):
        return root_user(arn.split(":")[4])
    found = parse_principal(arn)
    if found is None:
        raise ValueError(f"{arn} is not a principal that can make a request")
    return found


def _policies(vector: Vector, name: str) -> tuple[Policy, ...]:
    return tuple(_policy(one) for one in vector.get(name, ()))


def _policy(value: object) -> Policy:
    return read_document(placed(value, KEY_ARN))


def _grant(one: Mapping[str, Any]) -> Grant:
    return Grant(
        parse_principal(one["grantee"]),
        frozenset(one["operations"]),
        one.get("context_equals", {}),
        one.get("context_subset", {}),
        source_arn=one.get("source_arn", ""),
    )
