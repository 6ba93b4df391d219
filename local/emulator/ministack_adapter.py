"""The one module that touches ministack: all that the emulator takes from it, and all it changes in it.

ministack has no plug-in interface, so names that it does not promise are used here. Each is
asserted at start; the canary then proves that using them still has the effect wanted.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

from .ministack_names import import_all

Response = tuple[int, dict[str, str], Any]
Handler = Callable[[str, str, dict[str, str], bytes, dict[str, Any]], Awaitable[Response]]
Record = dict[str, Any]


class Principal(Protocol):
    """Who signed a request; `policies` is None for a root user, `limits` narrow what they allow."""

    arn: str
    type: str
    account: str
    policies: list[Any] | None
    keys: dict[str, Any]
    limits: list[Any]


class Decision(Protocol):
    """What policies decide: `decision` is Allow, Deny or ImplicitDeny."""

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


# -- the request being answered ---------------------------------------------------------------


def account_id() -> str:
    """The account of the request being answered."""
    return str(_responses.get_account_id())


def region() -> str:
    """The Region of the request being answered."""
    return str(_responses.get_region())


def scope(account: str, in_region: str) -> AbstractContextManager[None]:
    """Within the block, all is done for that account and Region."""
    found: AbstractContextManager[None] = _responses.request_scope(account, in_region)
    return found


def principal(access_key_id: str) -> Principal:
    """Whose access key this is.

    Raises:
        PermissionError: the key is not (or no longer) valid.
    """
    who = _evaluator.resolve_principal(access_key_id, account_id())
    if isinstance(who, AuthError):
        raise PermissionError(who.message)
    found: Principal = who
    return found


def caller(headers: Mapping[str, str]) -> Principal:
    """Who signed the request.

    Raises:
        PermissionError: the key is not (or no longer) valid.
    """
    return principal(_router.extract_access_key_id(headers))


def is_condition_operator(name: str) -> bool:
    """Whether a policy's Condition may hold this operator."""
    bare = name.lower().removeprefix("forallvalues:").removeprefix("foranyvalue:").removesuffix("ifexists")
    return bare == "null" or bare in _evaluator._CONDITION_OPS


def authentication_failure(access_key_id: str, service: str) -> object:
    """Verify the request's signature: None, or an AuthError."""
    return _evaluator.check_credentials(access_key_id, service)


def signed_body() -> bytes:
    """The body of the request being answered; empty for a request of the emulator itself."""
    request = _evaluator._signed_request.get()
    return request.body if request else b""


def operation() -> str:
    """The operation of the request being answered, if it is one of a JSON service."""
    request = _evaluator._signed_request.get()
    return str(request.headers.get("x-amz-target", "")).rpartition(".")[2] if request else ""


def condition_value(key: str, context: Any) -> Any:  # noqa: ANN401  # condition keys have values of any kind
    """The value of a condition key as ministack knows it; None if the request has none."""
    return _evaluator._resolve_condition_key(key, context)


def parse_policy(document: Mapping[str, Any] | str) -> list[Any]:
    """The statements of a policy, in the form that `evaluate` takes."""
    statements: list[Any] = _evaluator.parse_policy_document(document)
    return statements


def authorize(headers: Mapping[str, str], action: str, service: str, arn: str) -> Decision | None:
    """What the caller's policies and the resource's own say of an action: None allows."""
    key = _router.extract_access_key_id(headers)
    refused = _evaluator.enforce(key, action, service, region(), resource_arn=arn)
    if isinstance(refused, AuthError):
        raise PermissionError(refused.message)
    decision: Decision | None = refused
    return decision


def error(code: str, message: str, status: int = 400) -> Response:
    """An error of a JSON service."""
    response: Response = _responses.error_response_json(code, message, status)
    return response


def answer(data: Mapping[str, Any]) -> Response:
    """A success of a JSON service."""
    response: Response = _responses.json_response(data)
    return response


@dataclass(frozen=True)
class PartiQL:
    """A PartiQL statement: `operation` is SELECT, INSERT, UPDATE, DELETE or EXISTS."""

    operation: str
    tables: tuple[str, ...]


def parse_partiql(statement: str, parameters: object) -> PartiQL | None:
    """Read a statement as ministack will; None when ministack will refuse it as well."""
    try:
        parsed = _dynamodb._parse_partiql(statement, parameters)
    except Exception:  # noqa: BLE001  # the parser promises no kind; the statement fails in the same way when it is run
        return None
    inner = parsed.get("select") or {}
    tables = tuple(part["table"] for part in (parsed, inner) if part.get("table"))
    return PartiQL(parsed["op"], tables)


# -- what ministack stores --------------------------------------------------------------------


def key_record(account: str, in_region: str, key_id: str) -> Record | None:
    """The KMS key with this id."""
    found: Record | None = _kms._keys.get_scoped(account, in_region, key_id)
    return found


def alias_target(account: str, in_region: str, alias_arn: str) -> str | None:
    """The id of the key an alias stands for."""
    found: str | None = _kms._aliases.get_scoped(account, in_region, alias_arn)
    return found


def aliases() -> Iterator[tuple[str, str]]:
    """Alias ARN and key id of all aliases of this account and Region."""
    yield from _kms._aliases.items()


def grants(account: str, in_region: str) -> dict[str, Record]:
    """Grant id and grant of all grants of an account and Region."""
    return dict(_kms._grants.items_scoped(account, in_region))


def create_key(request: Mapping[str, Any]) -> Record:
    """Create a key in this account and Region."""
    _, _, body = _kms._create_key(request)
    key: Record = _kms._keys[json.loads(body)["KeyMetadata"]["KeyId"]]
    return key


def put_alias(alias_arn: str, key_id: str) -> None:
    """Give a key of this account and Region an alias."""
    _kms._aliases[alias_arn] = key_id


def grant(account: str, in_region: str, grant_id: str) -> Record | None:
    """The grant with this id."""
    found: Record | None = _kms._grants.get_scoped(account, in_region, grant_id)
    return found


def create_grant(request: Mapping[str, Any]) -> Response:
    """Create a grant in this account and Region."""
    response: Response = _kms._create_grant(request)
    return response


def delete_grant(account: str, in_region: str, grant_id: str) -> None:
    """Retire or revoke a grant."""
    _kms._grants.pop_scoped(account, in_region, grant_id, None)


def table_record(account: str, in_region: str, name: str) -> Record | None:
    """The table with this name."""
    found: Record | None = _dynamodb._tables.get_scoped(account, in_region, name)
    return found


def has_time_to_live(account: str, in_region: str, name: str) -> bool:
    """Whether items of the table expire."""
    setting = _dynamodb._ttl_settings.get_scoped(account, in_region, name) or {}
    return setting.get("TimeToLiveStatus") == "ENABLED"


def has_point_in_time_recovery(account: str, in_region: str, name: str) -> bool:
    """Whether the table can be restored to a point in time."""
    return bool(_dynamodb._pitr_settings.get_scoped(account, in_region, name, False))


def backup(arn: str) -> Record | None:
    """The backup, of this account and Region, with this ARN."""
    found: Record | None = _dynamodb._backups.get(arn)
    return found


def backup_vaults() -> ModuleType:
    """What keeps the vaults of AWS Backup."""
    module: ModuleType = _backup
    return module


def resource_policy(account: str, in_region: str, arn: str) -> str | None:
    """The resource-based policy of a table or stream."""
    entry = _dynamodb._resource_policies.get_scoped(account, in_region, arn)
    return entry["Policy"] if entry else None


def put_resource_policy(arn: str, policy: str) -> None:
    """Attach a resource-based policy to a table of this account and Region."""
    _dynamodb._put_resource_policy({"ResourceArn": arn, "Policy": policy})


def drop_table_leftovers(name: str, arn: str) -> None:
    """Forget what ministack keeps of a table after its deletion."""
    _dynamodb._resource_policies.pop(arn, None)
    _dynamodb._pitr_settings.pop(name, None)


def iam_entity(account: str, kind: str, name: str) -> Record | None:
    """The IAM `user` or `role` of that name."""
    store = _iam._users if kind == "user" else _iam._roles
    found: Record | None = store.get_scoped(account, None, name)
    return found


def policies_of(account: str, kind: str, name: str) -> tuple[list[list[Any]], list[list[list[Any]]]] | None:
    """The parsed policies of a `user`, `role` or `group`, and its boundary; None if it does not exist."""
    if kind == "group":
        if name not in _iam._groups:
            return None
        group = _iam._groups[name]
        documents = [*(_iam._group_inline_policies.get(name) or {}).values()]
        attached = (
            _evaluator._resolve_managed_policy_document(one, account) for one in group["AttachedPolicies"]
        )
        return [parse_policy(one) for one in (*documents, *attached) if one], []
    if iam_entity(account, kind, name) is None:
        return None
    gather = _evaluator._gather_user_policies if kind == "user" else _evaluator._gather_role_policies
    store = _iam._users if kind == "user" else _iam._roles
    return gather(name, account), _evaluator._permissions_boundary(store, name, account)


def managed_policy(arn: str) -> Record | None:
    """The policy with this ARN: one of this account or of AWS."""
    found: Record | None = _iam._lookup_policy(arn)
    return found


def age_entity(account: str, kind: str, name: str) -> None:
    """Let a user or role count as made long ago."""
    entity = iam_entity(account, kind, name)
    if entity is not None:
        entity.pop("_made_at", None)


RCP_FULL_ACCESS = "p-RCPFullAWSAccess"


@dataclass(frozen=True)
class Membership:
    """An account's place in an organization: the ids from the root to the account."""

    management_account: str
    path: tuple[str, ...]


def organization(management_account: str) -> Record:
    """The organization of a management account, which this makes if there is none."""
    with scope(management_account, region()):
        _organizations._ensure_org()
        found: Record = _organizations._orgs["self"]
        return found


def membership(account: str) -> Membership | None:
    """The place of an account in the organization that it joined."""
    for (management, member), record in _organizations._accounts.to_dict().items():
        if member == account:
            return Membership(management, _path(management, record))
    return None


def _path(management: str, record: Record) -> tuple[str, ...]:
    path = [record["Id"]]
    while parent := record.get("_ParentId"):
        path.insert(0, parent)
        record = _organizations._ous.get_scoped(management, None, parent) or {}
    return tuple(path)


def add_member(management: str, account: str) -> None:
    """Let an account join an organization, at its root and with full access."""
    organization_id = organization(management)["Id"]
    with scope(management, region()):
        (root,) = _organizations._roots
        _organizations._accounts[account] = {
            "Id": account,
            "Arn": f"arn:aws:organizations::{management}:account/{organization_id}/{account}",
            "Email": f"{account}@example.com",
            "Name": account,
            "Status": "ACTIVE",
            "JoinedMethod": "INVITED",
            "_ParentId": root,
        }
        give_full_access(account)


def give_full_access(target: str) -> None:
    """Attach AWS's own control policies, which allow everything, to a root, unit or account."""
    for policy in (_organizations.FULL_ACCESS_POLICY_ID, RCP_FULL_ACCESS):
        attached = _organizations._attachments.get(policy)
        if attached is not None and target not in attached:
            _organizations._attachments[policy] = [*attached, target]


def enable_resource_control_policies() -> None:
    """Attach RCPFullAWSAccess to everything in this account's organization."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    _organizations._policies[RCP_FULL_ACCESS] = {
        "Id": RCP_FULL_ACCESS,
        "Arn": f"arn:aws:organizations::aws:policy/resource_control_policy/{RCP_FULL_ACCESS}",
        "Name": "RCPFullAWSAccess",
        "Description": "Allows access to every resource",
        "Type": "RESOURCE_CONTROL_POLICY",
        "AwsManaged": True,
        "_Content": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    }
    every = (_organizations._roots, _organizations._ous, _organizations._accounts)
    _organizations._attachments[RCP_FULL_ACCESS] = [target for store in every for target in store]


def control_policies(management: str, target: str, kind: str) -> list[str]:
    """The documents of a type of policy that are attached to a root, unit or account."""
    with scope(management, region()):
        attached = [one for one, targets in _organizations._attachments.items() if target in targets]
        found = [_organizations._policies[one] for one in attached]
        return [one["_Content"] for one in found if one["Type"] == kind]


def access_keys_of(user: str) -> list[str]:
    """The access key ids of a user of this account."""
    return [key for key, record in access_keys(account_id()).items() if record["UserName"] == user]


def has_login_profile(user: str) -> bool:
    """Whether a user of this account may sign in to the console."""
    return user in _iam._login_profiles


def has_inline_policies(user: str) -> bool:
    """Whether a user of this account has policies of its own."""
    return bool(_iam._user_inline_policies.get(user))


def is_in_a_group(user: str) -> bool:
    """Whether a user of this account is in any group."""
    return any(user in group.get("Users", []) for group in _iam._groups.values())


def is_hosted(account: str) -> bool:
    """Whether this emulator has the account's users and roles, so that it knows who exists in it."""
    return any(session.get("AccountId") == account for session in _sts._sessions.values())


def access_keys(account: str) -> dict[str, Record]:
    """Access key id and record of all IAM users' keys of an account."""
    return {key: record for (owner, key), record in _iam._access_keys.to_dict().items() if owner == account}


def put_access_key(account: str, user: str, access_key_id: str, secret_access_key: str) -> None:
    """Give an IAM user an access key of our choice."""
    record = {
        "UserName": user,
        "AccessKeyId": access_key_id,
        "SecretAccessKey": secret_access_key,
        "Status": "Active",
        "CreateDate": _iam._now(),
    }
    _iam._access_keys.set_scoped(account, None, access_key_id, record)


def put_root_key(account: str, access_key_id: str, secret_access_key: str) -> None:
    """Make this the access key of an account's root user; its signatures are verified as everyone's."""
    _sts._sessions[access_key_id] = {
        "Arn": f"arn:aws:iam::{account}:root",
        "AccountId": account,
        "UserId": account,
        "PrincipalType": "Root",
        "SecretAccessKey": secret_access_key,
        "SessionToken": None,
    }


class Sessions:
    """The sessions of assumed roles and the root users' keys, which ministack itself does not keep."""

    def get_state(self) -> Mapping[str, Any]:
        """Session by access key id."""
        return dict(_sts._sessions)

    def load_persisted_state(self, data: Mapping[str, Any]) -> None:
        """Take over what `get_state` once gave."""
        _sts._sessions.update(data)


def reset() -> None:
    """Forget everything of every account."""
    for module in (*STATEFUL_SERVICES.values(), _sts):
        module.reset()


# -- what is changed in ministack -------------------------------------------------------------


def handler(service: str) -> Handler:
    """What answers a service's calls at present."""
    found: Handler = _app.SERVICE_HANDLERS[service]
    return found


def replace_handler(service: str, new: Handler) -> None:
    """Let `new` answer a service's calls, after ministack authenticated and authorized the caller."""
    _app.SERVICE_HANDLERS[service] = new


def add_json_service(service: str, target_prefix: str, new: Handler) -> None:
    """Add a service that ministack lacks: requests whose X-Amz-Target starts with `target_prefix`."""
    _router.SERVICE_PATTERNS[service] = {"target_prefixes": [target_prefix], "host_patterns": []}
    _actions.SERVICE_TO_IAM_NAMESPACE[service] = service
    _app.SERVICE_HANDLERS[service] = new


def trust_no_key_by_its_name() -> None:
    """Verify all: ministack itself takes `test`, every 12-digit key and no key at all for a root user."""
    _evaluator.is_root_access_key = lambda _access_key_id: False


def replace_enforcement(wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replace the check made before each call: None allows, an EvalResult or AuthError refuses."""
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
    """Replace how a refusal is worded and sent."""
    _actions.access_denied_response = wrap(_actions.access_denied_response)


def add_resource_policies_of_tables(lookup: Callable[[str], tuple[str, str] | None]) -> None:
    """Let a table's resource-based policy count: `lookup` gives it, and its owner, by ARN."""
    _dynamodb.table_policy_for_arn = lookup
    _evaluator._RESOURCE_POLICY_LOOKUPS["dynamodb"] = ("dynamodb", "table_policy_for_arn")
