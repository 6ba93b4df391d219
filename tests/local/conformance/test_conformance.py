"""The component leaves the same in AWS by this project's AWS provider and by Terraform's.

Needs Terraform, and its AWS provider in the directory of plugins that TERRAFORM_PLUGINS names.
"""

import json
import os
import re
from pathlib import Path

import pytest

from tests.local.conformance.compared import Findings, compared, missing
from tests.local.conformance.coverage import events, in_args, in_schema
from tests.local.conformance.settings import (
    BASE,
    NOT_CHANGED,
    NOT_REMOVED,
    NOT_VARIED,
    SETTINGS,
    all_together,
    alone,
    at_random,
    each_apart,
)

SCHEMA = Path(__file__).parents[2] / "packaging" / "schema.json"
FREE = (
    "tags.",
    "key_policy_statements.",
    "resource_policy_statements.",
    "alarms.replica_target_arns.",
    "replica_key_arns.",
)
"""Maps with names that the user chooses."""
FEW = 3
RANDOM = int(os.environ.get("CONFORMANCE_TABLES", FEW))
"""How many tables have random settings. If more than a few, each setting also has tables of its own."""
TABLES = (*all_together(), *(each_apart() if RANDOM > FEW else alone()), *at_random(RANDOM))
NEWER = {f"aws_dynamodb_table.replicas.{name}" for name in ("consistencyMode", "deletionProtectionEnabled")}
"""Inputs and outputs that Terraform's provider has from version 6 on."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    if why := missing():
        pytest.skip(f"not compared with Terraform: {why}")
    return compared(TABLES, tmp_path_factory.mktemp("conformance"))


HISTORIES = [steps for setting in SETTINGS.values() for steps in setting.histories()]


def test_every_argument_and_value_is_varied_or_named_with_the_reason() -> None:
    paths = in_schema(json.loads(SCHEMA.read_text()), "encrypted-tables:index:EncryptedTable")
    varied = {*in_args(BASE), *(path for steps in HISTORIES for path in in_args(steps))}
    left_out = {path for path in paths if any(re.match(rf"{name}(?![a-z_=])", path) for name in NOT_VARIED)}

    assert paths - varied == left_out - {"ephemeral"}
    unknown = {path.partition("=")[0] for path in varied} - paths
    assert not {path for path in unknown if not path.startswith(FREE)}


def test_every_argument_is_set_changed_and_removed() -> None:
    found = events(HISTORIES)

    once = {name for name, kinds in found.items() if "changed" not in kinds}
    assert once == {*NOT_CHANGED}
    assert {name for name, kinds in found.items() if "removed" not in kinds} == {*NOT_REMOVED}


def test_both_apply_every_step(found: Findings) -> None:
    assert not found.refused, "\n".join(found.refused)


def test_nothing_is_left_to_do_after_a_step(found: Findings) -> None:
    assert not found.unsettled, "\n".join(found.unsettled)


def test_terraform_has_every_input(found: Findings) -> None:
    assert found.unknown <= NEWER


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_a_table_is_the_same_in_both_accounts(table: str, found: Findings) -> None:
    assert not found.about(table), "\n".join(found.about(table))


def test_nothing_else_differs(found: Findings) -> None:
    of_tables = {line for table in TABLES for line in found.about(table.name)}
    assert {*found.differences} == of_tables
