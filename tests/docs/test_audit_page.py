"""The commands on the audit page run as printed, and its tables match the reports."""

import re

from local.local_run import LocalRun
from tests.benchmarks.checkov import VERSION
from tests.documents import DOCS, blocks, project_checkout

PAGE = "audit.md"


def test_the_commands_of_the_page_work(own_run: LocalRun) -> None:
    checkout = project_checkout(own_run)
    deployed = checkout.shell(
        "cp Pulumi.dev.yaml Pulumi.prod.yaml && pulumi stack init prod && pulumi up --yes --stack prod"
    )
    assert deployed.returncode == 0, deployed.stdout

    for command in blocks(PAGE, "sh"):
        done = checkout.shell(command)
        assert done.returncode == 0, done.stdout

    written = {file.name for file in checkout.directory.glob("audit.*")}
    assert written == {"audit.sarif", "audit.xml", "audit.json"}


def test_the_page_states_the_checkov_version_of_the_benchmarks() -> None:
    assert set(re.findall(r"Checkov (\d[\d.]+\d)", (DOCS / PAGE).read_text())) == {VERSION}
