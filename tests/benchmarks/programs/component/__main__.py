"""Encrypted tables with the component and its defaults."""

import os

from components import EncryptedTable

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
