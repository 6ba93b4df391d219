"""The condition keys of a request: which are present with which value, which are absent, which are unknown.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
https://docs.aws.amazon.com/kms/latest/developerguide/policy-conditions.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from encrypted_tables.iam.actions import ITEM_ACTIONS, SEARCH_VECTORS, WITH_ENCRYPTION_CONTEXT
from encrypted_tables.iam.principals import Kind, Principal

DYNAMODB: Final = "dynamodb.amazonaws.com"


class Missing(Enum):
    """Why a condition key has no value."""

    ABSENT = "the request does not have it"
    PRESENT = "the request has it; its value is not known"
    UNKNOWN = "whether the request has it is not known"


ABSENT, PRESENT = Missing.ABSENT, Missing.PRESENT

Value = str | tuple[str, ...] | Missing
Context = Mapping[str, Value]
"""Condition keys in lower case. Missing keys are looked up in the tables below."""

_GRANT_KEYS = (
    "kms:grantoperations",
    "kms:grantconstrainttype",
    "kms:granteeprincipal",
    "kms:retiringprincipal",
)
_ONLY_FOR: Mapping[str, frozenset[str]] = {
    # key: the only actions whose requests have it
    **dict.fromkeys(_GRANT_KEYS, frozenset({"kms:creategrant"})),
    "kms:grantisforawsresource": frozenset({"kms:creategrant", "kms:listgrants", "kms:revokegrant"}),
    "kms:bypasspolicylockoutsafetycheck": frozenset({"kms:createkey", "kms:putkeypolicy"}),
    "kms:schedulekeydeletionpendingwindowindays": frozenset({"kms:schedulekeydeletion"}),
    "kms:rotationperiodindays": frozenset({"kms:enablekeyrotation"}),
    "kms:replicaregion": frozenset({"kms:replicatekey"}),
    "kms:primaryregion": frozenset({"kms:updateprimaryregion"}),
    "kms:expirationmodel": frozenset({"kms:importkeymaterial"}),
    "kms:validto": frozenset({"kms:importkeymaterial"}),
    "kms:wrappingalgorithm": frozenset({"kms:getparametersforimport"}),
    "kms:wrappingkeyspec": frozenset({"kms:getparametersforimport"}),
}
# Only item calls have keys such as dynamodb:LeadingKeys; a vector search has none of them.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/VectorSearch.Security.html
_WITH_ITEM_KEYS = frozenset(
    action.lower() for kind in ITEM_ACTIONS.values() for action in kind if action != SEARCH_VECTORS
)
_WITH_CHOSEN_CONTEXT = WITH_ENCRYPTION_CONTEXT | {"kms:creategrant"}
# Requests by users, roles and sessions never have these keys; requests by services do.
_OF_SERVICES = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths",
                "aws:principalservicename", "aws:principalservicenameslist")  # fmt: skip
# Of the requests to KMS and of item calls, only these have tags, in aws:RequestTag and aws:TagKeys.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
_WITH_TAGS = frozenset({"kms:createkey", "kms:replicatekey", "kms:tagresource", "kms:untagresource"})
# Only sessions of roles can have these keys, and those of other services, such as lambda:SourceFunctionArn.
_OF_SESSIONS = ("aws:sourceidentity", "aws:federatedprovider", "aws:ec2instancesourcevpc",
                "aws:ec2instancesourceprivateipv4", "aws:chatbotsourcearn")  # fmt: skip
_ALWAYS_PRESENT = ("aws:currenttime", "aws:epochtime", "aws:userid")


def value_of(key: str, context: Context) -> Value:
    """The value of a condition key, ignoring case."""
    return context.get(key.lower(), Missing.UNKNOWN)


class RequestContext(dict[str, Value]):
    """A request's context. Missing keys follow from the action and the tables above."""

    def __init__(self, action: str, known: Context) -> None:
        super().__init__(known)
        self._action = action.lower()
        self._service = self._action.partition(":")[0]
        # A request by DynamoDB has only the keys that DynamoDB sends; a direct caller of KMS chooses them.
        is_known = "kms:encryptioncontextkeys" in known
        self._may_have_encryption_context = not is_known and self._action in _WITH_CHOSEN_CONTEXT
        self._has_no_tags = self._action in _WITH_ITEM_KEYS or (
            self._service == "kms" and self._action not in _WITH_TAGS
        )
        self._is_no_session = known.get("aws:principaltype") in {"User", "Account"}

    def get(self, key: str, default: object = None) -> Value:
        """The value of a key, in lower case."""
        if key in self:
            return self[key]
        if (actions := _ONLY_FOR.get(key)) is not None:
            return Missing.UNKNOWN if self._action in actions else ABSENT
        if key in _ALWAYS_PRESENT:
            return PRESENT
        if self._is_absent(key):
            return ABSENT
        return default if isinstance(default, str | tuple | Missing) else Missing.UNKNOWN

    def _is_absent(self, key: str) -> bool:
        service = key.partition(":")[0]
        is_of_items = service != "dynamodb" or self._action in _WITH_ITEM_KEYS
        return (
            (key.startswith("kms:encryptioncontext") and not self._may_have_encryption_context)
            or (key.startswith(("aws:tagkeys", "aws:requesttag/")) and self._has_no_tags)
            # Requests to other services do not have a service's keys.
            or (service in {"kms", "dynamodb"} and (service != self._service or not is_of_items))
            or (service not in {"aws", self._service} and self._is_no_session)
        )


def caller_context(principal: Principal, action: str, *, region: str, owner: str) -> dict[str, Value]:
    """The condition keys that follow from caller, action and resource.

    Args:
        principal: who calls.
        action: such as `kms:Decrypt`.
        region: the resource's Region; empty if unknown.
        owner: the resource's account; empty if unknown.
    """
    context: dict[str, Value] = {
        "aws:securetransport": "true",
        "aws:viaawsservice": "false",
        "aws:calledvia": ABSENT,
        "aws:calledviafirst": ABSENT,
        "aws:calledvialast": ABSENT,
        **of_caller(principal),
    }
    if region:
        context["aws:requestedregion"] = region
    if owner:
        context["aws:resourceaccount"] = owner
    if principal.account and action.lower().startswith("kms:"):
        context["kms:calleraccount"] = principal.account
    if action.lower().startswith("kms:"):
        context["kms:viaservice"] = ABSENT
        context["kms:grantisforawsresource"] = _grant_is_for_aws_resource(action)
    return context


def _grant_is_for_aws_resource(action: str) -> Value:
    """Only services set it, on grants that they create for a caller."""
    return "false" if action.lower() in _ONLY_FOR["kms:grantisforawsresource"] else ABSENT


def through_dynamodb(region: str, table_name: str, table_account: str) -> dict[str, Value]:
    """The condition keys of the kms:Decrypt request that DynamoDB makes on behalf of a caller.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    return {
        **with_encryption_context(table_name, table_account),
        "kms:encryptionalgorithm": "SYMMETRIC_DEFAULT",
        "aws:viaawsservice": "true",
        "aws:calledvia": (DYNAMODB,),
        "aws:calledviafirst": DYNAMODB,
        "aws:calledvialast": DYNAMODB,
        "kms:viaservice": f"dynamodb.{region}.amazonaws.com" if region else PRESENT,
    }


def with_encryption_context(table_name: str, table_account: str) -> dict[str, Value]:
    """The condition keys of a request with the encryption context of a table's key."""
    return {
        "kms:encryptioncontext:aws:dynamodb:tablename": table_name,
        "kms:encryptioncontext:aws:dynamodb:subscriberid": table_account or PRESENT,
        "kms:encryptioncontextkeys": tuple(encryption_context(table_name, table_account)),
    }


def encryption_context(table_name: str, table_account: str) -> dict[str, str]:
    """The encryption context of a table's key.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    return {"aws:dynamodb:tableName": table_name, "aws:dynamodb:subscriberId": table_account}


def of_caller(principal: Principal) -> dict[str, Value]:
    """The condition keys that depend only on the caller.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties
    """
    if principal.kind is Kind.SERVICE:
        return {"aws:principalisawsservice": "true", "aws:principalservicename": principal.name}
    context: dict[str, Value] = {}
    if principal.is_single or principal.kind in {Kind.ROOT, Kind.ACCOUNT}:
        context |= {"aws:principalisawsservice": "false", **dict.fromkeys(_OF_SERVICES, ABSENT)}
    if principal.account:
        context["aws:principalaccount"] = principal.account
    holder = principal.holder
    match holder.kind:
        case Kind.USER:
            context |= {"aws:principaltype": "User", "aws:username": holder.name}
            context |= dict.fromkeys(_OF_SESSIONS, ABSENT)
        case Kind.ROLE:
            context |= {"aws:principaltype": "AssumedRole", "aws:username": ABSENT}
        case Kind.ROOT:
            context |= {"aws:principaltype": "Account", "aws:username": ABSENT, "aws:userid": holder.account}
            context |= dict.fromkeys(_OF_SESSIONS, ABSENT)
        case _:
            pass
    if holder.kind in {Kind.USER, Kind.ROLE, Kind.ROOT} and holder.arn:
        # A session has the ARN of its role, with the path, which the ARN of the session lacks.
        context["aws:principalarn"] = holder.arn if principal.kind is not Kind.SESSION else PRESENT
    if holder.kind is Kind.ROLE:
        context["aws:tokenissuetime"] = PRESENT
    return context
