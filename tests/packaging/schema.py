"""Writes schema.json, the schema that other languages rely on: `python -m tests.packaging.schema`."""

import json
from pathlib import Path

from components.schema import package_schema
from encrypted_tables import __version__

GOLDEN = Path(__file__).parent / "schema.json"

if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(package_schema(__version__), indent=2) + "\n")
