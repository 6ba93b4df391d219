"""`python check_config.py FILE`: check a config of the pack before the engine reads it.

Writes one line per error to stderr. Exit status: 0 no error; 1 errors; 2 the file cannot be read.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from policies import RULES
from policies.config_check import faults_of_config
from policies.judging.adapter import utc_today


def main(arguments: Sequence[str]) -> int:
    """Check the file in the arguments."""
    if len(arguments) != 1:
        print("Usage: python check_config.py FILE", file=sys.stderr)
        return 2
    try:
        config = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        print(f"{arguments[0]} cannot be read: {error}", file=sys.stderr)
        return 2
    faults = faults_of_config(config, RULES, utc_today())
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
