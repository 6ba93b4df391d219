"""The functions that programs call return AWS's answers in the form of the SDK."""

import inspect
import json
import re
from collections.abc import Callable

import grpc
import pytest

from local.process import LocalAws
from local.provider.catalogue import FUNCTIONS
from local.provider.functions import partition_of
from tests.local.provider.protocol import Plugin, RefusedError, message_of, plugin_process
from tests.local.provider.sdk import sdk_member, sdk_module

KEY = "aws:kms/key:Key"
GET_KEY = "aws:kms/getKey:getKey"
GET_ALIAS = "aws:kms/getAlias:getAlias"
SESSION_CONTEXT = "aws:iam/getSessionContext:getSessionContext"
CALLER = "aws:index/getCallerIdentity:getCallerIdentity"
ACCOUNT = "111122223333"

Unique = Callable[[str], str]


def sdk_function(token: str) -> tuple[str, type]:
    """The source of the SDK's function, and the class of its result."""
    name = token.split(":")[2]
    result = getattr(sdk_module(token), f"{name[0].upper()}{name[1:]}Result")
    return inspect.getsource(sdk_member(token)), result


@pytest.mark.parametrize("token", sorted(FUNCTIONS))
def test_arguments_match_the_sdk(token: str) -> None:
    source, _ = sdk_function(token)
    assert set(FUNCTIONS[token].arguments) == set(re.findall(r"__args__\['(\w+)'\]", source))
    assert f"'{token}'" in source


@pytest.mark.parametrize("token", sorted(FUNCTIONS))
def test_results_match_the_sdk(token: str, plugin: Plugin) -> None:
    """The answer has every property of the SDK's class, except arguments that were not given."""
    key = plugin.create(KEY, {"multiRegion": True})
    plugin.create("aws:kms/alias:Alias", {"name": f"alias/{key.id}", "targetKeyId": key.id})
    name = f"named-{key.id}"
    table = {"name": name, "hashKey": "id", "attributes": [{"name": "id", "type": "S"}]}
    plugin.create("aws:dynamodb/table:Table", {**table, "billingMode": "PAY_PER_REQUEST"})
    plugin.create("aws:iam/user:User", {"name": name})
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    plugin.create("aws:iam/role:Role", {"name": name, "assumeRolePolicy": policy})
    arguments = {
        "aws:dynamodb/getTable:getTable": {"name": name},
        "aws:iam/getRole:getRole": {"name": name},
        "aws:iam/getUser:getUser": {"userName": name},
        "aws:cloudcontrol/getResource:getResource": {"typeName": "AWS::KMS::Key", "identifier": key.id},
        GET_KEY: {"keyId": key.id},
        GET_ALIAS: {"name": f"alias/{key.id}"},
        SESSION_CONTEXT: {"arn": f"arn:aws:iam::{ACCOUNT}:user/anna"},
    }
    _, result = sdk_function(token)
    names = {
        getattr(member.fget, "_pulumi_name", name)
        for name, member in vars(result).items()
        if isinstance(member, property)
    }
    answered = set(plugin.invoke(token, arguments.get(token)))
    assert answered | (set(FUNCTIONS[token].arguments) & names) == names | answered
    assert answered <= names


def test_the_caller_is_the_deployer(plugin: Plugin) -> None:
    caller = plugin.invoke(CALLER)
    assert (caller["accountId"], caller["arn"]) == (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/owner")


def test_the_region_is_the_providers_or_the_requested_one(plugin: Plugin) -> None:
    token = "aws:index/getRegion:getRegion"
    assert plugin.invoke(token)["region"] == "us-east-1"
    assert plugin.invoke(token, {"region": "eu-west-1"})["description"] == "Europe (Ireland)"
    with pytest.raises(RefusedError) as refused:
        plugin.invoke(token, {"endpoint": "ec2.us-east-1.amazonaws.com"})
    assert "pulumi plugin install" in refused.value.reasons["endpoint"]


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_a_region_is_in_a_partition(region: str, partition: str) -> None:
    assert partition_of(region)[0] == partition


def test_a_key_is_found_by_id_arn_and_alias_in_any_state(plugin: Plugin, unique: Unique) -> None:
    key = plugin.create(KEY, {"description": "d", "deletionWindowInDays": 7})
    name = f"alias/{unique('found')}"
    alias = plugin.create("aws:kms/alias:Alias", {"name": name, "targetKeyId": key.id})

    for reference in (key.id, key.state["arn"], name, alias.state["arn"]):
        assert plugin.invoke(GET_KEY, {"keyId": reference})["arn"] == key.state["arn"]
    found = plugin.invoke(GET_KEY, {"keyId": key.id})
    assert (found["keyManager"], found["keyState"], found["keyUsage"], found["customerMasterKeySpec"]) == (
        "CUSTOMER", "Enabled", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT",
    )  # fmt: skip
    plugin.delete(key)
    gone = plugin.invoke(GET_KEY, {"keyId": key.id})
    assert gone["keyState"] == "PendingDeletion"
    assert gone["deletionDate"].endswith("Z")


def test_a_multi_region_key_lists_its_replicas(plugin: Plugin) -> None:
    primary = plugin.create(KEY, {"multiRegion": True})
    replica = plugin.create(
        "aws:kms/replicaKey:ReplicaKey", {"primaryKeyArn": primary.state["arn"], "region": "eu-west-1"}
    )
    found = plugin.invoke(GET_KEY, {"keyId": primary.id, "region": "eu-west-1"})

    assert (found["arn"], found["region"]) == (replica.state["arn"], "eu-west-1")
    [configuration] = found["multiRegionConfigurations"]
    assert configuration["multiRegionKeyType"] == "REPLICA"
    assert configuration["primaryKeys"] == [{"arn": primary.state["arn"], "region": "us-east-1"}]
    assert configuration["replicaKeys"] == [{"arn": replica.state["arn"], "region": "eu-west-1"}]


def test_a_missing_key_gives_the_error_of_aws(plugin: Plugin) -> None:
    with pytest.raises(grpc.RpcError) as failure:
        plugin.invoke(GET_KEY, {"keyId": "8f9a0b1c-2d3e-4f50-8a6b-7c8d9e0f1a2b"})
    assert message_of(failure).startswith("reading KMS Key: operation error DescribeKey")
    assert "NotFoundException" in message_of(failure)


def test_an_alias_gives_its_key(plugin: Plugin, unique: Unique) -> None:
    key, name = plugin.create(KEY, {}), f"alias/{unique('alias')}"
    plugin.create("aws:kms/alias:Alias", {"name": name, "targetKeyId": key.id})

    found = plugin.invoke(GET_ALIAS, {"name": name})
    assert (found["targetKeyArn"], found["targetKeyId"]) == (key.state["arn"], key.id)
    with pytest.raises(grpc.RpcError) as failure:
        plugin.invoke(GET_ALIAS, {"name": f"{name}-not"})
    assert message_of(failure) == f"reading KMS Alias ({name}-not): couldn't find resource"


def test_the_issuer_of_a_session_is_its_role_with_its_path(
    plugin: Plugin, aws: LocalAws, unique: Unique
) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = plugin.create(
        "aws:iam/role:Role",
        {"name": unique("deployer"), "path": "/ci/", "assumeRolePolicy": json.dumps(trust)},
    )
    session = aws.client("sts").assume_role(RoleArn=role.state["arn"], RoleSessionName="run-7")
    environment = {
        **aws.environment(),
        "AWS_ACCESS_KEY_ID": session["Credentials"]["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["Credentials"]["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["Credentials"]["SessionToken"],
    }
    with plugin_process(environment) as by_session:
        by_session.configure()
        caller = by_session.invoke(CALLER)
    context = plugin.invoke(SESSION_CONTEXT, {"arn": caller["arn"]})

    assert caller["arn"].endswith(f":assumed-role/{role.id}/run-7")
    assert (context["issuerArn"], context["sessionName"]) == (role.state["arn"], "run-7")


def test_the_error_for_an_unknown_function_lists_the_known_ones(plugin: Plugin) -> None:
    with pytest.raises(grpc.RpcError) as failure:
        plugin.invoke("aws:iam/getPolicyDocument:getPolicyDocument")
    assert "does not support the function 'aws:iam/getPolicyDocument:getPolicyDocument'" in message_of(
        failure
    )
    assert GET_KEY in message_of(failure)


def test_the_error_names_missing_and_unknown_arguments(plugin: Plugin) -> None:
    with pytest.raises(RefusedError) as refused:
        plugin.invoke(GET_KEY, {"id": "x"})
    assert sorted(refused.value.reasons) == ["id", "keyId"]
