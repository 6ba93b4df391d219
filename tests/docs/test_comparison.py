"""Every statement about this project on the comparison page names an existing test."""

import re

from local.local_run import ROOT
from tests.documents import DOCS, blocks
from tests.engine.programs import TRUST, Program

ROWS = [
    line.strip("|").split("|")
    for line in (DOCS / "comparison.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| |")
]


def test_every_row_names_a_test_that_exists() -> None:
    """A row with "the same" has the test of the row above."""
    named: list[tuple[str, str]] = []
    for row in ROWS:
        cell = row[-1].strip()
        if cell != "the same":
            (path,) = re.findall(r"\(\.\./(tests/\w+/\w+\.py)\)", cell)
            named.append((path, cell.split("`")[1] if "`" in cell else "test_"))

    assert len(named) > 30
    assert [(path, test) for path, test in named if f"def {test}" not in (ROOT / path).read_text()] == []


def test_every_row_compares_all_tools() -> None:
    assert {len(row) for row in ROWS} == {5}
    assert [row for row in ROWS if not all(cell.strip() for cell in row)] == []


def test_settings_without_an_argument_can_be_set_by_a_transform_or_a_resource(program: Program) -> None:
    (source,) = blocks("comparison.md", "python")
    grant = f"""
role = aws.iam.Role("monitor", assume_role_policy={TRUST!r})
plain = EncryptedTable("plain", {{"partition_key": {{"name": "id"}}, "key_policy_profile": "console"}})
aws.kms.Grant("own", key_id=plain.key_arn, grantee_principal=role.arn, operations=["DescribeKey"])
pulumi.export("plainKey", plain.key_arn)
"""

    program(source + grant).up().checked()

    dynamodb = program.run.aws.client("dynamodb")
    away = program.run.aws.client("dynamodb", region="eu-west-1")
    tags = {
        place: client.list_tags_of_resource(
            ResourceArn=client.describe_table(TableName="untagged")["Table"]["TableArn"]
        )["Tags"]
        for place, client in (("table", dynamodb), ("replica", away))
    }
    key = program.stack.outputs()["plainKey"]
    grants = program.run.aws.client("kms").list_grants(KeyId=key)["Grants"]
    assert tags == {"table": [{"Key": "team", "Value": "orders"}], "replica": []}
    assert ["DescribeKey"] in [grant["Operations"] for grant in grants]
