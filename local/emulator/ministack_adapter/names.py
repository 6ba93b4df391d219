"""The names of ministack that the emulator uses, and a check at start that they exist."""

import importlib
from collections.abc import Mapping
from types import ModuleType

from ..refusal import RefusalError

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "ministack.app": ("SERVICE_HANDLERS", "app"),
    "ministack.core.iam_actions": (
        "SERVICE_TO_IAM_NAMESPACE",
        "access_denied_response",
        "identity_denial_message",
    ),
    "ministack.core.iam_evaluator": (
        "AuthError",
        "EvalContext",
        "EvalResult",
        "ParsedStatement",
        "_CONDITION_OPS",
        "_RESOURCE_POLICY_LOOKUPS",
        "_first_match",
        "_gather_role_policies",
        "_gather_user_policies",
        "_permissions_boundary",
        "_resolve_managed_policy_document",
        "_resolve_condition_key",
        "_signed_request",
        "check_credentials",
        "combine_resource_policy",
        "enforce",
        "evaluate",
        "is_root_access_key",
        "parse_policy_document",
        "resolve_principal",
    ),
    "ministack.core.persistence": ("_json_default", "_json_object_hook"),
    "ministack.core.responses": (
        "error_response_json",
        "get_account_id",
        "get_region",
        "json_response",
        "request_scope",
    ),
    "ministack.core.router": ("SERVICE_PATTERNS", "extract_access_key_id"),
    "ministack.services.backup": ("get_state", "handle_request", "load_persisted_state", "reset"),
    "ministack.services.dynamodb": (
        "_backups",
        "_parse_partiql",
        "_pitr_settings",
        "_put_resource_policy",
        "_replica_group",
        "_resource_policies",
        "_tables",
        "_tags",
        "_ttl_settings",
        "get_state",
        "reset",
    ),
    "ministack.services.dynamodb_streams": ("_decode_iterator", "handle_request"),
    "ministack.services.eventbridge": ("get_state", "load_persisted_state", "reset"),
    "ministack.services.iam": (
        "_access_keys",
        "_group_inline_policies",
        "_groups",
        "_login_profiles",
        "_lookup_policy",
        "_user_inline_policies",
        "_roles",
        "_now",
        "_users",
        "get_state",
        "reset",
    ),
    "ministack.services.kms": (
        "_aliases",
        "_create_grant",
        "_create_key",
        "_grants",
        "_keys",
        "get_state",
        "reset",
    ),
    "ministack.services.organizations": (
        "FULL_ACCESS_POLICY_ID",
        "_accounts",
        "_attachments",
        "_ensure_org",
        "_orgs",
        "_ous",
        "_policies",
        "_roots",
        "get_state",
        "reset",
    ),
    "ministack.services.sns": ("get_state", "load_persisted_state", "reset"),
    "ministack.services.sts": ("_sessions", "get_state", "reset"),
    "ministack.services.tagging": ("handle_request",),
}


class MinistackChangedError(RefusalError):
    """ministack lacks a name that the emulator needs: its version is not supported."""


def import_all() -> dict[str, ModuleType]:
    """All modules named above.

    Raises:
        MinistackChangedError: one, or a name in it, is missing.
    """
    modules = {}
    for module_name, names in REQUIRED.items():
        try:
            module = importlib.import_module(module_name)
        except ImportError as error:
            raise MinistackChangedError(f"ministack has no module {module_name} ({error})") from error
        missing = [name for name in names if not hasattr(module, name)]
        if missing:
            raise MinistackChangedError(f"{module_name} has no {', '.join(missing)}")
        modules[module_name] = module
    return modules
