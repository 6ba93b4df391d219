"""The catalogue: the metadata of every policy is complete."""

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import jsonschema
import pulumi_aws as aws
import pytest

import policies
from policies import RULES, resource_types
from policies.frameworks import CONTROLS, FRAMEWORKS
from policies.judging.rule import ResourceRule, Rule
from policies.judging.settings import schema_of
from tests.policies.analysis import Pack, Sample
from tests.policies.baselines import BASELINES, baseline

KNOWN_CONTROLS = json.loads((Path(__file__).parent / "known_controls.json").read_text())
MODULES = [
    importlib.import_module(f"policies.{module.name}")
    for module in pkgutil.iter_modules(policies.__path__)
    if not module.ispkg
]
BY_NAME = pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])


def test_catalogue_lists_every_policy_file_once() -> None:
    in_files = sorted(module.RULE.name for module in MODULES if hasattr(module, "RULE"))

    assert in_files == sorted(rule.name for rule in RULES)


def test_name_of_policy_is_the_name_of_its_file() -> None:
    files = {
        module.__name__.split(".")[-1]: module.RULE.name for module in MODULES if hasattr(module, "RULE")
    }

    assert {name.replace("_", "-") for name in files} == set(files.values())
    assert all(file.replace("_", "-") == name for file, name in files.items())


@BY_NAME
def test_policy_states_what_to_do_and_where_to_read_on(rule: Rule) -> None:
    assert rule.description.endswith(".")
    assert rule.remediation.endswith(".")
    assert rule.url.startswith("https://")


@BY_NAME
def test_each_control_exists_in_its_framework(rule: Rule) -> None:
    claimed = {(framework, control) for framework, ids in CONTROLS[rule.name].items() for control in ids}
    known = {(framework, control) for framework, ids in KNOWN_CONTROLS.items() for control in ids}

    assert claimed - known == set()
    assert claimed != set()


def test_every_framework_has_a_title_and_an_edition() -> None:
    assert set(KNOWN_CONTROLS) == set(FRAMEWORKS)
    assert set(CONTROLS) == {rule.name for rule in RULES}


@BY_NAME
def test_defaults_of_settings_fit_their_own_schema(rule: Rule) -> None:
    schema = {"type": "object", "properties": schema_of(rule.settings).properties}
    defaults = {name: one["default"] for name, one in schema_of(rule.settings).properties.items()}

    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(defaults, schema)


def test_type_tokens_exist_in_the_sdk() -> None:
    """A policy with a wrong token would never apply."""
    classes: list[Any] = [
        aws.dynamodb.Table,
        aws.dynamodb.TableReplica,
        aws.dynamodb.GlobalTable,
        aws.dynamodb.ResourcePolicy,
        aws.dynamodb.TableExport,
        aws.dynamodb.KinesisStreamingDestination,
        aws.dax.Cluster,
        aws.kms.Key,
        aws.kms.KeyPolicy,
        aws.kms.ReplicaKey,
        aws.kms.ExternalKey,
        aws.kms.ReplicaExternalKey,
        aws.kms.Alias,
        aws.cloudcontrol.Resource,
        aws.ssoadmin.PermissionSetInlinePolicy,
        aws.cloudformation.Stack,
        aws.cloudformation.StackSet,
        aws.cloudformation.StackInstances,
        aws.cloudformation.StackSetInstance,
        aws.serverlessrepository.CloudFormationStack,
        aws.ebs.DefaultKmsKey,
        aws.kms.Grant,
        aws.lambda_.Invocation,
        aws.secretsmanager.SecretVersion,
        aws.servicecatalog.ProvisionedProduct,
        aws.ssm.Parameter,
        aws.iam.Policy,
        aws.iam.Role,
        aws.iam.RolePolicy,
        aws.iam.UserPolicy,
        aws.iam.GroupPolicy,
    ]
    tokens = {value for value in vars(resource_types).values() if str(value).startswith("aws:")}

    assert {one.pulumi_type for one in classes} == tokens


@pytest.mark.parametrize("type_", BASELINES)
def test_the_baseline_complies_with_every_policy(type_: str) -> None:
    assert Pack().run(baseline(type_)) == []


def test_every_resource_policy_applies_to_a_baseline() -> None:
    unseen = [
        rule.name for rule in RULES if isinstance(rule, ResourceRule) and not rule.types & set(BASELINES)
    ]

    assert unseen == []


def test_a_policy_without_matching_resources_is_not_applicable() -> None:
    """Pulumi distinguishes policies that passed from policies that did not apply."""
    queue = Sample(resource_types.CLOUDFORMATION_STACK, {"templateBody": '{"Resources": {}}'})

    assert "dynamodb-table-customer-managed-key" in Pack().not_applicable(queue)
    assert "dynamodb-table-customer-managed-key" in Pack().not_applicable(baseline(resource_types.KEY))
    assert "dynamodb-table-customer-managed-key" not in Pack().not_applicable(baseline(resource_types.TABLE))
