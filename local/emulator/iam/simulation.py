"""SimulatePrincipalPolicy and SimulateCustomPolicy.

The simulator knows the principal and the context entries of the call. Other condition keys are absent and
listed as missing.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from .. import ministack_adapter as ms
from ..arns import parse
from ..errors import ServiceError
from ..iam.evaluation import combined, first_match
from ..iam.request_context import SimulatedContext
from ..ministack_adapter import Decision, ParsedStatement
from ..organizations import control_policies

OPERATIONS = frozenset({"SimulatePrincipalPolicy", "SimulateCustomPolicy"})
DECISIONS = {"Allow": "allowed", "Deny": "explicitDeny", "ImplicitDeny": "implicitDeny"}
_HOLDER = re.compile(
    r"arn:aws[\w-]*:iam::(?P<account>\d{12}):(?P<kind>user|role|group)/(?:.*/)?(?P<name>[^/]+)"
)
_MULTIVALUED = "List"
Layer = list[list[ParsedStatement]]


@dataclass(frozen=True)
class Simulation:
    """The parameters of a simulation."""

    caller: str
    keys: Mapping[str, Any]
    policies: Layer
    boundary: Layer | None
    resource_policy: str
    owner: str
    entries: Mapping[str, Any]

    def results(self, actions: list[str], resources: list[str]) -> str:
        """The members of EvaluationResults."""
        return "".join(self._result(action, resource) for action in actions for resource in resources)

    def _result(self, action: str, resource: str) -> str:
        context = SimulatedContext(
            principal_arn=self.caller,
            principal_type="",
            principal_account=_account_of(self.caller),
            action=action,
            resource_arn=resource,
            region=ms.region(),
            service_context=dict(self.entries),
            principal_keys=dict(self.keys),
        )
        limits = [] if self.boundary is None else [self.boundary]
        decision: Decision = ms.evaluate(context, self.policies, *limits)
        if self.resource_policy:
            owner = self.owner or _account_of(resource) or None
            required = action.lower().startswith("kms:")
            decision = combined(decision, context, self.resource_policy, owner, required, limits)
        refused = control_policies.refusal(
            context, owner=""
        )  # the simulator has no resource control policies
        if refused and decision.decision == "Allow":
            decision = ms.EvalResult("Deny" if refused.is_explicit else "ImplicitDeny")
        detail = self._detail(context) + _organizations_detail(context, is_allowed=refused is None)
        return _member(context, decision, detail, self._missing(context))

    def _detail(self, context: SimulatedContext) -> str:
        if self.boundary is None:
            return ""
        statements = [one for policy in self.boundary for one in policy]
        allowed = first_match(context, statements, "Allow") and not first_match(context, statements, "Deny")
        return (
            "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>"
            f"{str(bool(allowed)).lower()}</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>"
        )

    def _missing(self, context: SimulatedContext) -> list[str]:
        layers = [*self.policies, *(self.boundary or [])]
        if self.resource_policy:
            layers = [*layers, ms.parse_policy(self.resource_policy)]
        named = {key for policy in layers for statement in policy for key in _keys_of(statement)}
        return sorted(key for key in named if not context.knows(key))


def _organizations_detail(context: SimulatedContext, *, is_allowed: bool) -> str:
    if ms.membership(context.principal_account) is None:
        return ""
    return (
        "<OrganizationsDecisionDetail><AllowedByOrganizations>"
        f"{str(is_allowed).lower()}</AllowedByOrganizations></OrganizationsDecisionDetail>"
    )


def _keys_of(statement: ParsedStatement) -> Iterator[str]:
    conditions = statement.conditions if isinstance(statement.conditions, dict) else {}
    for keys in conditions.values():
        yield from keys if isinstance(keys, dict) else ()


def _member(context: SimulatedContext, decision: Decision, detail: str, missing: list[str]) -> str:
    names = "".join(f"<member>{escape(one)}</member>" for one in missing)
    return (
        f"<member><EvalActionName>{escape(context.action)}</EvalActionName>"
        f"<EvalResourceName>{escape(context.resource_arn)}</EvalResourceName>"
        f"<EvalDecision>{DECISIONS[decision.decision]}</EvalDecision><MatchedStatements/>"
        f"<MissingContextValues>{names}</MissingContextValues>{detail}</member>"
    )


def simulate(operation: str, request: Mapping[str, str]) -> str:
    """The result of a call, as XML.

    Raises:
        ServiceError: with IAM's code and message.
    """
    actions = _list(request, "ActionNames")
    if not actions:
        raise ServiceError("ValidationError", "ActionNames: at least one action is needed")
    results = _simulation(operation, request).results(actions, _list(request, "ResourceArns") or ["*"])
    return f"<EvaluationResults>{results}</EvaluationResults><IsTruncated>false</IsTruncated>"


def _simulation(operation: str, request: Mapping[str, str]) -> Simulation:
    is_of_principal = operation == "SimulatePrincipalPolicy"
    source = request.get("PolicySourceArn", "") if is_of_principal else ""
    keys, policies, boundary = _of_principal(source) if is_of_principal else ({}, [], None)
    caller = request.get("CallerArn") or source
    resource_policy = request.get("ResourcePolicy", "")
    if resource_policy and ":user/" not in caller and not request.get("CallerArn"):
        raise ServiceError(
            "InvalidInput", "CallerArn is needed with ResourcePolicy where the source is no user"
        )
    given = [_parsed(text) for text in _list(request, "PermissionsBoundaryPolicyInputList")]
    return Simulation(
        caller=caller or f"arn:aws:iam::{ms.account_id()}:root",
        keys=keys,
        policies=[*policies, *map(_parsed, _list(request, "PolicyInputList"))],
        boundary=given or boundary,
        resource_policy=resource_policy,
        owner=_account_of(request.get("ResourceOwner", "")),
        entries=_entries(request),
    )


def _of_principal(arn: str) -> tuple[Mapping[str, Any], Layer, Layer | None]:
    """The condition keys, policies and boundary of a user, role or group."""
    found = _HOLDER.fullmatch(arn)
    held = ms.policies_of(found["account"], found["kind"], found["name"]) if found else None
    if found is None or held is None:
        raise ServiceError("NoSuchEntity", f"The user, role or group with ARN {arn} cannot be found.", 404)
    policies, limits = held
    entity = ms.iam_entity(found["account"], found["kind"], found["name"]) or {}
    keys = {f"aws:principaltag/{tag['Key'].lower()}": tag["Value"] for tag in entity.get("Tags") or []}
    if found["kind"] == "user":
        keys |= {"aws:username": found["name"], "aws:userid": entity["UserId"]}
    return keys, policies, limits[0] if limits else None


def _parsed(text: str) -> list[ParsedStatement]:
    statements = ms.parse_policy(text)
    if not statements:
        raise ServiceError("MalformedPolicyDocument", "a policy of the simulation has no statement")
    return statements


def _entries(request: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, key in request.items():
        if name.startswith("ContextEntries.member.") and name.endswith(".ContextKeyName"):
            entry = name.removesuffix(".ContextKeyName")
            values = _list(request, f"{entry}.ContextKeyValues")
            is_list = request.get(f"{entry}.ContextKeyType", "").endswith(_MULTIVALUED)
            found[key.lower()] = values if is_list else (values or [""])[0]
    return found


def _list(request: Mapping[str, str], name: str) -> list[str]:
    prefix = f"{name}.member."
    numbers = sorted(
        int(one.removeprefix(prefix)) for one in request if re.fullmatch(re.escape(prefix) + r"\d+", one)
    )
    return [request[f"{prefix}{number}"] for number in numbers]


def _account_of(text: str) -> str:
    arn = parse(text)
    return arn.account if arn else text if re.fullmatch(r"\d{12}", text) else ""
