"""An account as data: created in the local AWS, changed as `--why` advises, and converted for the access
diff.
"""

import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from components.key_policy import PROFILES, KeyAccess, ProtectedTable
from components.principals import Scope, canonical_principal
from encrypted_tables.engine.resource_types import (
    GROUP,
    GROUP_POLICY,
    MANAGED_POLICY,
    ROLE_POLICY,
    USER_GROUP_MEMBERSHIP,
)
from local.process import LocalAws
from tests.access_diff import samples
from tests.verify.world import ACCOUNT, REGION

Document = dict[str, Any]
Statement = dict[str, Any]
Step = Mapping[str, Any]
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}],
    }
)
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
OWNER = f"arn:aws:iam::{ACCOUNT}:user/owner"


def document(*statements: Statement) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def arn_of(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{'role' if name.startswith('role') else 'user'}/{name}"


@dataclass
class Identity:
    """The policies of a user or role."""

    inline: dict[str, Document] = field(default_factory=dict)
    boundary: str = ""
    groups: list[str] = field(default_factory=list)


@dataclass
class State:
    """Everything that decides who can read a table."""

    table: str
    identities: dict[str, Identity]
    groups: dict[str, dict[str, Document]]
    managed: dict[str, Document]
    """The boundaries."""
    statements: list[Statement]
    """Statements of the key policy in addition to those from the table's config."""
    table_statements: list[Statement]
    grants: list[dict[str, Any]]
    is_enabled: bool
    profile: str
    """Of the key policy."""
    key_users: list[str]

    @property
    def key_policy(self) -> Document:
        scope = Scope("aws", ACCOUNT)
        access = KeyAccess(
            administrators=[OWNER],
            users=sorted(canonical_principal(one, scope) for one in self.key_users),
            deployers=[OWNER],
            statements=self.statements,
        )
        return dict(PROFILES[self.profile](access, ProtectedTable(self.table, REGION, scope)))

    @property
    def config(self) -> str:
        """The config of the table, as `Pulumi.dev.yaml`."""
        tables = {self.table: {"partitionKey": "id", "keyUsers": self.key_users}}
        return yaml.safe_dump({"config": {"encrypted-tables:tables": tables}})

    def cured(self, principal: str, steps: Iterable[Step]) -> "State":
        """The state after the steps of a change, followed literally."""
        made = copy.deepcopy(self)
        by_policy: dict[tuple[str, str], list[Step]] = {}
        for step in steps:
            if step["gate"] == "key state":
                made.is_enabled = True
            elif step["config"] and "keyUsers" in step["config"]:
                (tables,) = yaml.safe_load(step["config"])["config"].values()
                made.key_users += tables[self.table]["keyUsers"]
            elif step["gate"] == "IAM identity policy" and not step["replaces"]:
                made.identities[principal].inline["cure"] = document(*step["statements"])
            else:
                by_policy.setdefault((step["gate"], step["policy"] or ""), []).append(step)
        of_config = len(self.key_policy["Statement"]) - len(self.statements)
        made.statements = changed(
            self.statements, by_policy.pop(("key policy", "the key policy"), []), of_config
        )
        for (gate, policy), changes in by_policy.items():
            made.change(principal, gate, policy.removeprefix("policy ").partition(" of group ")[0], changes)
        return made

    def change(self, principal: str, gate: str, policy: str, steps: Sequence[Step]) -> None:
        """Change the statements of one policy."""
        identity = self.identities[principal]
        if gate == "table policy":
            self.table_statements = changed(self.table_statements, steps)
        else:
            held = [identity.inline, *(self.groups[group] for group in identity.groups)]
            places = [self.managed] if gate == "permissions boundary" else held
            (place,) = (one for one in places if policy in one)
            place[policy] = document(*changed(place[policy]["Statement"], steps))


def changed(statements: Sequence[Statement], steps: Iterable[Step], after: int = 0) -> list[Statement]:
    """The statements with the changes of the steps. `after` is the number of statements before the first
    one.
    """
    steps = list(steps)
    replaced = {step["replaces"] - after: step["statements"] for step in steps if step["replaces"]}
    kept = [new for number, one in enumerate(statements, 1) for new in replaced.get(number, [one])]
    return [*kept, *(one for step in steps if not step["replaces"] for one in step["statements"])]


class Deployment:
    """A state in the local AWS. Users, roles and groups are created once, and their policies change."""

    def __init__(self, aws: LocalAws) -> None:
        self._iam, self._kms = aws.client("iam"), aws.client("kms")
        self._dynamodb = aws.client("dynamodb")
        self._held: dict[str, Identity] = {}
        self._groups: dict[str, dict[str, Document]] = {}
        self._managed: dict[str, Document] = {}
        self._key_policy: Document = {}
        self._table_statements: list[Statement] = []
        self.key_arn = ""

    def make(self, state: State) -> None:
        """Create a new table with a new key in this state."""
        self.key_arn = str(
            self._kms.create_key(Policy=samples.policy(samples.DELEGATE))["KeyMetadata"]["Arn"]
        )
        self._key_policy, self._table_statements = {}, []
        self._dynamodb.create_table(
            TableName=state.table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": self.key_arn},
        )
        for grant in state.grants:
            self._kms.create_grant(KeyId=self.key_arn, **grant)
        self.change(state)
        if not state.is_enabled:
            self._kms.disable_key(KeyId=self.key_arn)

    def change(self, state: State) -> None:
        """Change the policies to this state."""
        for name, statements in state.managed.items():
            self._put_managed(name, statements)
        for name, policies in state.groups.items():
            self._put_inline("group", name, policies, self._groups.get(name, {}))
            self._groups[name] = copy.deepcopy(policies)
        for name, identity in state.identities.items():
            self._put_identity(name, identity)
        if state.key_policy != self._key_policy:
            self._kms.put_key_policy(
                KeyId=self.key_arn, PolicyName="default", Policy=json.dumps(state.key_policy)
            )
            self._key_policy = state.key_policy
        self._put_table_policy(state)
        if state.is_enabled:
            self._kms.enable_key(KeyId=self.key_arn)

    def _put_table_policy(self, state: State) -> None:
        if state.table_statements == self._table_statements:
            return
        arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{state.table}"
        if state.table_statements:
            policy = json.dumps(document(*state.table_statements))
            self._dynamodb.put_resource_policy(ResourceArn=arn, Policy=policy)
        else:
            self._dynamodb.delete_resource_policy(ResourceArn=arn)
        self._table_statements = copy.deepcopy(state.table_statements)

    def _put_managed(self, name: str, wanted: Document) -> None:
        if self._managed.get(name) == wanted:
            return
        arn, text = f"arn:aws:iam::{ACCOUNT}:policy/{name}", json.dumps(wanted)
        if name not in self._managed:
            self._iam.create_policy(PolicyName=name, PolicyDocument=text)
        else:
            for version in self._iam.list_policy_versions(PolicyArn=arn)["Versions"]:
                if not version["IsDefaultVersion"]:
                    self._iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
            self._iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)
        self._managed[name] = copy.deepcopy(wanted)

    def _put_identity(self, name: str, wanted: Identity) -> None:
        now = self._held.get(name, Identity())
        kind = "role" if name.startswith("role") else "user"
        self._put_inline(kind, name, wanted.inline, now.inline)
        key = {f"{kind.capitalize()}Name": name}
        if wanted.boundary != now.boundary:
            if wanted.boundary:
                boundary = f"arn:aws:iam::{ACCOUNT}:policy/{wanted.boundary}"
                getattr(self._iam, f"put_{kind}_permissions_boundary")(**key, PermissionsBoundary=boundary)
            else:
                getattr(self._iam, f"delete_{kind}_permissions_boundary")(**key)
        for group in set(wanted.groups) - set(now.groups):
            self._iam.add_user_to_group(UserName=name, GroupName=group)
        for group in set(now.groups) - set(wanted.groups):
            self._iam.remove_user_from_group(UserName=name, GroupName=group)
        self._held[name] = copy.deepcopy(wanted)

    def _put_inline(
        self, kind: str, name: str, wanted: Mapping[str, Document], now: Mapping[str, Document]
    ) -> None:
        key = {f"{kind.capitalize()}Name": name}
        for policy, content in wanted.items():
            if content != now.get(policy) and content["Statement"]:
                getattr(self._iam, f"put_{kind}_policy")(
                    **key, PolicyName=policy, PolicyDocument=json.dumps(content)
                )
        for policy in now:
            if now[policy]["Statement"] and not wanted.get(policy, {}).get("Statement"):
                getattr(self._iam, f"delete_{kind}_policy")(**key, PolicyName=policy)


def resources(state: State, key_arn: str) -> list[samples.Resource]:
    """The state as resources of a stack, for the access diff. The key is shown as usable."""
    key_id = key_arn.rpartition("/")[2]
    found = [
        samples.key(*state.key_policy["Statement"], key_id=key_id),
        samples.table(state.table, arn=key_arn),
    ]
    if state.table_statements:
        found.append(samples.table_policy(*state.table_statements, name=state.table))
    for number, grant in enumerate(state.grants):
        constraints = grant.get("Constraints", {})
        inputs = {
            "keyId": key_id,
            "granteePrincipal": grant["GranteePrincipal"],
            "operations": grant["Operations"],
            "constraints": [{"encryptionContextSubset": constraints["EncryptionContextSubset"]}]
            if constraints
            else [],
        }
        found.append(samples.resource("aws:kms/grant:Grant", f"grant-{number}", inputs, {}))
    for name, policy in state.managed.items():
        arn = f"arn:aws:iam::{ACCOUNT}:policy/{name}"
        found.append(
            samples.resource(MANAGED_POLICY, name, {"name": name, "policy": json.dumps(policy)}, {"arn": arn})
        )
    for name, policies in state.groups.items():
        arn = f"arn:aws:iam::{ACCOUNT}:group/{name}"
        found.append(samples.resource(GROUP, name, {"name": name}, {"arn": arn}))
        found += _inline(GROUP_POLICY, "group", name, policies)
    for name, identity in state.identities.items():
        found += _identity(name, identity)
    return found


def _identity(name: str, identity: Identity) -> list[samples.Resource]:
    arn, is_role = arn_of(name), name.startswith("role")
    boundary = (
        {"permissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/{identity.boundary}"}
        if identity.boundary
        else {}
    )
    trust = {"assumeRolePolicy": TRUST} if is_role else {}
    kind = "role" if is_role else "user"
    type_ = f"aws:iam/{kind}:{kind.capitalize()}"
    found = [samples.resource(type_, name, {"name": name, **boundary, **trust}, {"arn": arn})]
    policy_type = ROLE_POLICY if is_role else "aws:iam/userPolicy:UserPolicy"
    found += _inline(policy_type, kind, name, identity.inline)
    if identity.groups:
        inputs = {"user": name, "groups": identity.groups}
        found.append(samples.resource(USER_GROUP_MEMBERSHIP, f"{name}-groups", inputs, {}))
    return found


def _inline(type_: str, kind: str, name: str, policies: Mapping[str, Document]) -> list[samples.Resource]:
    return [
        samples.resource(type_, f"{name}-{policy}", {kind: name, "policy": json.dumps(content)}, {})
        for policy, content in policies.items()
        if content["Statement"]
    ]
