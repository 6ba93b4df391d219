"""The changes to ministack."""

from collections.abc import Callable
from typing import Any

from .modules import STATEFUL_SERVICES, Handler, _actions, _app, _dynamodb, _evaluator, _router, _sts


def reset() -> None:
    """Forget everything of every account."""
    for module in (*STATEFUL_SERVICES.values(), _sts):
        module.reset()


def handler(service: str) -> Handler:
    """The current handler of a service's calls."""
    found: Handler = _app.SERVICE_HANDLERS[service]
    return found


def replace_handler(service: str, new: Handler) -> None:
    """Make `new` the handler of a service's calls, after ministack has authenticated and authorized the
    caller.
    """
    _app.SERVICE_HANDLERS[service] = new


def add_json_service(service: str, target_prefix: str, new: Handler) -> None:
    """Add a service that ministack lacks: requests whose X-Amz-Target starts with `target_prefix`."""
    _router.SERVICE_PATTERNS[service] = {"target_prefixes": [target_prefix], "host_patterns": []}
    _actions.SERVICE_TO_IAM_NAMESPACE[service] = service
    _app.SERVICE_HANDLERS[service] = new


def trust_no_key_by_its_name() -> None:
    """Verify all signatures: by default, ministack treats `test`, any 12-digit key, or no key as a root
    user.
    """
    _evaluator.is_root_access_key = lambda _access_key_id: False


def replace_enforcement(wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replace the check before each call: None allows, an EvalResult or AuthError denies."""
    _evaluator.enforce = wrap(_evaluator.enforce)


def replace_evaluation(
    first_match: Callable[..., Any],
    combine: Callable[..., Any],
    wrap_parser: Callable[[Callable[..., Any]], Callable[..., Any]],
) -> None:
    """Replace how a statement is matched, how policies combine, and how a policy is parsed."""
    _evaluator._first_match = first_match
    _evaluator.combine_resource_policy = combine
    _evaluator.parse_policy_document = wrap_parser(_evaluator.parse_policy_document)


def replace_denial(wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replace how a denial is worded and sent."""
    _actions.access_denied_response = wrap(_actions.access_denied_response)


def add_resource_policies_of_tables(lookup: Callable[[str], tuple[str, str] | None]) -> None:
    """Evaluate resource policies of tables: `lookup` returns the policy and its owner for an ARN."""
    _dynamodb.table_policy_for_arn = lookup
    _evaluator._RESOURCE_POLICY_LOOKUPS["dynamodb"] = ("dynamodb", "table_policy_for_arn")
