"""The references of the component and the config match the code, and their samples work."""

import re

import pytest
import yaml
from pydantic.alias_generators import to_camel

from components import EncryptedTableArgs
from components.table_settings import TableSettings
from config import StackConfig
from docs.reference import DOCS, DOCUMENTS, document
from local.local_run import LocalRun
from tests.documents import blocks
from tests.engine.programs import TRUST, Program


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_reference_is_current(name: str) -> None:
    """If not: python -m docs.reference."""
    assert document(name) == (DOCS / name).read_text()


def test_settings_and_documented_arguments_are_the_same() -> None:
    table = (DOCS / "configuration.md").read_text().partition("## A table")[2].partition("###")[0]
    meanings = dict(re.findall(r"^\| `(\w+)`.* \| .* \| (.+) \|$", table, re.MULTILINE))

    assert set(TableSettings.model_fields) == set(EncryptedTableArgs.__annotations__)
    assert set(meanings) == {to_camel(name) for name in TableSettings.model_fields}


def test_the_reference_marks_required_settings() -> None:
    required = re.findall(r"`(\w+)` \(required\)", (DOCS / "configuration.md").read_text())

    fields = {**StackConfig.model_fields, **TableSettings.model_fields}
    assert {"tables", "partitionKey"} == {to_camel(n) for n, field in fields.items() if field.is_required()}
    assert {"tables", "partitionKey"} <= set(required)


def test_the_sample_config_is_accepted() -> None:
    (sample,) = blocks("configuration.md", "yaml")

    tables = yaml.safe_load(sample)["config"]["encrypted-tables:tables"]
    assert StackConfig.model_validate({"tables": tables}).tables["orders"].key_users == ("role/checkout",)


def test_the_sample_program_deploys(shared_run: LocalRun, program: Program) -> None:
    source, *_ = blocks("component.md", "python")
    shared_run.aws.client("iam").create_role(RoleName="checkout", AssumeRolePolicyDocument=TRUST)

    result = program(source).preview()

    assert result.exit_code == 0, result.output
    assert result.changes == {"create": 5}
