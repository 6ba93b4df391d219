"""The page on denied access: its commands work in order and print the report that the page shows."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local.local_run import LocalRun
from local.process import Credentials
from tests.documents import blocks, project_checkout

TABLE, USER = "nextwork-kms-table", "nextwork-kms-user"


def test_the_commands_of_the_page_find_the_cause_and_fix_it(own_run: LocalRun) -> None:
    checkout = project_checkout(own_run)
    deployed = checkout.shell("pulumi stack init dev && pulumi up --stack dev --yes")
    assert deployed.returncode == 0, deployed.stdout
    (report,) = blocks("why-denied.md", "text")
    why, cure, why_json = blocks("why-denied.md", "sh")
    key = own_run.aws.client("iam").create_access_key(UserName=USER)["AccessKey"]

    refused = checkout.shell(why)
    before = reads(own_run, key)
    cured = checkout.shell(cure)
    allowed = checkout.shell(why_json)
    after = reads(own_run, key)

    assert (refused.returncode, before) == (0, False), refused.stdout
    assert report in refused.stdout
    assert cured.returncode == 0, cured.stdout
    assert (allowed.returncode, after) == (0, True), allowed.stdout
    (answer,) = json.loads(allowed.stdout[allowed.stdout.index("{") :])["why"]
    assert answer["answer"] == "yes"
    assert "Allow use of the key" in {gate["sid"] for gate in answer["gates"]}


def reads(run: LocalRun, key: Mapping[str, Any]) -> bool:
    """Whether the user reads an item."""
    dynamodb = run.aws.client("dynamodb", Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
    try:
        dynamodb.get_item(TableName=TABLE, Key={"id": {"S": "1"}})
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return False
    return True
