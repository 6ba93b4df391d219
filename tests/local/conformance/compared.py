"""Applies the same inputs by this project's AWS provider and by Terraform's, each with an AWS of its own."""

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from local.local_run import LocalRun, local_run
from local.process import LocalAws, running
from tests.engine.programs import Program
from tests.local.conformance import existing
from tests.local.conformance.in_aws import REGIONS, differing, facts
from tests.local.conformance.outputs import returned
from tests.local.conformance.sent import Request, sent
from tests.local.conformance.settings import STEPS, USERS, Table
from tests.local.conformance.terraform import Terraform, translated

PROGRAM = """
from components import TestUser

given = json.loads(open("given.json").read())
for name, args in given["tables"].items():
    EncryptedTable(name, args)
TestUser("tester", {"user_name": "tester", **given["user"]})
"""
NOTHING: Request = ("nothing", {})


@dataclass
class Findings:
    """What was found, each with the step at which it was found.

    Attributes:
        refused: updates that failed.
        unsettled: previews and plans, right after an update, that are not empty.
        differences: what differs between the two AWS accounts, outputs and requests.
        unknown: inputs and outputs that Terraform's provider does not have.
    """

    refused: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    def about(self, table: str) -> Sequence[str]:
        """The differences of this table, its keys and its alarms."""
        return [line for line in self.differences if re.search(rf"(?<!\w){table}(?!\d)", line)]


@dataclass
class Sides:
    """The engine with this project's provider, and Terraform, each with an AWS.

    Attributes:
        program: the engine's program.
        terraform: Terraform in a directory.
        aws_of_terraform: its AWS.
        here: what AWS chose in the program's account, by what stands for it.
        there: the same of Terraform's account.
    """

    program: Program
    terraform: Terraform
    aws_of_terraform: LocalAws
    here: existing.Names
    there: existing.Names

    def step(self, number: int, given: Mapping[str, Any], found: Findings) -> None:
        """Apply one step with both, and compare outputs and what is in AWS."""
        text = existing.replaced(json.dumps(given), self.here)
        (self.program.directory / "given.json").write_text(text)
        stack = self.program(PROGRAM)
        updated = stack.up()
        if updated.exit_code:
            found.refused.append(f"step {number}, Pulumi: {updated.output}")
        again = stack.preview("--refresh", "--diff")
        if again.exit_code or again.changes:
            found.unsettled.append(f"step {number}, Pulumi: {again.output}")
        translation = translated(stack.export()["deployment"], self.terraform.schemas, REGIONS[0])
        found.unknown |= translation.unknown
        self.terraform.configure(self._there(translation.resources), REGIONS[1:])
        applied = self.terraform.apply()
        if applied.returncode:
            found.refused.append(f"step {number}, Terraform: {applied.stderr}{self.aws_of_terraform.log()}")
        outputs = differing(returned(translation.outputs), returned(self.terraform.outputs()))
        found.differences += [f"step {number}: outputs: {line}" for line in outputs]
        planned = self.terraform.plan()
        if planned.returncode:
            found.unsettled.append(f"step {number}, Terraform: {planned.stdout}{planned.stderr}")
        self.compare(f"step {number}", found)

    def destroy(self, found: Findings) -> None:
        """Destroy everything with both, and compare what stays in AWS."""
        destroyed = self.program.stack.destroy()
        if destroyed.exit_code:
            found.refused.append(f"destroy, Pulumi: {destroyed.output}")
        self.terraform.configure({}, REGIONS[1:])
        applied = self.terraform.apply()
        if applied.returncode:
            found.refused.append(f"destroy, Terraform: {applied.stderr}")
        self.compare("destroy", found)

    def _there(self, resources: Mapping[str, Any]) -> Mapping[str, Any]:
        """The configuration for Terraform's account."""
        names = {chosen: self.there[name] for name, chosen in self.here.items()}
        found: Mapping[str, Any] = json.loads(existing.replaced(json.dumps(resources), names))
        return found

    def compare(self, when: str, found: Findings) -> None:
        """Compare what is in AWS."""
        ours, theirs = (facts(aws, existing.ROLES) for aws in self.accounts)
        found.differences += [f"{when}: {line}" for line in differing(ours, theirs)]

    def compare_requests(self, found: Findings) -> None:
        """Compare all requests, up to the first difference of each resource."""
        ours, theirs = (sent(aws) for aws in self.accounts)
        for place in sorted(ours.keys() | theirs.keys()):
            pairs = zip_longest(ours.get(place, ()), theirs.get(place, ()), fillvalue=NOTHING)
            for number, (here, there) in enumerate(pairs, 1):
                if lines := [*differing(dict([here]), dict([there]))]:
                    found.differences += [f"request {number} for {place}: {line}" for line in lines]
                    break

    @property
    def accounts(self) -> tuple[LocalAws, LocalAws]:
        """The AWS of this project's provider, and that of Terraform's."""
        return self.program.run.aws, self.aws_of_terraform


def compared(tables: Sequence[Table], directory: Path) -> Findings:
    """Apply all steps of all tables with both providers."""
    found = Findings()
    with sides(directory) as both:
        for number in range(STEPS):
            steps = {table.name: table.steps[number] for table in tables}
            both.step(number + 1, {"tables": steps, "user": USERS[number]}, found)
        both.destroy(found)
        both.compare_requests(found)
    return found


@contextmanager
def sides(directory: Path) -> Iterator[Sides]:
    """Both, each with an account in which the same exists."""
    with local_run() as run, running() as other:
        here, there = (existing.prepare(aws) for aws in (run.aws, other))
        moment = existing.moment()
        program = Program(run, directory / "program", "conformance")
        terraform = _terraform(directory, run, other)
        yield Sides(program, terraform, other, {**here, **moment}, {**there, **moment})


def missing() -> str:
    """Why there is no Terraform with its AWS provider on this machine; empty if there is."""
    if shutil.which("terraform") is None:
        return "there is no terraform on PATH"
    plugins = os.environ.get("TERRAFORM_PLUGINS")
    if plugins is None:
        return "TERRAFORM_PLUGINS is not set"
    if not Path(plugins, "registry.terraform.io", "hashicorp", "aws").is_dir():
        return f"{plugins} (TERRAFORM_PLUGINS) has no registry.terraform.io/hashicorp/aws"
    return ""


def _terraform(directory: Path, run: LocalRun, aws: LocalAws) -> Terraform:
    terraform = Terraform(directory, {**run.environment(), **aws.environment()})
    terraform.configure({}, REGIONS[1:])
    terraform.run("init", "-input=false", f"-plugin-dir={os.environ['TERRAFORM_PLUGINS']}").check_returncode()
    return terraform
