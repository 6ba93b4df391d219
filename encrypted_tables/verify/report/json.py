"""The report as JSON, and its JSON schema."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from encrypted_tables.verify.report.report import SCHEMA_VERSION, Report

SCHEMA_FILE = Path(__file__).parent / "schema" / f"report-{SCHEMA_VERSION}.json"
_ADAPTER = TypeAdapter(Report)


def render_json(report: Report) -> str:
    """The report as JSON text."""
    return json.dumps(_ADAPTER.dump_python(report, mode="json"), indent=2) + "\n"


def report_schema() -> dict[str, Any]:
    """The JSON schema of the report, from its types; `SCHEMA_FILE` is the published copy."""
    schema = _ADAPTER.json_schema(mode="serialization", by_alias=False)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"report-{SCHEMA_VERSION}.json",
        **schema,
        "description": "The output of `encrypted-tables verify --json`.",
    }
