"""ministack's modules, and the types of their arguments and results."""

from collections.abc import Awaitable, Callable, Mapping
from types import ModuleType
from typing import Any, Protocol

from .names import import_all

Response = tuple[int, dict[str, str], Any]
Handler = Callable[[str, str, dict[str, str], bytes, dict[str, Any]], Awaitable[Response]]
Record = dict[str, Any]


class Principal(Protocol):
    """The signer of a request. `policies` is None for a root user; `limits` limit what they allow."""

    arn: str
    type: str
    account: str
    policies: list[Any] | None
    keys: dict[str, Any]
    limits: list[Any]


class Decision(Protocol):
    """The decision of policies: `decision` is Allow, Deny or ImplicitDeny."""

    decision: str
    principal_arn: str
    resource_policy_arn: str


_modules = import_all()
_app: Any = _modules["ministack.app"]
_actions: Any = _modules["ministack.core.iam_actions"]
_evaluator: Any = _modules["ministack.core.iam_evaluator"]
_persistence: Any = _modules["ministack.core.persistence"]
_responses: Any = _modules["ministack.core.responses"]
_router: Any = _modules["ministack.core.router"]
_backup: Any = _modules["ministack.services.backup"]
_dynamodb: Any = _modules["ministack.services.dynamodb"]
_streams: Any = _modules["ministack.services.dynamodb_streams"]
_eventbridge: Any = _modules["ministack.services.eventbridge"]
_iam: Any = _modules["ministack.services.iam"]
_kms: Any = _modules["ministack.services.kms"]
_organizations: Any = _modules["ministack.services.organizations"]
_sns: Any = _modules["ministack.services.sns"]
_sts: Any = _modules["ministack.services.sts"]

asgi_app = _app.app
EvalContext = _evaluator.EvalContext
ParsedStatement = _evaluator.ParsedStatement
EvalResult = _evaluator.EvalResult
AuthError = _evaluator.AuthError
evaluate = _evaluator.evaluate
identity_denial_message = _actions.identity_denial_message
to_json = _persistence._json_default
from_json = _persistence._json_object_hook
STATEFUL_SERVICES: Mapping[str, ModuleType] = {
    "iam": _iam,
    "kms": _kms,
    "dynamodb": _dynamodb,
    "organizations": _organizations,
    "events": _eventbridge,
    "sns": _sns,
}
