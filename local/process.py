"""The local AWS of this checkout: its client, which starts the emulator in the environment `local/venv`."""

from local.emulator.client.emulator_process import LocalAwsError
from local.emulator.client.process import LocalAws, isolated_session, running, start
from local.emulator.client.run_file import Credentials

__all__ = ["Credentials", "LocalAws", "LocalAwsError", "isolated_session", "running", "start"]
