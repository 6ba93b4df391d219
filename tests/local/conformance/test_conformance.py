"""The component leaves the same in AWS by this project's AWS provider and by Terraform's.

Needs Terraform, and its AWS provider in the directory of plugins that TERRAFORM_PLUGINS names.
"""

import os

import pytest

from components.table_settings import TableSettings
from tests.local.conformance.compared import Findings, compared, missing
from tests.local.conformance.settings import (
    BASE,
    NOT_VARIED,
    SETTINGS,
    all_together,
    at_random,
    each_apart,
)

FEW = 3
RANDOM = int(os.environ.get("CONFORMANCE_TABLES", FEW))
"""How many tables have random settings. If more than a few, each setting also has tables of its own."""
TABLES = (*all_together(), *(each_apart() if RANDOM > FEW else ()), *at_random(RANDOM))
NEWER = {"aws_dynamodb_table.replicas.deletionProtectionEnabled"}
"""Inputs that Terraform's provider has from version 6 on."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    if why := missing():
        pytest.skip(f"not compared with Terraform: {why}")
    return compared(TABLES, tmp_path_factory.mktemp("conformance"))


def test_every_setting_is_varied_or_named_with_the_reason() -> None:
    varied = {
        name
        for setting in SETTINGS.values()
        for args in (setting.besides, *setting.values)
        for name in {**BASE, **args}
    }
    assert varied | NOT_VARIED.keys() == TableSettings.model_fields.keys()
    assert varied & NOT_VARIED.keys() == {"ephemeral"}


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
