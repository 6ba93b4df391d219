"""Runs a program against mocks that record each registration, as the engine would receive it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import settings
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

ACCOUNT = "111122223333"
REGION = "eu-west-1"
CALLER = f"arn:aws:iam::{ACCOUNT}:user/owner"
KEY_ID = "1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d"


@dataclass(frozen=True)
class Registration:
    """A registered resource."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    request: Any = field(repr=False)

    @property
    def parent(self) -> str:
        """The name of its parent."""
        return str(self.request.parent).rpartition("::")[2]

    @property
    def is_kept(self) -> bool:
        """Whether it is protected, and stays in AWS when it is removed from the program."""
        return bool(self.request.protect and self.request.retainOnDelete)


@dataclass
class World(Mocks):
    """The AWS that a program sees. Unknown calls fail."""

    caller: str = CALLER
    key: Mapping[str, Any] = field(default_factory=dict)
    table: Mapping[str, Any] | None = None
    identities: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def call(self, args: MockCallArgs) -> dict[str, Any]:  # type: ignore[override]  # both are taken
        """The functions that components call."""
        self.calls.append(args.token)
        if args.token == "aws:index/getCallerIdentity:getCallerIdentity":
            return {"accountId": ACCOUNT, "arn": self.caller, "id": ACCOUNT, "userId": "AIDA"}
        if args.token == "aws:index/getRegion:getRegion":
            return {"region": REGION, "name": REGION, "id": REGION}
        if args.token == "aws:iam/getSessionContext:getSessionContext":
            return {"arn": args.args["arn"], "issuerArn": f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"}
        if args.token == "aws:kms/getKey:getKey":
            enabled = {
                "keyManager": "CUSTOMER",
                "keyState": "Enabled",
                "keyUsage": "ENCRYPT_DECRYPT",
                "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
            }
            return {"arn": args.args["keyId"], "keyId": args.args["keyId"], **enabled, **self.key}
        if args.token == "aws:dynamodb/getTable:getTable":
            return dict(self.table or {})
        if args.token in ("aws:iam/getRole:getRole", "aws:iam/getUser:getUser"):
            return dict(self.identities.get(str(args.args.get("name") or args.args.get("userName")), {}))
        raise NotImplementedError(f"no mock for the call {args.token}")

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """The outputs of a created resource, with valid ARNs."""
        region = args.inputs.get("region", REGION)
        name = args.inputs.get("name", args.name)
        arns = {
            "aws:kms/key:Key": f"arn:aws:kms:{region}:{ACCOUNT}:key/{args.name}",
            "aws:kms/replicaKey:ReplicaKey": f"arn:aws:kms:{region}:{ACCOUNT}:key/{args.name}",
            "aws:dynamodb/table:Table": f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}",
            "aws:sns/topic:Topic": f"arn:aws:sns:{region}:{ACCOUNT}:{name}",
            "aws:iam/user:User": f"arn:aws:iam::{ACCOUNT}:user/{name}",
            "aws:iam/role:Role": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        }
        outputs = {"name": name, "keyId": args.name, **args.inputs}
        if args.typ in arns:
            outputs["arn"] = arns[args.typ]
        if args.typ == "aws:iam/accessKey:AccessKey":
            outputs["secret"] = "the secret"
        if args.typ == "aws:iam/userLoginProfile:UserLoginProfile":
            outputs["password"] = "the password"
        return f"{args.name}-id", outputs


class _Recorder(MockMonitor):
    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.registrations: list[Registration] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: ANN401, N802  # as the protocol names it
        """Record the registration, and answer like the mocks."""
        inputs = MessageToDict(request.object)
        self.registrations.append(Registration(request.type, request.name, inputs, request))
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def register(program: Callable[[], object], world: World | None = None) -> dict[str, Registration]:
    """Run the program to its end. Return its registrations by name.

    Raises:
        Exception: what the program raises.
    """
    world = world or World()
    recorder = _Recorder(world)
    settings.reset_options(project="tests", stack="dev")
    pulumi.runtime.set_mocks(world, project="tests", stack="dev", preview=False, monitor=recorder)
    pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    return {one.name: one for one in recorder.registrations if one.type != "pulumi:pulumi:Stack"}
