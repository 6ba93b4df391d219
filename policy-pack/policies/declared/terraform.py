"""Translates AWS resources of other Pulumi packages to the tokens and property names of Pulumi's AWS
provider.

`pulumi package add terraform-provider` creates tokens such as `aws:index/dynamodbTable:DynamodbTable`, a
Terraform module in Pulumi `<package>:tf:aws_dynamodb_table`, and a package from a copy of Pulumi's own
provider `<package>:dynamodb/table:Table`.
https://www.pulumi.com/docs/iac/concepts/providers/any-terraform-provider/
https://www.pulumi.com/docs/iac/guides/building-extending/using-existing-tools/use-terraform-module/

Controllers in a cluster (ACK, Crossplane) create tables from Kubernetes objects in their own API groups.
https://aws-controllers-k8s.github.io/community/reference/dynamodb/v1alpha1/table/
"""

import re
from collections.abc import Mapping
from functools import cache

from policies import resource_types as types
from policies.declared.values import Properties, Value

# Terraform's names, without aws_.
TOKENS: Mapping[str, str] = {
    "cloudcontrolapi_resource": types.CLOUD_CONTROL,
    "cloudformation_stack": types.CLOUDFORMATION_STACK,
    "cloudformation_stack_instances": types.CLOUDFORMATION_STACK_INSTANCES,
    "cloudformation_stack_set": types.CLOUDFORMATION_STACK_SET,
    "cloudformation_stack_set_instance": types.CLOUDFORMATION_STACK_SET_INSTANCE,
    "dax_cluster": types.DAX_CLUSTER,
    "dynamodb_global_table": types.GLOBAL_TABLE,
    "dynamodb_kinesis_streaming_destination": types.KINESIS_DESTINATION,
    "dynamodb_resource_policy": types.TABLE_RESOURCE_POLICY,
    "dynamodb_table": types.TABLE,
    "dynamodb_table_export": types.TABLE_EXPORT,
    "dynamodb_table_replica": types.TABLE_REPLICA,
    "iam_group_policy": types.IAM_GROUP_POLICY,
    "iam_policy": types.IAM_POLICY,
    "iam_role": types.IAM_ROLE,
    "iam_role_policy": types.IAM_ROLE_POLICY,
    "iam_user_policy": types.IAM_USER_POLICY,
    "kms_alias": types.ALIAS,
    "kms_external_key": types.EXTERNAL_KEY,
    "kms_key": types.KEY,
    "kms_key_policy": types.KEY_POLICY,
    "kms_replica_external_key": types.REPLICA_EXTERNAL_KEY,
    "kms_replica_key": types.REPLICA_KEY,
    "serverlessapplicationrepository_cloudformation_stack": types.SERVERLESS_APPLICATION,
    "servicecatalog_provisioned_product": types.PROVISIONED_PRODUCT,
    "ssoadmin_permission_set_inline_policy": types.PERMISSION_SET_POLICY,
}
OWN_TOKENS = frozenset(TOKENS.values())
# Blocks that Terraform writes as lists with one element, and blocks that it names in the singular.
SINGLE = frozenset({"serverSideEncryption", "pointInTimeRecovery", "globalTableWitness"})
PLURAL = {"replica": "replicas", "inlinePolicy": "inlinePolicies"}
OF_CONTROLLER = re.compile(r"kubernetes:dynamodb\.[^:]+:(Table|GlobalTable|TableReplica)")


@cache
def own_type(token: str) -> str:
    """The token of Pulumi's AWS provider for the same resource; `token` itself if there is none."""
    if OF_CONTROLLER.fullmatch(token):
        return types.KUBERNETES_TABLE
    package, _, rest = token.partition(":")
    if package in ("aws", "aws-native", "pulumi") and not rest.startswith("index"):
        return token
    if f"aws:{rest}" in OWN_TOKENS:
        return f"aws:{rest}"
    name = _snake_case(token.rpartition(":")[2]).removeprefix("aws_")
    is_terraforms = rest.startswith(("tf:", "index:", "index/"))
    return TOKENS.get(name, token) if is_terraforms else token


def own_properties(token: str, properties: Properties) -> Properties:
    """Properties with the names of Pulumi's AWS provider; unchanged for its own resources."""
    if own_type(token) == token:
        return properties
    return {name: _single(name, value) for name, value in _camel_case(properties).items()}


def _camel_case(value: Value) -> Value:
    if isinstance(value, Mapping):
        named = {re.sub(r"_([a-z0-9])", _upper, name): _camel_case(one) for name, one in value.items()}
        return {PLURAL.get(name, name): one for name, one in named.items()}
    return [_camel_case(one) for one in value] if isinstance(value, list) else value


def _upper(match: re.Match[str]) -> str:
    return match[1].upper()


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _single(name: str, value: Value) -> Value:
    if name in SINGLE and isinstance(value, list):
        return value[0] if value else None
    return value
