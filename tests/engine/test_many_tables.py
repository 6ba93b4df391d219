"""A program creates more tables in one update than its event loop has threads."""

import os
import signal

from tests.engine.programs import Program


def test_an_update_creates_more_tables_than_the_program_has_threads(program: Program, name: str) -> None:
    stack = program(
        f"""
        options = pulumi.ResourceOptions(providers=[aws.Provider("europe", region="eu-west-1")])
        args = {{"partition_key": {{"name": "id"}}, "ephemeral": True}}
        for number in range(6):
            EncryptedTable(f"{name}-{{number}}", args, options)
        """
    )

    # The SDK has four threads for each operation that may run at the same time.
    update = stack.start("up", "--yes", "--skip-preview", "--parallel", "1")
    try:
        output, _ = update.communicate(timeout=120)
    finally:
        if update.poll() is None:
            os.killpg(update.pid, signal.SIGKILL)

    assert update.returncode == 0, output
    stack.destroy().checked()
