"""The local provider and Terraform's AWS provider create the same resources for the component.

Both get the same inputs, each with a separate local AWS; then a second preview and plan must be empty.
Without Terraform and its AWS provider (a directory of plugins in TERRAFORM_PLUGINS), only the preview is
checked.
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.table_settings import TableSettings
from local.local_run import LocalRun, local_run
from local.process import LocalAws, running
from tests.engine.programs import TRUST, Program
from tests.local.conformance.in_aws import REGIONS, by_path, facts
from tests.local.conformance.settings import (
    BASE,
    NOT_VARIED,
    ROLES,
    VALUES,
    Args,
    generated,
)
from tests.local.conformance.terraform import Terraform, translated

INPUTS = int(os.environ.get("CONFORMANCE_INPUTS", "1"))
"""How many generated inputs to compare; before and after them, all settings have their defaults."""
ALL = (BASE, *generated(INPUTS), BASE)


@dataclass
class Sides:
    """The component on the engine with this project's provider, and Terraform, each with an AWS."""

    program: Program
    terraform: Terraform | None
    why_not: str
    aws_of_terraform: LocalAws


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    directory = tmp_path_factory.mktemp("conformance")
    with local_run() as run, running() as other:
        for aws in (run.aws, other):
            for role in ROLES:
                aws.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)
        terraform, why_not = terraform_for(run, other, directory)
        yield Sides(Program(run, directory / "program", "conformance"), terraform, why_not, other)


def terraform_for(run: LocalRun, aws: LocalAws, directory: Path) -> tuple[Terraform | None, str]:
    """Terraform with its AWS provider, or why there is none."""
    if shutil.which("terraform") is None:
        return None, "there is no terraform on PATH"
    terraform = Terraform(directory, {**run.environment(), **aws.environment()})
    terraform.configure({}, REGIONS[1:])
    plugins = os.environ.get("TERRAFORM_PLUGINS")
    options = [f"-plugin-dir={plugins}"] if plugins else []
    done = terraform.run("init", "-input=false", "-no-color", *options)
    if done.returncode:
        return None, f"terraform has no AWS provider (TERRAFORM_PLUGINS): {done.stderr.strip()[-300:]}"
    return terraform, ""


def test_every_setting_is_varied_or_listed_with_a_reason() -> None:
    assert VALUES.keys() | NOT_VARIED.keys() == TableSettings.model_fields.keys()
    assert VALUES.keys() & NOT_VARIED.keys() == set()


@pytest.mark.parametrize("number", range(len(ALL)))
def test_both_providers_leave_the_same_in_aws_and_an_empty_plan(number: int, sides: Sides) -> None:
    stack = sides.program(program_of(ALL[number]))

    stack.up().checked()
    second = stack.preview()

    assert (second.exit_code, second.changes) == (0, {}), second.output
    if sides.terraform is None:
        pytest.skip(f"not compared with Terraform: {sides.why_not}")
    translation = translated(stack.export()["deployment"], sides.terraform.schemas)
    sides.terraform.configure(translation.resources, REGIONS[1:])
    applied = sides.terraform.run("apply", "-auto-approve", "-input=false", "-no-color")
    assert applied.returncode == 0, applied.stderr
    assert by_path(facts(sides.program.run.aws)) == by_path(facts(sides.aws_of_terraform))
    assert translation.unknown == set()
    planned = sides.terraform.run("plan", "-detailed-exitcode", "-input=false", "-no-color")
    assert planned.returncode == 0, planned.stdout + planned.stderr


def program_of(args: Args) -> str:
    """The component with these arguments."""
    return f"EncryptedTable('orders', json.loads({json.dumps(args)!r}))\n"
