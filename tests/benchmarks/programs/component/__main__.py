"""Encrypted tables by the component, all else as it comes."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from components import EncryptedTable  # found beside this checkout's programs

for number in range(int(os.environ["TABLES"])):
    name = f"table-{number:04}"
    EncryptedTable(
        name,
        {
            "table_name": name,
            "partition_key": {"name": "id", "type": "S"},
            "deletion_window_in_days": 7,
            "ephemeral": True,
        },
    )
