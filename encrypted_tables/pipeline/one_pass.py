"""One run of the engine gives resources, verdicts and access."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from encrypted_tables.access_diff.diff import access_diff
from encrypted_tables.access_diff.evaluate.change import Diff
from encrypted_tables.engine.preview import Preview
from encrypted_tables.engine.run_preview import judged, preview
from encrypted_tables.engine.stack import Stack


def one_pass(stack: Stack, pack: Path, directory: Path, base: Preview | None = None) -> tuple[Preview, Diff]:
    """Preview the stack. Its policies run in a separate process while access is compared.

    Args:
        stack: what to preview.
        pack: the policy pack.
        directory: where to write the events and the plan.
        base: an earlier program's preview to compare with (default: the stack as it is).

    Raises:
        UserError: there is no preview, or the policy pack does not run.
    """
    made = preview(stack, directory)
    with ThreadPoolExecutor(1) as beside:
        diff = beside.submit(access_diff, made, base)
        return judged(made, stack, pack, directory), diff.result()
