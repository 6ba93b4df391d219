"""Translates a stack's state into Terraform configuration, with references instead of ids."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

TYPES: Mapping[str, str] = {
    "aws:kms/key:Key": "aws_kms_key",
    "aws:kms/alias:Alias": "aws_kms_alias",
    "aws:kms/replicaKey:ReplicaKey": "aws_kms_replica_key",
    "aws:dynamodb/table:Table": "aws_dynamodb_table",
    "aws:dynamodb/resourcePolicy:ResourcePolicy": "aws_dynamodb_resource_policy",
    "aws:appautoscaling/target:Target": "aws_appautoscaling_target",
    "aws:appautoscaling/policy:Policy": "aws_appautoscaling_policy",
    "aws:iam/rolePolicy:RolePolicy": "aws_iam_role_policy",
    "aws:iam/user:User": "aws_iam_user",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": "aws_iam_user_policy_attachment",
    "aws:iam/userLoginProfile:UserLoginProfile": "aws_iam_user_login_profile",
    "aws:iam/accessKey:AccessKey": "aws_iam_access_key",
    "aws:cloudwatch/eventRule:EventRule": "aws_cloudwatch_event_rule",
    "aws:cloudwatch/eventTarget:EventTarget": "aws_cloudwatch_event_target",
    "aws:sns/topic:Topic": "aws_sns_topic",
    "aws:kms/grant:Grant": "aws_kms_grant",
}
OPTIONS = ("-input=false", "-no-color", "-parallelism=100")
KEYS = ("aws_kms_key", "aws_kms_replica_key")
MAPS = ("tags",)
"""Inputs whose field names are the user's own."""


@dataclass
class Translation:
    """A stack's state in the terms of Terraform.

    Attributes:
        resources: the configuration.
        outputs: the outputs of each resource, by its address.
        unknown: inputs and outputs that this version of Terraform's provider does not have.
    """

    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)


def translated(state: Mapping[str, Any], schemas: Mapping[str, Any], region: str) -> Translation:
    """Translate the resources of an exported state.

    Args:
        state: the deployment that `pulumi stack export` writes.
        schemas: the resource schemas that `terraform providers schema -json` prints, by type.
        region: the Region of the default provider.
    """
    resources = [resource for resource in state["resources"] if resource["type"].startswith("aws:")]
    addresses = {resource["urn"]: _address(resource, region) for resource in resources}
    references = list(_references(resources, addresses))
    result = Translation()
    for resource in resources:
        kind, _, name = addresses[resource["urn"]].partition(".")
        given = resource["inputs"]
        block = _block(given, schemas[kind]["block"], kind, result.unknown)
        if (where := given.get("region", region)) != region:
            block["provider"] = f"aws.{where}"
        if kind in KEYS:  # as with Pulumi, which deletes a replaced resource last
            block["lifecycle"] = {"create_before_destroy": True}
        own = [reference for reference in references if addresses[resource["urn"]] not in reference[1]]
        configured = json.loads(_referring(json.dumps(block).replace("${", "$${"), own))
        needed = [addresses[urn] for urn in resource.get("dependencies", ()) if urn in addresses]
        result.resources.setdefault(kind, {})[name] = {**configured, "depends_on": needed}
        outputs = _block(resource["outputs"], schemas[kind]["block"], kind, result.unknown)
        result.outputs[f"{kind}.{name}"] = outputs
    return result


def _address(resource: Mapping[str, Any], region: str) -> str:
    """The address, which differs by Region: Terraform does not move a resource to another one."""
    where = resource["inputs"].get("region", region)
    suffix = "" if where == region else f"-{where}"
    name = re.sub(r"\W", "_", resource["urn"].rpartition("::")[2] + suffix)
    return f"{TYPES[resource['type']]}.{name}"


def _references(
    resources: Sequence[Mapping[str, Any]], addresses: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Values that AWS chose, and the expressions for them; the longer ones first."""
    for resource in resources:
        if TYPES[resource["type"]] in KEYS:
            for output, attribute in (("arn", "arn"), ("keyId", "key_id")):
                yield resource["outputs"][output], f"${{{addresses[resource['urn']]}.{attribute}}}"


def _referring(text: str, references: Sequence[tuple[str, str]]) -> str:
    for value, expression in sorted(references, key=lambda reference: -len(reference[0])):
        text = text.replace(value, expression)
    return text


def _block(
    given: Mapping[str, Any], schema: Mapping[str, Any], place: str, unknown: set[str]
) -> dict[str, Any]:
    blocks, attributes = schema.get("block_types", {}), schema.get("attributes", {})
    defaults = {*given.get("__defaults", ())} - {"name", "region"}
    made: dict[str, Any] = {}
    for name, value in given.items():
        if name.startswith("__") or name in defaults or (name == "region" and name not in attributes):
            continue  # before version 6, only a provider has a Region
        snake = re.sub(r"([A-Z])", lambda match: f"_{match[1].lower()}", name)
        known = [one for one in (snake, *_singular(snake)) if one in blocks or one in attributes]
        if not known:
            unknown.add(f"{place}.{name}")
        elif known[0] in blocks and known[0] not in MAPS:
            inner = blocks[known[0]]["block"]
            values = value if isinstance(value, list) else [value]
            made[known[0]] = [_block(one, inner, f"{place}.{name}", unknown) for one in values]
        else:
            made[known[0]] = value
    return made


def _singular(name: str) -> Iterator[str]:
    if name.endswith("ies"):
        yield f"{name[:-3]}y"
    if name.endswith("es"):
        yield name[:-2]
    if name.endswith("s"):
        yield name[:-1]


@dataclass
class Terraform:
    """Terraform in a directory, with the environment of an AWS."""

    directory: Path
    environment: Mapping[str, str] = field(repr=False)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of its commands."""
        return subprocess.run(
            ["terraform", f"-chdir={self.directory}", *arguments],
            env={**self.environment, "GOGC": "off"},  # each command is short
            capture_output=True,
            text=True,
            check=False,
        )

    def apply(self) -> subprocess.CompletedProcess[str]:
        """Apply the configuration; a plan has read the present state before."""
        return self.run("apply", "-auto-approve", "-refresh=false", *OPTIONS)

    def plan(self) -> subprocess.CompletedProcess[str]:
        """Plan: exit status 0 if there is nothing to do, 2 for changes."""
        return self.run("plan", "-detailed-exitcode", *OPTIONS)

    def outputs(self) -> Mapping[str, Mapping[str, Any]]:
        """All values of each resource in the state, by its address."""
        state = json.loads((self.directory / "terraform.tfstate").read_text())
        return {
            f"{resource['type']}.{resource['name']}": instance["attributes"]
            for resource in state["resources"]
            for instance in resource["instances"]
            if "deposed" not in instance
        }

    def configure(self, resources: Mapping[str, Any], regions: Sequence[str]) -> None:
        """Write the configuration: a provider for the environment's Region and one for each other."""
        providers = [{}, *({"alias": region, "region": region} for region in regions)]
        configuration = {
            "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
            "provider": {"aws": providers},
            **({"resource": resources} if resources else {}),
        }
        (self.directory / "main.tf.json").write_text(json.dumps(configuration))

    @cached_property
    def schemas(self) -> Mapping[str, Any]:
        """The schemas of its AWS provider's resources."""
        shown = json.loads(self.run("providers", "schema", "-json").stdout)
        (provider,) = shown["provider_schemas"].values()
        found: Mapping[str, Any] = provider["resource_schemas"]
        return found
