"""Creates previews in the engine's format, from the resources before and after an update."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from encrypted_tables.access_diff.diff import access_diff
from encrypted_tables.access_diff.evaluate.change import Diff
from encrypted_tables.access_diff.report.sentences import lines
from encrypted_tables.engine.preview import Preview, read_preview

ACCOUNT, OTHER_ACCOUNT, REGION = "111122223333", "444455556666", "us-east-1"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ANN, BOB = f"arn:aws:iam::{ACCOUNT}:user/ann", f"arn:aws:iam::{ACCOUNT}:user/bob"
APP = f"arn:aws:iam::{ACCOUNT}:role/app"
KEY_ID, OTHER_KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab", "0987dcba-09fe-87dc-65ba-ab0987654321"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"

Resource = dict[str, Any]
Statement = dict[str, Any]


def key_arn(key_id: str = KEY_ID, region: str = REGION) -> str:
    return f"arn:aws:kms:{region}:{ACCOUNT}:key/{key_id}"


def table_arn(name: str = "orders", region: str = REGION) -> str:
    return f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}"


def allow(actions: str | list[str], *principals: str, **more: Any) -> Statement:  # noqa: ANN401
    """An Allow statement; without principals for an IAM policy."""
    named = {"Principal": {"AWS": list(principals)}} if principals else {}
    return {"Effect": "Allow", **named, "Action": actions, "Resource": "*", **more}


def deny(actions: str | list[str], *principals: str, **more: Any) -> Statement:  # noqa: ANN401
    return {**allow(actions, *principals), "Effect": "Deny", **more}


def policy(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


DELEGATE = allow("kms:*", ROOT)
MANAGE = allow(["kms:PutKeyPolicy", "kms:DescribeKey"], ROOT)
"""Delegates changes of the key policy to the account, but not the use of the key."""


def resource(type_: str, name: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> Resource:
    return {
        "urn": f"urn:pulumi:dev::encrypted-tables::{type_}::{name}",
        "type": type_,
        "custom": True,
        "id": str(outputs.get("id", name)),
        "inputs": dict(inputs),
        "outputs": {**inputs, **outputs},
    }


def key(
    *statements: Statement,
    name: str = "key",
    key_id: str = KEY_ID,
    region: str = REGION,
    **inputs: Any,  # noqa: ANN401
) -> Resource:
    return resource(
        "aws:kms/key:Key",
        name,
        {"policy": policy(*statements), **inputs},
        {"id": key_id, "arn": key_arn(key_id, region), "region": region},
    )


def table(name: str = "orders", *, arn: str | None = None, region: str = REGION, **inputs: Any) -> Resource:  # noqa: ANN401
    encryption = {"serverSideEncryption": {"enabled": True, "kmsKeyArn": arn or key_arn()}}
    return resource(
        "aws:dynamodb/table:Table",
        name,
        {"name": name, **encryption, **inputs},
        {"arn": table_arn(name, region), "region": region},
    )


def user(name: str) -> Resource:
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return resource("aws:iam/user:User", name, {"name": name}, {"arn": arn})


def user_policy(name: str, *statements: Statement) -> Resource:
    return resource(
        "aws:iam/userPolicy:UserPolicy", f"{name}-policy", {"user": name, "policy": policy(*statements)}, {}
    )


def attachment(name: str, arn: str = FULL_ACCESS, kind: str = "user") -> Resource:
    token = f"aws:iam/{kind}PolicyAttachment:{kind.title()}PolicyAttachment"
    return resource(token, f"{name}-attachment", {kind: name, "policyArn": arn}, {})


def table_policy(*statements: Statement, name: str = "orders") -> Resource:
    inputs = {"resourceArn": table_arn(name), "policy": policy(*statements)}
    return resource("aws:dynamodb/resourcePolicy:ResourcePolicy", f"{name}-policy", inputs, {})


def grant(grantee: str, *operations: str, **inputs: Any) -> Resource:  # noqa: ANN401
    return resource(
        "aws:kms/grant:Grant",
        "grant",
        {"keyId": KEY_ID, "granteePrincipal": grantee, "operations": list(operations), **inputs},
        {},
    )


def new(created: Resource, *unknown_outputs: str) -> Resource:
    """The resource before its creation: its outputs are unknown."""
    unknown = dict.fromkeys(("arn", "id", *unknown_outputs), UNKNOWN)
    return {**created, "id": "", "outputs": {**created["outputs"], **unknown}}


def events(before: Sequence[Resource], after: Sequence[Resource]) -> str:
    """The engine's events of a preview of this update."""
    old, coming = {r["urn"]: r for r in before}, {r["urn"]: r for r in after}
    steps = [_step(old.get(urn), coming.get(urn)) for urn in {**coming, **old}]
    written = [
        {"preludeEvent": {"config": {}}},
        *({"resOutputsEvent": {"metadata": step, "planning": True}} for step in steps),
        {"summaryEvent": {"isPreview": True, "result": "succeeded"}},
    ]
    return "\n".join(json.dumps(event) for event in written)


def _step(old: Resource | None, coming: Resource | None) -> dict[str, Any]:
    op = "create" if old is None else "delete" if coming is None else "same" if old == coming else "update"
    return {"op": op, "urn": (coming or old or {})["urn"], "old": old, "new": coming}


def plan(**dependencies: tuple[str, Resource]) -> str:
    """The plan that --save-plan writes: by resource, an input and the resource on which it depends."""
    goals = {}
    for name, (input_, source) in dependencies.items():
        type_ = "aws:dynamodb/table:Table"
        urn = f"urn:pulumi:dev::encrypted-tables::{type_}::{name}"
        goals[urn] = {"goal": {"propertyDependencies": {input_: [source["urn"]]}}}
    return json.dumps({"manifest": {}, "resourcePlans": goals})


def preview_of(before: Sequence[Resource], after: Sequence[Resource], planned: str | None = None) -> Preview:
    return read_preview(events(before, after), planned)


def diff_of(before: Sequence[Resource], after: Sequence[Resource], planned: str | None = None) -> Diff:
    return access_diff(preview_of(before, after, planned))


def sentences(diff: Diff) -> list[str]:
    """The lines of the report as sentences."""
    return [
        f"{line.who} {line.what}: {line.of}{f' ({line.because})' if line.because else ''}"
        for line in lines(diff)
    ]


def changes(before: Sequence[Resource], after: Sequence[Resource], planned: str | None = None) -> list[str]:
    return sentences(diff_of(before, after, planned))
