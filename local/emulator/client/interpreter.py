"""The Python that runs the emulator: this one, or that of `local/venv` in a checkout."""

import sys
from pathlib import Path

PACKAGE = (__package__ or "").rpartition(".")[0]
_CHECKOUT = Path(__file__).resolve().parents[3] if PACKAGE == "local.emulator" else None
DIRECTORY = _CHECKOUT or Path(sys.prefix)
EMULATOR_PYTHON = _CHECKOUT / "local" / "venv" / "bin" / "python" if _CHECKOUT else Path(sys.executable)
